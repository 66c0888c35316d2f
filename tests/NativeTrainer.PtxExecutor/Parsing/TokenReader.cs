namespace NativeTrainer.PtxExecutor.Parsing;

internal sealed class TokenReader(string text)
{
    private readonly List<Token> _tokens = Lexer.Tokens(text);
    private int _at;

    public Token Peek => _tokens[_at];

    public Token PeekSecond => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    public Token Take()
    {
        var token = _tokens[_at];
        if (token.Kind == TokenKind.End) throw new PtxSyntaxException(token.Line, "the text ends in the middle");
        _at++;
        return token;
    }

    public bool TakeIf(string symbol)
    {
        if (!Peek.Is(symbol)) return false;
        _at++;
        return true;
    }

    public void Expect(string symbol)
    {
        if (!TakeIf(symbol)) throw new PtxSyntaxException(Peek.Line, $"'{symbol}' was expected, not '{Peek.Text}'");
    }

    public Token TakeWord(string what)
    {
        if (Peek.Kind != TokenKind.Word) throw new PtxSyntaxException(Peek.Line, $"{what} was expected, not '{Peek.Text}'");
        return Take();
    }

    public long TakeInteger(string what)
    {
        bool negative = TakeIf("-");
        if (Peek.Kind != TokenKind.Integer) throw new PtxSyntaxException(Peek.Line, $"{what} was expected, not '{Peek.Text}'");
        long value = (long)Take().Bits;
        return negative ? -value : value;
    }

    /// <summary>Debug directives end with their line.</summary>
    public void SkipLine(int line)
    {
        while (Peek.Kind != TokenKind.End && Peek.Line == line) _at++;
    }

    /// <summary>The text of a statement on one line.</summary>
    public string TextBetween(int start, int end) => string.Join(' ', text[start..end].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
