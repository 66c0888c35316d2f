using System.Text;
using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation.MultiLabel;

/// <summary>
/// Reads and writes predictions of several labels: any CSV whose first line names a column <c>labels</c> (<c>cat;dog</c>, empty for none) and one column of probabilities a label, a column
/// <c>predicted</c> (or <c>prediction</c>) of the same form as <c>labels</c>, or both. Columns <c>path</c>, <c>id</c>, <c>x</c>, <c>y</c>, <c>width</c>, <c>height</c> before the labels name the sample.
/// </summary>
public static class LabelPredictionsCsv
{
    private const string Truth = "labels";
    private const char Separator = ';';

    /// <summary>Whether a file's first line has the column <c>labels</c>.</summary>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public static bool Is(string path)
    {
        string file = PredictionsCsv.FileOf(path);
        return CsvText.Parse(PredictionsCsv.ReadText(file), file).FirstOrDefault() is { Fields: { } header } && header.Contains(Truth);
    }

    /// <param name="path">The file, or a run folder with one.</param>
    /// <param name="threshold">What a label's probability has to reach where the file does not say what was predicted.</param>
    /// <exception cref="UserException">The file cannot be read or a value is not what it should be; the message has its line.</exception>
    public static LabelPredictions Read(string path, float threshold = LabelPredictions.UsualThreshold)
    {
        string file = PredictionsCsv.FileOf(path);
        var rows = CsvText.Parse(PredictionsCsv.ReadText(file), file).ToArray();
        if (rows.Length == 0 || !rows[0].Fields.Contains(Truth)) throw new UserException($"{file}: the column '{Truth}' is missing. The first line names the columns: {Truth}, and predicted or one column of probabilities a label.");
        var header = rows[0].Fields;
        if (header.GroupBy(h => h).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UserException($"{file}: the column '{twice.Key}' appears twice. Keep one.");
        int truth = header.IndexOf(Truth), told = header.FindIndex(PredictionsCsv.Told.Contains);
        int[] names = [.. Enumerable.Range(0, truth).Where(c => PredictionsCsv.Naming.Contains(header[c]))];
        int[] scores = [.. Enumerable.Range(0, header.Count).Where(c => c != truth && c != told && !names.Contains(c))];
        if (told < 0 && scores.Length == 0) throw new UserException($"{file}: has neither a column 'predicted' nor columns of probabilities (found: {PredictionsCsv.Shown(header)}). Figures need one of them.");
        foreach (var (line, fields) in rows.Skip(1))
            if (fields.Count != header.Count) throw new UserException($"{file} line {line}: the header has {header.Count} columns, this row has {fields.Count}. A comma within a field needs quotes around the field.");
        var right = rows.Skip(1).Select(row => Split(row.Fields[truth])).ToArray();
        var said = told < 0 ? [] : rows.Skip(1).Select(row => Split(row.Fields[told])).ToArray();
        string[] labels = scores.Length > 0 ? [.. scores.Select(c => header[c])] : [.. right.Concat(said).SelectMany(l => l).Distinct().Order(StringComparer.Ordinal)];
        if (labels.Length == 0) throw new UserException($"{file}: no row has a label. Figures need some.");
        var index = labels.Select((name, c) => (name, c)).ToDictionary(pair => pair.name, pair => pair.c);
        bool[] Marked(string[][] of, string column)
        {
            var marks = new bool[of.Length * labels.Length];
            for (int n = 0; n < of.Length; n++)
            {
                foreach (string name in of[n])
                    marks[n * labels.Length + (index.TryGetValue(name, out int c) ? c
                        : throw new UserException($"{file} line {rows[n + 1].Line}: '{name}' in the column '{column}' has no column of probabilities. Columns: {PredictionsCsv.Shown(labels)}."))] = true;
            }
            return marks;
        }

        bool[] targets = Marked(right, Truth);
        float[]? probabilities = scores.Length == 0 ? null : [.. rows.Skip(1).SelectMany(row => scores.Select(c => PredictionsCsv.Probability(file, row.Line, header[c], row.Fields[c])))];
        var set = probabilities is null ? null : LabelPredictions.Of(probabilities, targets, labels, [.. Enumerable.Repeat(threshold, labels.Length)]);
        IReadOnlyList<string>? samples = names.Length == 0 ? null : [.. rows.Skip(1).Select(row => string.Join(' ', names.Select(c => row.Fields[c])))];
        if (told < 0) return set! with { Names = samples };
        return new LabelPredictions { Labels = labels, Targets = targets, Predicted = Marked(said, header[told]), Probabilities = probabilities, Names = samples };
    }

    /// <summary>path,labels,predicted and one column of probabilities a label.</summary>
    public static string Format(LabelPredictions set)
    {
        var csv = new StringBuilder(CsvLine.Of(["path", Truth, "predicted", .. set.Labels]));
        for (int n = 0; n < set.Count; n++)
        {
            IEnumerable<object> probabilities = set.Probabilities is { } p ? Enumerable.Range(n * set.Labels.Count, set.Labels.Count).Select(i => (object)p[i]) : [];
            csv.Append(CsvLine.Of([set.Names?[n] ?? "", Joined(set.Targets), Joined(set.Predicted), .. probabilities]));
            string Joined(bool[] marks) => string.Join(Separator, set.Labels.Where((_, c) => marks[n * set.Labels.Count + c]));
        }
        return csv.ToString();
    }

    private static string[] Split(string field) => [.. field.Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
}
