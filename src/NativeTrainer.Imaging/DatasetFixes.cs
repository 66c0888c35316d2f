namespace NativeTrainer.Imaging;

/// <summary>What to do with one picture of a data set.</summary>
public enum FixAction
{
    Keep,
    Drop,
    Relabel,
}

/// <summary>
/// Reads the <c>audit.csv</c> that an audit wrote and a person edited: a header with path, code, label, suggested_label and action, in any order; path and action are needed. Paths are
/// relative to the CSV's folder. A picture may have several rows; the one that does something counts.
/// </summary>
internal sealed class DatasetFixes
{
    public const string Header = "path,code,label,suggested_label,action";

    private const int PathColumn = 0, LabelColumn = 2, SuggestedColumn = 3, ActionColumn = 4;

    private readonly string _file;
    private readonly Dictionary<string, Row> _rows = [];

    private DatasetFixes(string file) => _file = file;

    /// <param name="Label">The label when the audit ran; empty where the file does not say.</param>
    private sealed record Row(string Source, string Shown, FixAction Action, string Label, string Suggested);

    /// <exception cref="UserException">The file is missing or damaged, an action is unknown, a label to set is missing, or two rows want different things of one picture.</exception>
    public static DatasetFixes Read(string path)
    {
        var fixes = new DatasetFixes(Path.GetFullPath(path));
        using var rows = CsvText.Parse(ReadText(path), path).GetEnumerator();
        if (!rows.MoveNext()) throw new UserException($"{path}: is empty. The first line names the columns: {Header}.");
        var header = rows.Current.Fields;
        int[] columns = Columns(path, header);
        while (rows.MoveNext()) fixes.Add(path, rows.Current.Line, rows.Current.Fields, header.Count, columns);
        return fixes;
    }

    /// <summary>The data set without what is dropped, and with the new labels; a note says how many.</summary>
    /// <exception cref="UserException">A picture to relabel is missing or has another label by now, a new label is no class, or no row is of this data set.</exception>
    public LabelledSet Apply(LabelledSet set)
    {
        var classes = set.Entries.Select(entry => entry.Class).ToHashSet();
        var met = new HashSet<string>();
        var kept = new List<LabelledSet.Entry>(set.Entries.Count);
        int dropped = 0, relabelled = 0;
        foreach (var entry in set.Entries)
        {
            if (!_rows.TryGetValue(entry.Path, out var row))
            {
                kept.Add(entry);
                continue;
            }
            met.Add(entry.Path);
            if (row.Action == FixAction.Drop)
            {
                dropped++;
                continue;
            }
            bool relabel = row.Action == FixAction.Relabel && row.Suggested != entry.Class;
            if (relabel) Require(row, entry, classes);
            kept.Add(relabel ? entry with { Class = row.Suggested, Source = row.Source } : entry);
            if (relabel) relabelled++;
        }
        RequireMet(set, met);
        return set with { Entries = kept, Notes = [.. set.Notes, $"{_file}: {dropped} dropped, {relabelled} relabelled"] };
    }

    private static void Require(Row row, LabelledSet.Entry entry, HashSet<string> classes)
    {
        if (row.Label.Length > 0 && row.Label != entry.Class)
            throw new UserException($"{row.Source}: {row.Shown} was '{row.Label}' when this was written and is '{entry.Class}' now; run the audit again");
        if (!classes.Contains(row.Suggested))
            throw new UserException($"{row.Source}: the new label '{row.Suggested}' is none of the classes {DatasetIndex.Listed([.. classes.Order(StringComparer.Ordinal)])}");
    }

    // A picture that was to be dropped may have been deleted since; a file of which nothing is found belongs to other data.
    private void RequireMet(LabelledSet set, HashSet<string> met)
    {
        if (_rows.Count > 0 && met.Count == 0) throw new UserException($"{_file}: none of its {_rows.Count} pictures is in {set.Root}; paths are relative to the CSV's folder");
        foreach (var (path, row) in _rows)
        {
            if (row.Action == FixAction.Relabel && !met.Contains(path)) throw new UserException($"{row.Source}: {row.Shown} is not in {set.Root} (looked for {path})");
        }
    }

    private void Add(string file, int line, List<string> fields, int width, int[] columns)
    {
        string source = $"{file} line {line}";
        if (fields.Count != width) throw new UserException($"{source}: the header has {width} columns, this row has {fields.Count}. A comma within a field needs quotes around the field.");
        string Field(int column) => columns[column] < 0 ? "" : fields[columns[column]];
        string shown = Field(PathColumn), word = Field(ActionColumn);
        FixAction action = word.ToLowerInvariant() switch
        {
            "keep" or "" => FixAction.Keep,
            "drop" => FixAction.Drop,
            "relabel" => FixAction.Relabel,
            _ => throw new UserException($"{source}: unknown action '{word}'. Known actions: keep, drop, relabel."),
        };
        if (shown.Length == 0) throw new UserException($"{source}: the path is empty");
        var row = new Row(source, shown, action, Field(LabelColumn), Field(SuggestedColumn));
        if (action == FixAction.Relabel && row.Suggested.Length == 0) throw new UserException($"{source}: relabel needs the new label in the column suggested_label");
        string path = CsvManifest.Resolve(Path.GetDirectoryName(_file)!, shown);
        if (!_rows.TryGetValue(path, out var other) || other.Action == FixAction.Keep) _rows[path] = row;
        else if (action != FixAction.Keep && (action, row.Suggested) != (other.Action, action == FixAction.Relabel ? other.Suggested : row.Suggested))
            throw new UserException($"{source}: {shown} is to {Words(row)} here and to {Words(other)} in {other.Source}. Keep one.");
    }

    private static string Words(Row row) => row.Action == FixAction.Relabel ? $"become '{row.Suggested}'" : "be dropped";

    private static int[] Columns(string file, List<string> header)
    {
        string[] known = Header.Split(',');
        var names = header.Select(name => name.ToLowerInvariant()).ToList();
        foreach (int needed in (ReadOnlySpan<int>)[PathColumn, ActionColumn])
        {
            if (!names.Contains(known[needed])) throw new UserException($"{file}: the column '{known[needed]}' is missing. The first line names the columns: {Header}.");
        }
        if (names.Find(name => names.Count(n => n == name) > 1) is { } twice) throw new UserException($"{file}: the column '{twice}' appears twice. Keep one.");
        return [.. known.Select(name => names.IndexOf(name))];
    }

    private static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{file}: cannot be read ({exception.Message})", exception);
        }
    }
}
