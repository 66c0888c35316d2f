using System.Globalization;
using System.Text;

namespace NativeTrainer.Imaging;

/// <summary>
/// Reads and writes CSV manifests: a header with the columns path and label (or labels: none, one or several with semicolons between them), and if wanted split, group and a box (x, y, width, height), in any order. Paths are relative to
/// the CSV's folder. A box is in pixels of the upright picture; where its fields are empty, the row is the whole picture.
/// </summary>
internal static class CsvManifest
{
    private static readonly string[] Columns = ["path", "label", "split", "group", "x", "y", "width", "height", "labels"];

    private const char LabelSeparator = ';';

    /// <param name="files">CSV files with the split that their name gives, if any.</param>
    /// <param name="shown">What the user named.</param>
    /// <param name="cropBoxes">The margin that was asked for.</param>
    public static LabelledSet Read(IReadOnlyList<(string Path, SplitName? Split)> files, string shown, double? cropBoxes)
    {
        var entries = new List<LabelledSet.Entry>();
        foreach (var (path, split) in files) ReadFile(path, split, entries);
        if (entries.Find(e => e.Labels is null != entries[0].Labels is null) is { } other)
            throw new UserException($"{other.Source}: has a column '{(other.Labels is null ? "label" : "labels")}', and {entries[0].Source} '{(other.Labels is null ? "labels" : "label")}'. Give all files the same.");
        // They may be those of a run's split.csv, which have their margin.
        string[] notes = cropBoxes > 0 && entries.Any(e => e.Crop is not null) ? [$"{shown}: the boxes of a CSV are taken as they stand; --crop-boxes adds no margin to them"] : [];
        return new LabelledSet(shown, entries, [.. notes]);
    }

