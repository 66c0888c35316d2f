using System.Globalization;

namespace NativeTrainer.Evaluation;

/// <summary>One line of comma-separated values (RFC 4180): fields with commas, quotes or line breaks are quoted; numbers are written the same everywhere.</summary>
public static class CsvLine
{
    /// <returns>The line with its line feed. Doubles and floats keep enough digits to read back the same; NaN becomes an empty field.</returns>
    public static string Of(params ReadOnlySpan<object?> fields)
    {
        var texts = new string[fields.Length];
        for (int i = 0; i < fields.Length; i++) texts[i] = Quote(Text(fields[i]));
        return string.Join(',', texts) + "\n";
    }

    private static string Text(object? field) => field switch
    {
        null or double.NaN or float.NaN => "",
        bool value => value ? "true" : "false",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => field.ToString() ?? "",
    };

    private static string Quote(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
}
