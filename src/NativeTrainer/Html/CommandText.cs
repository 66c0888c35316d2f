namespace NativeTrainer.Html;

/// <summary>Text in which --flags, and 'commands' between single quotes that open after a space and begin with a letter, become code.</summary>
internal static class CommandText
{
    /// <summary>Letters of code that a line of 320 pixels holds.</summary>
    private const int UnbrokenCode = 30;

    public static void Write(HtmlWriter html, string text)
    {
        int plain = 0, at = 0;
        while (at < text.Length)
        {
            var (from, to, after) = CodeAt(text, at);
            if (after == 0)
            {
                at++;
                continue;
            }
            html.Text(text[plain..at]);
            // A break after a hyphen would tear a flag; only what a phone cannot hold may break.
            html.Element("code", to - from <= UnbrokenCode ? "whole" : null, text[from..to]);
            plain = at = after;
        }
        html.Text(text[plain..]);
    }

    /// <summary>The code that begins here and where the text goes on; (0, 0, 0) where there is none.</summary>
    private static (int From, int To, int After) CodeAt(string text, int at)
    {
        if (at > 0 && text[at - 1] is not (' ' or '(')) return default;
        if (text[at] == '\'' && text.IndexOf('\'', at + 1) is var close and > 0 && char.IsLetter(text[at + 1])) return (at + 1, close, close + 1);
        if (!text.AsSpan(at).StartsWith("--") || at + 2 >= text.Length || !char.IsAsciiLetterLower(text[at + 2])) return default;
        int end = at + 2;
        while (end < text.Length && (char.IsAsciiLetterLower(text[end]) || text[end] == '-')) end++;
        return (at, end, end);
    }
}