    /// <summary>Writes path, label, split and, where a sample has them, group and box, in the order given; an old file stays until the new one is whole.</summary>
    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<string> classes, IReadOnlyList<(Sample Sample, SplitName Split)> rows)
    {
        string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full)!;
        bool grouped = rows.Any(row => row.Sample.Group is not null), cropped = rows.Any(row => row.Sample.Crop is not null), several = rows.Any(row => row.Sample.Labels is not null);
        var text = new StringBuilder($"path,{(several ? "labels" : "label")},split{(grouped ? ",group" : "")}{(cropped ? ",x,y,width,height" : "")}\n");
        foreach (var (sample, split) in rows)
        {
            string relative = Path.GetRelativePath(folder, sample.Path);
            if (Path.DirectorySeparatorChar == '\\') relative = relative.Replace('\\', '/');
            text.Append($"{CsvText.Quote(relative)},{CsvText.Quote(sample.Labels is { } labels ? string.Join(LabelSeparator, labels.Select(c => classes[c])) : classes[sample.Label])},{split.ToString().ToLowerInvariant()}");
            if (grouped) text.Append($",{CsvText.Quote(sample.Group ?? "")}");
            if (cropped) text.Append(sample.Crop is { } crop ? $",{crop.X},{crop.Y},{crop.Width},{crop.Height}" : ",,,,");
            text.Append('\n');
        }
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(temporary, text.ToString());
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary)) File.Delete(temporary);
            throw new UserException($"{path}: cannot be written ({exception.Message})", exception);
        }
    }

    private static void ReadFile(string file, SplitName? split, List<LabelledSet.Entry> entries)
    {
        using var rows = CsvText.Parse(ReadText(file), file).GetEnumerator();
        if (!rows.MoveNext()) throw new UserException($"{file}: is empty. The first line names the columns: path,label[,split][,group].");
        var header = rows.Current.Fields;
        int[] columns = FindColumns(file, header, split is not null);
        string folder = Path.GetDirectoryName(file)!;
        var missing = new List<string>();
        int before = entries.Count;
        while (rows.MoveNext())
        {
            var (line, fields) = rows.Current;
            string source = $"{file} line {line}";
            if (fields.Count != header.Count) throw new UserException($"{source}: the header has {header.Count} columns, this row has {fields.Count}. A comma within a field needs quotes around the field.");
            var entry = ReadRow(source, fields, columns, folder, split);
            if (!File.Exists(entry.Path)) missing.Add($"{source}: {fields[columns[0]]} {(Directory.Exists(entry.Path) ? "is a folder" : $"does not exist (looked for {entry.Path})")}");
            entries.Add(entry);
        }
        if (missing.Count > 0) throw new UserException(missing[0] + (missing.Count > 1 ? $" (such rows: {missing.Count})" : "") + ". Paths are relative to the CSV's folder.");
        if (entries.Count == before) throw new UserException($"{file}: has a header but no rows. List one picture per line.");
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

    // Where each of Columns stands in the header; −1 where it does not.
    private static int[] FindColumns(string file, List<string> header, bool splitByName)
    {
        var names = header.Select(name => name.ToLowerInvariant()).ToList();
        foreach (string name in names)
        {
            if (!Columns.Contains(name))
            {
                string hint = name.AsSpan().ContainsAny(";\t") ? "Columns are separated by commas." : "The first line names the columns.";
                throw new UserException($"{file}: unknown column '{name}'. Known columns: {string.Join(", ", Columns)}. {hint}");
            }
            if (names.Count(n => n == name) > 1) throw new UserException($"{file}: the column '{name}' appears twice. Keep one.");
        }
        if (names.Contains("label") && names.Contains("labels")) throw new UserException($"{file}: has a column 'label' and a column 'labels'. Keep 'label' where each picture has one, 'labels' where it has none or several.");
        foreach (string needed in Columns[..2])
        {
            if (!names.Contains(needed) && !(needed == "label" && names.Contains("labels"))) throw new UserException($"{file}: the column '{needed}' is missing. The first line names the columns: path,label[,split][,group].");
        }
        if (Columns[4..8].Count(names.Contains) is > 0 and < 4) throw new UserException($"{file}: a box has the columns x, y, width and height; {string.Join(", ", Columns[4..8].Except(names))} {(Columns[4..8].Except(names).Count() > 1 ? "are" : "is")} missing.");
        if (splitByName && names.Contains("split")) throw new UserException($"{file}: the file's name gives the split, so it cannot have a column 'split'. Remove the column or rename the file.");
        return [.. Columns.Select(name => names.IndexOf(name))];
    }

    private static LabelledSet.Entry ReadRow(string source, List<string> fields, int[] columns, string folder, SplitName? split)
    {
        string path = fields[columns[0]], label = fields[columns[columns[8] >= 0 ? 8 : 1]];
        if (path.Length == 0) throw new UserException($"{source}: the path is empty");
        var labels = columns[8] >= 0 ? ReadLabels(source, path, label) : null;
        if (labels is null && label.Length == 0) throw new UserException($"{source}: the label of {path} is empty");
        if (columns[2] >= 0)
        {
            string word = fields[columns[2]];
            split = LabelledSet.ParseSplit(word) ?? throw new UserException($"{source}: unknown split '{word}'. Known splits: {string.Join(", ", LabelledSet.SplitWords)}.");
        }
        string? group = columns[3] >= 0 && fields[columns[3]].Length > 0 ? fields[columns[3]] : null;
        var crop = columns[4] >= 0 ? ReadBox(source, [.. columns[4..8].Select(c => fields[c])]) : null;
        // Crops of one picture stay together.
        if (crop is not null) group ??= path.Replace('\\', '/');
        return new LabelledSet.Entry(Resolve(folder, path), labels is null ? label : string.Join(LabelSeparator, labels), split, group, source) { Crop = crop, Labels = labels };
    }

    private static string[] ReadLabels(string source, string path, string field)
    {
        string[] labels = [.. field.Split(LabelSeparator, StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)];
        if (labels is [""]) return [];
        if (labels[0].Length == 0) throw new UserException($"{source}: the labels '{field}' of {path} hold an empty one. Write them as cat;dog, and nothing where there is none.");
        return labels.Distinct().Count() == labels.Length ? labels : throw new UserException($"{source}: the labels '{field}' of {path} hold one twice. Name each once.");
    }

    private static PixelRegion? ReadBox(string source, string[] fields)
    {
        if (fields.All(f => f.Length == 0)) return null;
        var values = new int[4];
        for (int i = 0; i < 4; i++)
        {
            if (!int.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]) || (i > 1 && values[i] < 1))
                throw new UserException($"{source}: '{fields[i]}' is no {Columns[4 + i]} of a box. It takes whole pixels from the upright picture's upper left corner, width and height at least 1.");
        }
        return new PixelRegion(values[0], values[1], values[2], values[3]);
    }

    // Manifests made on Windows have backslashes, which are letters of a name elsewhere.
    public static string Resolve(string folder, string path)
    {
        string full = Path.GetFullPath(Path.Combine(folder, path));
        if (File.Exists(full) || !path.Contains('\\')) return full;
        string turned = Path.GetFullPath(Path.Combine(folder, path.Replace('\\', '/')));
        return File.Exists(turned) ? turned : full;
    }
}
