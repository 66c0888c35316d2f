using System.CommandLine;
using System.Globalization;

namespace NativeTrainer.Cli.Arguments;

/// <summary>Options that read their text the same in every culture and say what they expect. Ranges are checked where the value is used.</summary>
internal static class Options
{
    private delegate bool TryParse<T>(string text, out T value);

    public static Option<string> Text(string name, string valueName, string description, params string[] aliases)
        => new(name, aliases) { HelpName = valueName, Description = description };

    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    public static Option<int> Integer(string name, string valueName, string description)
        => Parsed<int>(name, valueName, description, "a whole number", (text, out value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));

    public static Option<ulong> Seed(string name, string description)
        => Parsed<ulong>(name, "N", description, "a whole number, 0 or more", (text, out value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value));

    public static Option<float> Number(string name, string valueName, string description)
        => Parsed<float>(name, valueName, description, "a number", Number);

    /// <summary>Bytes, as <c>500MB</c>, <c>2GB</c> or a plain number.</summary>
    public static Option<long> Bytes(string name, string description)
        => Parsed<long>(name, "SIZE", description, "a size such as 500MB or 2GB", Bytes);

    /// <summary>A time, as <c>90s</c>, <c>30m</c>, <c>1.5h</c> or a number of seconds.</summary>
    public static Option<TimeSpan> Duration(string name, string description)
        => Parsed<TimeSpan>(name, "TIME", description, "a time such as 90s, 30m or 2h", Duration);

    /// <summary>Words between commas; the option may also be repeated.</summary>
    public static Option<string[]> List(string name, string valueName, string description) => new(name)
    {
        HelpName = valueName,
        Description = description,
        CustomParser = result => [.. result.Tokens.SelectMany(token => Words(token.Value))],
    };

    public static Option<int[]> Integers(string name, string valueName, string description) => ParsedList<int>(name, valueName, description, "whole numbers between commas",
        (text, out value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));

    public static Option<float[]> Numbers(string name, string valueName, string description)
        => ParsedList<float>(name, valueName, description, "numbers between commas", Number);

    /// <summary><c>name=number</c> between commas; the option may also be repeated.</summary>
    public static Option<KeyValuePair<string, float>[]> NamedNumbers(string name, string valueName, string description)
        => ParsedList<KeyValuePair<string, float>>(name, valueName, description, $"{valueName} with numbers", NamedNumber);

    public static Option<T> Choice<T>(string name, string description, params (string Word, T Value)[] choices)
    {
        string words = string.Join('|', choices.Select(choice => choice.Word));
        var option = Parsed<T>(name, words, description, $"one of {words.Replace("|", ", ")}", (text, out value) =>
        {
            int index = Array.FindIndex(choices, choice => choice.Word.Equals(text, StringComparison.OrdinalIgnoreCase));
            value = index < 0 ? default! : choices[index].Value;
            return index >= 0;
        });
        option.CompletionSources.Add([.. choices.Select(choice => choice.Word)]);
        return option;
    }

    /// <summary>Whether the option was written on the command line.</summary>
    public static bool Given(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static Option<T> Parsed<T>(string name, string valueName, string description, string expected, TryParse<T> parse) => new(name)
    {
        HelpName = valueName,
        Description = description,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!parse(text, out T value)) result.AddError($"{name} '{text}' is not {expected}");
            return value;
        },
    };

    private static Option<T[]> ParsedList<T>(string name, string valueName, string description, string expected, TryParse<T> parse) => new(name)
    {
        HelpName = valueName,
        Description = description,
        CustomParser = result =>
        {
            var values = new List<T>();
            foreach (string word in result.Tokens.SelectMany(token => Words(token.Value)))
            {
                if (parse(word, out T value)) values.Add(value);
                else result.AddError($"{name} '{word}' is not understood; it takes {expected}");
            }
            return [.. values];
        },
    };

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool Number(string text, out float value) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    private static bool NamedNumber(string text, out KeyValuePair<string, float> pair)
    {
        int equals = text.IndexOf('=');
        pair = default;
        if (equals <= 0 || !Number(text[(equals + 1)..], out float value)) return false;
        pair = new(text[..equals], value);
        return true;
    }

    private static bool Duration(string text, out TimeSpan time)
    {
        double unit = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        bool number = double.TryParse(unit > 0 ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && count * Math.Max(unit, 1) < 1e8;
        time = number ? TimeSpan.FromSeconds(count * Math.Max(unit, 1)) : default;
        return number;
    }

    private static bool Bytes(string text, out long bytes)
    {
        ReadOnlySpan<(string Suffix, double Size)> units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("B", 1), ("", 1)];
        foreach (var (suffix, size) in units)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) continue;
            bool number = double.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double count);
            bytes = number ? (long)(count * size) : 0;
            return number;
        }
        bytes = 0;
        return false;
    }
}
