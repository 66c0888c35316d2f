using System.Globalization;

namespace NativeTrainer.PtxExecutor.Parsing;

internal enum TokenKind : byte
{
    Word, Integer, Float32, Float64, Text, Symbol, End,
}

/// <param name="Bits">An integer's value, or the IEEE bits of a floating-point literal.</param>
internal readonly record struct Token(TokenKind Kind, string Text, ulong Bits, int Line, int Start, int End)
{
    public bool Is(string symbol) => Kind is TokenKind.Symbol or TokenKind.Word && Text == symbol;
}

/// <summary>Cuts PTX text into tokens. A word holds its dots (<c>ld.global.f32</c>, <c>%tid.x</c>, <c>.reg</c>).</summary>
internal sealed class Lexer(string text)
{
    private int _at;
    private int _line = 1;

    public static List<Token> Tokens(string text)
    {
        var lexer = new Lexer(text);
        var tokens = new List<Token>();
        do tokens.Add(lexer.Next());
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private Token Next()
    {
        SkipBlanks();
        int start = _at;
        if (_at == text.Length) return new(TokenKind.End, "the end of the text", 0, _line, start, start);
        char c = text[_at];
        if (char.IsAsciiDigit(c)) return Number(start);
        if (IsWordStart(c)) return Word(start);
        if (c == '"')
        {
            int close = text.IndexOf('"', _at + 1);
            if (close < 0) throw new PtxSyntaxException(_line, "a string has no end");
            _at = close + 1;
            return new(TokenKind.Text, text[(start + 1)..close], 0, _line, start, _at);
        }
        _at++;
        return new(TokenKind.Symbol, c.ToString(), 0, _line, start, _at);
    }

    private Token Word(int start)
    {
        while (_at < text.Length && (IsWordStart(text[_at]) || char.IsAsciiDigit(text[_at]) || SkipDoubleColon())) _at++;
        return new(TokenKind.Word, text[start.._at], 0, _line, start, _at);
    }

    /// <summary>Modifiers such as <c>.shared::cta</c> are part of the word; a label's single colon is not.</summary>
    private bool SkipDoubleColon()
    {
        if (text[_at] != ':' || _at + 2 >= text.Length || text[_at + 1] != ':' || !char.IsAsciiLetterOrDigit(text[_at + 2])) return false;
        _at += 2;
        return true;
    }

    private Token Number(int start)
    {
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.' || IsExponentSign())) _at++;
        string word = text[start.._at];
        string body = word.EndsWith('U') ? word[..^1] : word;
        Token Made(TokenKind kind, ulong bits) => new(kind, word, bits, _line, start, _at);
        string prefix = body.Length > 1 ? body[..2].ToLowerInvariant() : "";
        ulong value;
        if (prefix == "0f" && body.Length == 10 && Hex(body, out value)) return Made(TokenKind.Float32, value);
        if (prefix == "0d" && body.Length == 18 && Hex(body, out value)) return Made(TokenKind.Float64, value);
        if (prefix == "0x" && Hex(body, out value)) return Made(TokenKind.Integer, value);
        if (prefix == "0b" && ulong.TryParse(body.AsSpan(2), NumberStyles.BinaryNumber, CultureInfo.InvariantCulture, out value)) return Made(TokenKind.Integer, value);
        if (body.Length > 1 && body[0] == '0' && body.All(digit => digit is >= '0' and <= '7')) return Made(TokenKind.Integer, Convert.ToUInt64(body, 8));
        if (ulong.TryParse(body, NumberStyles.None, CultureInfo.InvariantCulture, out value)) return Made(TokenKind.Integer, value);
        if (double.TryParse(body, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)) return Made(TokenKind.Float64, BitConverter.DoubleToUInt64Bits(real));
        throw new PtxSyntaxException(_line, $"'{word}' is no number");
    }

    private bool IsExponentSign()
        => text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E' && !HasHexPrefix();

    /// <summary>In hexadecimal text an E is a digit, and a sign after it starts an offset.</summary>
    private bool HasHexPrefix()
    {
        int first = _at - 1;
        while (first > 0 && char.IsAsciiLetterOrDigit(text[first - 1])) first--;
        return text[first] == '0' && char.IsAsciiLetter(text[first + 1]);
    }

    private static bool Hex(string word, out ulong value) => ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c is '.' or '%' or '_' or '$';

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] == '\n') _line++;
            if (char.IsWhiteSpace(text[_at])) _at++;
            else if (At("//")) _at = EndOf("\n", _at) - 1;
            else if (At("/*"))
            {
                int end = EndOf("*/", _at + 2);
                for (; _at < end; _at++) if (text[_at] == '\n') _line++;
            }
            else return;
        }
    }

    private bool At(string mark) => string.CompareOrdinal(text, _at, mark, 0, mark.Length) == 0;

    private int EndOf(string mark, int from)
    {
        int found = text.IndexOf(mark, from, StringComparison.Ordinal);
        return found < 0 ? text.Length + (mark == "\n" ? 1 : 0) : found + mark.Length;
    }
}
