namespace NativeTrainer.Imaging.Annotations;

/// <summary>What describes a YOLO data set: Ultralytics' data.yaml, darknet's obj.data with its names, or a list of names alone.</summary>
/// <param name="File">The description.</param>
/// <param name="Names">Class names by number.</param>
/// <param name="Sources">Folders of pictures or lists of them (.txt), as written, with their split.</param>
/// <param name="Base">Folder that sources are relative to, as written; null is the description's own.</param>
internal sealed record YoloConfig(string File, Dictionary<int, string> Names, List<(string Path, SplitName Split)> Sources, string? Base)
{
    /// <summary>The labels hold key points after each box.</summary>
    public bool KeyPoints { get; init; }

    private static readonly string[] SplitKeys = ["train", "val", "valid", "validation", "test"];

    /// <summary>Whether text looks like a data.yaml: it has names, and pictures to train on or a count of classes.</summary>
    public static bool IsYaml(string text)
    {
        bool Has(string key) => text.StartsWith(key + ":", StringComparison.Ordinal) || text.Contains("\n" + key + ":", StringComparison.Ordinal);
        return Has("names") && (Has("train") || Has("val") || Has("path") || Has("nc"));
    }

    /// <summary>Whether text looks like darknet's obj.data: lines of key = value, names among them.</summary>
    public static bool IsData(string text)
    {
        var keys = Pairs(text, '=').Select(p => p.Key).ToList();
        return keys.Contains("names") && keys.Contains("train");
    }

    /// <summary>One name a line.</summary>
    public static Dictionary<int, string> ReadNames(string file)
        => ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0).Select((name, i) => (name, i)).ToDictionary(n => n.i, n => n.name);

    public static YoloConfig ReadData(string file)
    {
        var pairs = Pairs(string.Join('\n', ReadLines(file)), '=').ToList();
        string folder = Path.GetDirectoryName(file)!;
        string named = pairs.First(p => p.Key == "names").Value;
        string[] places = [Path.Combine(folder, named), Path.Combine(folder, Path.GetFileName(named))];
        string names = places.FirstOrDefault(System.IO.File.Exists) ?? throw new UserException($"{file}: names '{named}', which does not exist (looked for {Path.GetFullPath(places[0])}). Put it beside.");
        return new YoloConfig(file, ReadNames(names), [.. pairs.Where(p => SplitKeys.Contains(p.Key)).Select(p => (p.Value, LabelledSet.ParseSplit(p.Key)!.Value))], null);
    }

    /// <summary>The part of YAML that these files use: scalars, lists in brackets or on lines of their own, and numbered names.</summary>
    public static YoloConfig ReadYaml(string file)
    {
        var names = new Dictionary<int, string>();
        var sources = new List<(string, SplitName)>();
        string? root = null;
        bool keyPoints = false;
        foreach (var (key, line, values) in Blocks(file))
        {
            if (key == "names")
            {
                foreach (string value in values) AddName(value, $"{file} line {line}", names);
            }
            else if (SplitKeys.Contains(key))
            {
                foreach (string value in values) sources.Add((Unquote(value), LabelledSet.ParseSplit(key)!.Value));
            }
            else if (key == "path" && values.Count > 0) root = Unquote(values[0]);
            else if (key == "kpt_shape") keyPoints = true;
        }
        if (names.Count == 0) throw new UserException($"{file}: its names are empty or in a form that is not known. Write names: ['cat', 'dog'], or one 'number: name' a line.");
        return new YoloConfig(file, names, sources, root) { KeyPoints = keyPoints };
    }

    // "cat", or "3: cat" where numbers are given.
    private static void AddName(string value, string place, Dictionary<int, string> names)
    {
        int colon = value.IndexOf(':');
        bool numbered = colon > 0 && int.TryParse(Unquote(value[..colon]), out _);
        int number = numbered ? int.Parse(Unquote(value[..colon])) : names.Count;
        string name = Unquote(numbered ? value[(colon + 1)..] : value);
        if (name.Length > 0 && !names.TryAdd(number, name)) throw new UserException($"{place}: the class {number} has two names. Keep one.");
    }

    // Each key at the left margin with its values: of the same line, of brackets over several lines, or of the indented lines below.
    private static List<(string Key, int Line, List<string> Values)> Blocks(string file)
    {
        var blocks = new List<(string Key, int Line, List<string> Values)>();
        string open = "";
        int number = 0;
        foreach (string raw in ReadLines(file))
        {
            number++;
            string line = WithoutComment(raw).TrimEnd(), text = line.Trim();
            if (text.Length == 0 || text is "---") continue;
            if (open.Length > 0) open += " " + text;
            else if (char.IsWhiteSpace(line[0]) || text.StartsWith("- ", StringComparison.Ordinal))
            {
                if (blocks.Count > 0) blocks[^1].Values.Add(text.StartsWith("- ", StringComparison.Ordinal) ? text[2..] : text);
                continue;
            }
            else
            {
                int colon = text.IndexOf(':');
                if (colon < 1) throw new UserException($"{file} line {number}: '{text}' is not 'key: value'. Mend the line.");
                blocks.Add((Unquote(text[..colon]), number, []));
                open = text[(colon + 1)..].Trim();
            }
            bool bracket = open.StartsWith('[') || open.StartsWith('{');
            if (bracket && !open.EndsWith(']') && !open.EndsWith('}')) continue;
            if (bracket) blocks[^1].Values.AddRange(Items(open[1..^1]));
            else if (open.Length > 0) blocks[^1].Values.Add(open);
            open = "";
        }
        return open.Length == 0 ? blocks : throw new UserException($"{file} line {blocks[^1].Line}: the brackets of '{blocks[^1].Key}' are never closed. Mend the line.");
    }

    // Between commas that stand in no quotes.
    private static IEnumerable<string> Items(string text)
    {
        var (start, quote) = (0, '\0');
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (text[i] == quote || (quote == '\0' && text[i] is '\'' or '"'))) quote = quote == '\0' ? text[i] : '\0';
            if (i < text.Length && (text[i] != ',' || quote != '\0')) continue;
            if (text[start..i].Trim() is { Length: > 0 } item) yield return item;
            start = i + 1;
        }
    }

    private static string WithoutComment(string line)
    {
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == quote) quote = '\0';
            else if (quote == '\0' && line[i] is '\'' or '"') quote = line[i];
            else if (quote == '\0' && line[i] == '#' && (i == 0 || char.IsWhiteSpace(line[i - 1]))) return line[..i];
        }
        return line;
    }

    private static string Unquote(string text)
    {
        text = text.Trim();
        if (text.Length < 2 || text[0] != text[^1] || text[0] is not ('\'' or '"')) return text;
        return text[0] == '\'' ? text[1..^1].Replace("''", "'") : text[1..^1].Replace("\\\"", "\"").Replace("\\\\", "\\");
    }

    private static IEnumerable<(string Key, string Value)> Pairs(string text, char separator)
        => text.Split('\n').Select(line => line.Split(separator, 2)).Where(p => p.Length == 2).Select(p => (p[0].Trim(), p[1].Trim()));

    internal static string[] ReadLines(string file)
    {
        try
        {
            return System.IO.File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{file}: cannot be read ({error.Message})", error);
        }
    }
}
