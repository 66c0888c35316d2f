namespace NativeTrainer.PtxExecutor.Parsing;

/// <summary>Module-level text: directives, variables, and functions with their bodies.</summary>
internal sealed class ModuleParser
{
    private static readonly string[] Linkage = [".visible", ".extern", ".weak", ".common"];

    private readonly TokenReader _reader;
    private readonly Scope _scope = new(null);

    private ModuleParser(string text) => _reader = new TokenReader(text);

    public List<Variable> Variables { get; } = [];

    public Dictionary<string, FunctionSyntax> Functions { get; } = [];

    public string Target { get; private set; } = "";

    public static ModuleParser Parse(string text)
    {
        var parser = new ModuleParser(text);
        while (parser._reader.Peek.Kind != TokenKind.End) parser.ReadItem();
        return parser;
    }

    private void ReadItem()
    {
        bool isExtern = false;
        while (Linkage.Contains(_reader.Peek.Text)) isExtern |= _reader.Take().Text == ".extern";
        var first = _reader.Take();
        switch (first.Text)
        {
            case ".version":
                _reader.Take();
                break;
            case ".target":
                Target = _reader.Take().Text;
                while (_reader.TakeIf(",")) _reader.Take();
                break;
            case ".address_size":
                if (_reader.Take().Bits != 64) throw new PtxSyntaxException(first.Line, "only .address_size 64 is modelled");
                break;
            case ".file" or ".loc" or ".pragma" or ".section":
                _reader.SkipLine(first.Line);
                break;
            case ".entry" or ".func":
                ReadFunction(first);
                break;
            case ".global" or ".const" or ".shared" or ".local":
                foreach (var variable in VariableParser.Read(_reader, VariableParser.Space(first), isExtern))
                {
                    _scope.Declare(variable.Name, variable, first.Line);
                    Variables.Add(variable);
                }
                break;
            default:
                throw new PtxSyntaxException(first.Line, $"'{first.Text}' is not known at module level");
        }
    }

    private void ReadFunction(Token first)
    {
        List<Variable> results = [];
        if (first.Text == ".func" && _reader.Peek.Is("(")) results = ReadParameters();
        var name = _reader.TakeWord("a function's name");
        var function = new FunctionSyntax(name.Text, first.Text == ".entry", name.Line) { Result = results.Count > 0 ? results[0] : null };
        if (results.Count > 1) throw new PtxSyntaxException(name.Line, $"{name.Text} returns {results.Count} values; one is modelled");
        if (_reader.Peek.Is("(")) function.Parameters.AddRange(ReadParameters());
        ReadPerformanceDirectives(function);
        if (_reader.TakeIf(";"))
        {
            Functions.TryAdd(function.Name, function);
            return;
        }
        if (Functions.TryGetValue(function.Name, out var known) && known.HasBody) throw new PtxSyntaxException(name.Line, $"{name.Text} is defined twice");
        Functions[function.Name] = function;
        function.HasBody = true;
        new BodyParser(_reader, function, _scope).Read();
    }

    private void ReadPerformanceDirectives(FunctionSyntax function)
    {
        while (true)
        {
            var directive = _reader.Peek;
            if (directive.Text is not (".maxntid" or ".reqntid" or ".minnctapersm" or ".maxnctapersm" or ".maxnreg" or ".noreturn")) return;
            _reader.Take();
            if (directive.Text == ".noreturn") continue;
            ulong product = 1;
            do product *= _reader.Take().Bits;
            while (_reader.TakeIf(","));
            if (directive.Text is ".maxntid" or ".reqntid") function.MaximumThreads = (int)product;
        }
    }

    private List<Variable> ReadParameters()
    {
        var parameters = new List<Variable>();
        _reader.Expect("(");
        while (!_reader.TakeIf(")"))
        {
            if (parameters.Count > 0) _reader.Expect(",");
            var space = _reader.Take();
            if (space.Text is not ".param") throw new PtxSyntaxException(space.Line, $"a parameter in '{space.Text}' is not modelled, .param is");
            parameters.Add(VariableParser.ReadOne(_reader, StateSpace.Param));
        }
        return parameters;
    }
}
