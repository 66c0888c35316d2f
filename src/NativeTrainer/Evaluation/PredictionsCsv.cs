using System.Globalization;
using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation;

/// <summary>
/// Reads predictions: the <c>predictions.csv</c> of a run folder, or any CSV whose first line names a column <c>label</c> and a column <c>prediction</c> (or <c>predicted</c>), one column of
/// probabilities a class, or both. Columns <c>path</c>, <c>id</c>, <c>x</c>, <c>y</c>, <c>width</c>, <c>height</c> before the label name the sample. Without a prediction, the likeliest class is it.
/// </summary>
public static class PredictionsCsv
{
    public const string FileName = "predictions.csv";

    /// <summary>Probabilities are often rounded; a row whose sum is further from 1 holds something else, such as logits.</summary>
    private const double SumTolerance = 0.01;

    /// <summary>Columns that say which sample a row is, and those that say what it was taken for.</summary>
    internal static readonly string[] Naming = ["path", "id", "x", "y", "width", "height"], Told = ["prediction", "predicted"];

    private sealed record Columns(int Label, int Prediction, int[] Names, int[] Classes);

    /// <param name="path">The file, or a run folder with one.</param>
    /// <exception cref="UserException">The file cannot be read or a value is not what it should be; the message has its line.</exception>
    public static PredictionSet Read(string path)
    {
        string file = FileOf(path);
        using var rows = CsvText.Parse(ReadText(file), file).GetEnumerator();
        if (!rows.MoveNext()) throw new UserException($"{file}: is empty. The first line names the columns: label, and prediction or one column of probabilities a class.");
        var header = rows.Current.Fields;
        var columns = Find(file, header);
        var (labels, predicted, names, probabilities) = (new List<string>(), new List<string>(), new List<string>(), new List<float>());
        var lines = new List<int>();
        int unlabelled = 0;
        while (rows.MoveNext())
        {
            var (line, fields) = rows.Current;
            if (fields.Count != header.Count) throw new UserException($"{file} line {line}: the header has {header.Count} columns, this row has {fields.Count}. A comma within a field needs quotes around the field.");
            if (fields[columns.Label].Length == 0)
            {
                unlabelled++;
                continue;
            }
            lines.Add(line);
            labels.Add(fields[columns.Label]);
            if (columns.Prediction >= 0) predicted.Add(fields[columns.Prediction]);
            names.Add(string.Join(' ', columns.Names.Select(c => fields[c])));
            Probabilities(file, line, header, fields, columns, probabilities);
        }
        if (labels.Count == 0 && unlabelled > 0) throw new UserException($"{file}: no row has a label (column '{header[columns.Label]}'). Figures need the right class of each sample.");
        string[] classes = columns.Classes.Length > 0 ? [.. columns.Classes.Select(c => header[c])] : [.. labels.Concat(predicted).Distinct().Order(StringComparer.Ordinal)];
        var index = classes.Select((name, c) => (name, c)).ToDictionary(pair => pair.name, pair => pair.c);
        int Class(string name, int row, string column) => index.TryGetValue(name, out int c) ? c
            : throw new UserException($"{file} line {lines[row]}: the {column} '{name}' has no column of probabilities. Columns: {Shown(classes)}.");
        int[] right = [.. labels.Select((name, row) => Class(name, row, "label"))];
        int[] likeliest = [.. Enumerable.Range(0, columns.Classes.Length > 0 ? labels.Count : 0).Select(n => Likeliest(probabilities, n, classes.Length))];
        int[] told = columns.Prediction < 0 ? likeliest : [.. predicted.Select((name, row) => Class(name, row, "prediction"))];
        var notes = new List<string>();
        if (unlabelled > 0) notes.Add($"rows without a label, which are left out: {unlabelled}");
        int others = likeliest.Length == 0 ? 0 : told.Zip(likeliest).Count(pair => pair.First != pair.Second);
        if (others > 0) notes.Add($"predictions that are not the class of the highest probability, and are taken as they stand: {others}");
        return new PredictionSet
        {
            Classes = classes,
            Labels = right,
            Predicted = told,
            Probabilities = columns.Classes.Length > 0 ? [.. probabilities] : null,
            Names = columns.Names.Length > 0 ? names : null,
            Notes = notes,
        };
    }

    /// <summary>The file that a user's path means.</summary>
    internal static string FileOf(string path) => Directory.Exists(path) ? Path.Combine(path, FileName) : path;

    /// <exception cref="UserException">It is no number of 0 to 1.</exception>
    internal static float Probability(string file, int line, string column, string field)
        => float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value >= 0 && value <= 1.0001f ? value
            : throw new UserException($"{file} line {line}: '{field}' in the column '{column}' is not a probability (0 to 1). Logits have to go through a softmax or sigmoid first.");

    private static Columns Find(string file, List<string> header)
    {
        int label = header.IndexOf("label");
        if (label < 0)
        {
            string hint = header.Count == 1 && header[0].AsSpan().ContainsAny(";\t") ? "Columns are separated by commas." : "The first line names the columns: label, and prediction or one column of probabilities a class.";
            throw new UserException($"{file}: the column 'label' is missing (found: {Shown(header)}). {hint}");
        }
        int prediction = header.FindIndex(Told.Contains);
        // A run's file: everything behind 'probability', which is the likeliest class's own, is a class, whatever its name.
        int own = prediction >= 0 && prediction + 1 < header.Count && header[prediction + 1] == "probability" ? prediction + 1 : -1;
        foreach (var part in (IEnumerable<string>[])[header.Take(own + 1), header.Skip(own + 1)])
            if (part.GroupBy(h => h).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UserException($"{file}: the column '{twice.Key}' appears twice. Keep one.");
        int[] names = [.. Enumerable.Range(0, label).Where(c => Naming.Contains(header[c]))];
        int[] classes = own >= 0 ? [.. Enumerable.Range(own + 1, header.Count - own - 1)]
            : [.. Enumerable.Range(0, header.Count).Where(c => c != label && c != prediction && !names.Contains(c) && !(names.Length == 0 && header[c] is "path" or "id"))];
        if (prediction < 0 && classes.Length == 0) throw new UserException($"{file}: has neither a column 'prediction' nor columns of probabilities (found: {Shown(header)}). Figures need one of them.");
        if (classes.Length == 1) throw new UserException($"{file}: has the probabilities of one class only, '{header[classes[0]]}'. Give one column for each class, both of two.");
        return new Columns(label, prediction, names, classes);
    }

    private static void Probabilities(string file, int line, List<string> header, List<string> fields, Columns columns, List<float> probabilities)
    {
        double sum = 0;
        foreach (int c in columns.Classes)
        {
            float value = Probability(file, line, header[c], fields[c]);
            probabilities.Add(value);
            sum += value;
        }
        if (columns.Classes.Length > 0 && Math.Abs(sum - 1) > SumTolerance)
            throw new UserException(string.Create(CultureInfo.InvariantCulture, $"{file} line {line}: the probabilities of the {columns.Classes.Length} classes sum to {sum:0.####}, not 1. Scores have to go through a softmax first."));
    }

    private static int Likeliest(List<float> probabilities, int row, int classes)
    {
        int best = 0;
        for (int c = 1; c < classes; c++)
            if (probabilities[row * classes + c] > probabilities[row * classes + best]) best = c;
        return best;
    }

    internal static string Shown(IReadOnlyList<string> names) => string.Join(", ", names.Take(8)) + (names.Count > 8 ? $" and {names.Count - 8} more" : "");

    internal static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{file}: cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }
}
