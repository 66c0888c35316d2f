namespace NativeTrainer.PtxExecutor.Parsing;

/// <summary>A function's body: declarations, labels, nested blocks and instructions.</summary>
internal sealed class BodyParser(TokenReader reader, FunctionSyntax function, Scope module)
{
    public void Read()
    {
        var scope = new Scope(module);
        foreach (var parameter in function.Parameters) scope.Declare(parameter.Name, parameter, function.Line);
        if (function.Result is { } result) scope.Declare(result.Name, result, function.Line);
        reader.Expect("{");
        ReadBlock(scope);
    }

    private void ReadBlock(Scope scope)
    {
        while (!reader.TakeIf("}"))
        {
            if (reader.TakeIf("{")) ReadBlock(new Scope(scope));
            else if (reader.TakeIf(";")) continue;
            else if (reader.PeekSecond.Is(":")) ReadLabel(scope);
            else if (reader.Peek.Text.StartsWith('.')) ReadDirective(scope);
            else function.Statements.Add(ReadStatement(scope));
        }
    }

    private void ReadLabel(Scope scope)
    {
        var name = reader.TakeWord("a label");
        reader.Expect(":");
        if (!reader.Peek.Is(".branchtargets"))
        {
            scope.Declare(name.Text, new Label(function.Statements.Count), name.Line);
            return;
        }
        reader.Take();
        var labels = new List<string>();
        do labels.Add(reader.TakeWord("a label").Text);
        while (reader.TakeIf(","));
        reader.Expect(";");
        scope.Declare(name.Text, new BranchTargets(labels), name.Line);
    }

    private void ReadDirective(Scope scope)
    {
        var directive = reader.Take();
        switch (directive.Text)
        {
            case ".reg":
                ReadRegisters(scope);
                break;
            case ".shared" or ".local" or ".param":
                foreach (var variable in VariableParser.Read(reader, VariableParser.Space(directive), isExtern: false))
                {
                    scope.Declare(variable.Name, variable, directive.Line);
                    function.Variables.Add(variable);
                }
                break;
            case ".loc" or ".file":
                reader.SkipLine(directive.Line);
                break;
            case ".pragma":
                while (!reader.TakeIf(";")) reader.Take();
                break;
            default:
                throw new PtxSyntaxException(directive.Line, $"{function.Name}: the directive '{directive.Text}' is not known in a body");
        }
    }

    private void ReadRegisters(Scope scope)
    {
        var (type, _, vector) = VariableParser.ReadType(reader);
        if (vector != 1) throw new PtxSyntaxException(reader.Peek.Line, "vector registers are not modelled");
        do
        {
            var name = reader.TakeWord("a register's name");
            if (reader.TakeIf("<"))
            {
                long count = reader.TakeInteger("a number of registers");
                reader.Expect(">");
                for (long index = 0; index < count; index++) Declare(scope, name.Text + index, type, name.Line);
            }
            else Declare(scope, name.Text, type, name.Line);
        }
        while (reader.TakeIf(","));
        reader.Expect(";");
    }

    private void Declare(Scope scope, string name, PtxType type, int line)
    {
        var register = new Register(name, type, function.Registers.Count);
        scope.Declare(name, register, line);
        function.Registers.Add(register);
    }

    private Statement ReadStatement(Scope scope)
    {
        int start = reader.Peek.Start, line = reader.Peek.Line;
        Guard? guard = null;
        if (reader.TakeIf("@"))
        {
            bool negated = reader.TakeIf("!");
            guard = new(reader.TakeWord("a predicate").Text, negated);
        }
        var opcode = reader.TakeWord("an instruction");
        var operands = new List<Operand>();
        while (!reader.Peek.Is(";"))
        {
            if (operands.Count > 0) reader.Expect(",");
            operands.Add(ReadOperand());
        }
        int end = reader.Take().End;
        return new(scope, line, reader.TextBetween(start, end), guard, opcode.Text, operands);
    }

    private Operand ReadOperand()
    {
        if (reader.TakeIf("{")) return new VectorOperand(ReadElements("}"));
        if (reader.TakeIf("(")) return new ListOperand(ReadElements(")"));
        if (reader.TakeIf("[")) return ReadAddress();
        bool not = reader.TakeIf("!"), negative = reader.TakeIf("-");
        var token = reader.Take();
        switch (token.Kind)
        {
            case TokenKind.Integer:
                return new NumberOperand(TokenKind.Integer, negative ? 0 - token.Bits : token.Bits);
            case TokenKind.Float32:
                return new NumberOperand(token.Kind, negative ? token.Bits ^ 0x8000_0000 : token.Bits);
            case TokenKind.Float64:
                return new NumberOperand(token.Kind, negative ? token.Bits ^ 0x8000_0000_0000_0000 : token.Bits);
            case TokenKind.Word when !negative:
                var first = new NameOperand(token.Text, ReadOffset(), not);
                return reader.TakeIf("|") ? new PairOperand(first, new(reader.TakeWord("a second destination").Text, 0, false)) : first;
            default:
                throw new PtxSyntaxException(token.Line, $"'{token.Text}' is no operand");
        }
    }

    private List<Operand> ReadElements(string close)
    {
        var elements = new List<Operand>();
        while (!reader.TakeIf(close))
        {
            if (elements.Count > 0) reader.Expect(",");
            elements.Add(ReadOperand());
        }
        return elements;
    }

    private AddressOperand ReadAddress()
    {
        string? start = null;
        long offset = 0;
        if (reader.Peek.Kind == TokenKind.Word)
        {
            start = reader.Take().Text;
            offset = ReadOffset();
        }
        else offset = reader.TakeInteger("an address");
        reader.Expect("]");
        return new(start, offset);
    }

    private long ReadOffset()
    {
        if (reader.TakeIf("+")) return reader.TakeInteger("an offset");
        return reader.Peek.Is("-") ? reader.TakeInteger("an offset") : 0;
    }
}
