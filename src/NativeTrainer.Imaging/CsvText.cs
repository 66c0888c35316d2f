using System.Text;

namespace NativeTrainer.Imaging;

/// <summary>Comma-separated text as RFC 4180 defines it: quotes, doubled quotes, line breaks within quotes; LF and CRLF; blank lines are passed over.</summary>
internal static class CsvText
{
    /// <param name="text">The whole file.</param>
    /// <param name="name">For messages.</param>
    /// <returns>Rows with the line, from 1, on which each begins.</returns>
    public static IEnumerable<(int Line, List<string> Fields)> Parse(string text, string name)
    {
        int at = 0, line = 1;
        while (at < text.Length)
        {
            int first = line;
            var fields = new List<string>();
            do fields.Add(Field(text, ref at, ref line, name));
            while (Skip(text, ref at, ','));
            Skip(text, ref at, '\r');
            if (Skip(text, ref at, '\n')) line++;
            else if (at < text.Length && text[at - 1] != '\r') throw new UserException($"{name} line {line}: text after a closing quote; a quote within a field is written twice");
            if (fields is not [""]) yield return (first, fields);
        }
    }

    /// <summary>A field as it has to stand in a file.</summary>
    public static string Quote(string field) => field.AsSpan().ContainsAny(",\"\r\n") || field != field.Trim() ? $"\"{field.Replace("\"", "\"\"")}\"" : field;

    private static string Field(string text, ref int at, ref int line, string name)
    {
        if (at < text.Length && text[at] == '"') return QuotedField(text, ref at, ref line, name);
        int length = text.AsSpan(at).IndexOfAny(",\r\n");
        int end = length < 0 ? text.Length : at + length;
        string field = text[at..end].Trim();
        at = end;
        return field;
    }

    private static string QuotedField(string text, ref int at, ref int line, string name)
    {
        int first = line;
        var field = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '\n') line++;
            if (text[at] == '"')
            {
                at++;
                if (at >= text.Length || text[at] != '"') return field.ToString();
            }
            field.Append(text[at]);
        }
        throw new UserException($"{name} line {first}: a quote is opened and never closed");
    }

    private static bool Skip(string text, ref int at, char expected)
    {
        if (at >= text.Length || text[at] != expected) return false;
        at++;
        return true;
    }
}
