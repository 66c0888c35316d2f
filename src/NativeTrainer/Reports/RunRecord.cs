using System.Globalization;
using System.Text.Json;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Advice.Report;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Reports;

/// <summary>
/// What the files of a run folder say. Files that an old, an interrupted or another version's run lacks are null or empty, and <see cref="Missing"/> says so.
/// </summary>
public sealed class RunRecord
{
    public const string BestWeights = "best.safetensors";

    private readonly List<string> _missing = [];

    private RunRecord(string folder) => Folder = folder;

    /// <summary>As it was given.</summary>
    public string Folder { get; }

    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder)));

    public TrainOptions? Options { get; private set; }

    public RunEnvironment? Environment { get; private set; }

    /// <summary>The validation images as the best epoch saw them.</summary>
    public PredictionSet? Predictions { get; private set; }

    /// <summary>The same one by one, where there are probabilities.</summary>
    public IReadOnlyList<PredictedImage> Images { get; private set; } = [];

    /// <summary>The best epoch's weights; null where they are gone.</summary>
    public string? Weights { get; private set; }

    /// <summary>A linear classifier on the frozen features of the start weights, as the plan measured it before training; null where nobody did.</summary>
    public double? ProbeAccuracy { get; private set; }

    /// <summary>What is not there, a sentence each.</summary>
    public IReadOnlyList<string> Missing => _missing;

    internal IReadOnlyList<MetricsLine> Epochs { get; private set; } = [];

    internal AuditFile? Audit { get; private set; }

    internal MetricsLine? Best => Epochs.LastOrDefault(epoch => epoch.Best);

    /// <summary>The best validation accuracy of a stage that trained the head alone on frozen features, where other stages followed.</summary>
    internal double? HeadAccuracy => Epochs.Select(e => e.Stage).Distinct().Count() > 1 && Epochs.Any(e => e.Stage == "head") ? Epochs.Where(e => e.Stage == "head").Max(e => e.Validation.Accuracy) : null;

    /// <summary>Of all epochs.</summary>
    internal double Seconds => Epochs.Sum(epoch => epoch.Seconds);

    /// <exception cref="UserException">The folder is not there, or holds no run.</exception>
    public static RunRecord Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new UserException($"{folder}: there is no such run folder; give the folder that train printed");
        var record = new RunRecord(folder);
        if (!File.Exists(record.In(TrainOptionsFile.Name)) && !File.Exists(record.In(PredictionsCsv.FileName)))
            throw new UserException($"{folder}: has neither {TrainOptionsFile.Name} nor {PredictionsCsv.FileName}, so it is no run folder; give the folder that train printed");
        if (File.Exists(record.In(PredictionsCsv.FileName)) && LabelPredictionsCsv.Is(folder))
            throw new UserException($"{folder}: its images have none or several labels, and reports are of one; 'metrics {folder}' gives all figures with their intervals");
        record.Options = record.Try(TrainOptionsFile.Name, "the settings are not known", path => TrainOptionsFile.Load(path));
        record.Epochs = record.Try(RunFolderWriter.MetricsJsonLines, "there are no curves", Lines) ?? [];
        record.Audit = record.Try(AuditJson.FileName, "what was found in the data is not known", path => JsonSerializer.Deserialize(File.ReadAllBytes(path), AuditJsonContext.Default.AuditFile));
        record.Environment = record.Try(RunEnvironment.FileName, "the machine is not known", path => RunEnvironment.Parse(File.ReadAllBytes(path)));
        record.Predictions = record.Try(PredictionsCsv.FileName, "there are no figures of the validation images", PredictionsCsv.Read);
        if (record.Predictions is { Probabilities: not null } set) record.Images = Each(set, record.In(PredictionsCsv.FileName));
        record.ProbeAccuracy = File.Exists(record.In(PlanFile.Name)) ? record.Try(PlanFile.Name, "the plan is not known", Probe) : null;
        record.Weights = File.Exists(record.In(BestWeights)) ? record.In(BestWeights) : null;
        if (record.Weights is null) record._missing.Add($"{BestWeights} is not there: nothing shows where the network looked");
        return record;
    }

    internal string In(string name) => Path.Combine(Folder, name);

    private T? Try<T>(string name, string without, Func<string, T?> read)
    {
        try
        {
            if (File.Exists(In(name))) return read(In(name));
            _missing.Add($"{name} is not there: {without}");
        }
        catch (Exception error) when (error is UserException or JsonException or IOException or UnauthorizedAccessException)
        {
            _missing.Add($"{name} cannot be used: {without} ({error.Message.Split('\n')[0].TrimEnd('.')})");
        }
        return default;
    }

    private static MetricsLine[] Lines(string path)
    {
        var lines = new List<MetricsLine>();
        foreach (string line in File.ReadLines(path))
        {
            try
            {
                if (line.Length > 0 && JsonSerializer.Deserialize(line, MetricsJson.Default.MetricsLine) is { } epoch) lines.Add(epoch);
            }
            catch (JsonException)
            {
                break; // torn by a kill
            }
        }
        return [.. lines];
    }

    private static double? Probe(string path)
    {
        using var plan = JsonDocument.Parse(File.ReadAllBytes(path));
        return plan.RootElement.TryGetProperty("evidence", out var evidence) && evidence.TryGetProperty("linearProbeAccuracy", out var accuracy) && accuracy.ValueKind == JsonValueKind.Number ? accuracy.GetDouble() : null;
    }

    /// <summary>Names are the path, and of crops the box behind it.</summary>
    private static PredictedImage[] Each(PredictionSet set, string file)
    {
        using var reader = new StreamReader(file);
        string[] header = (reader.ReadLine() ?? "").Split(',');
        bool cropped = header.Contains("x") && header.Contains("height");
        int classes = set.Classes.Count;
        return [.. Enumerable.Range(0, set.Count).Select(n =>
        {
            string name = set.Names?[n] ?? $"sample {n + 1}";
            var (path, crop) = cropped ? Cut(name) : (name, null);
            return new PredictedImage(path, set.Labels[n], set.Probabilities!.AsSpan(n * classes, classes).ToArray()) { Crop = crop };
        })];
    }

    private static (string Path, PixelRegion? Crop) Cut(string name)
    {
        string[] words = name.Split(' ');
        if (words.Length < 5) return (name.Trim(), null);
        int[] box = [.. words[^4..].Select(w => int.TryParse(w, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : int.MinValue)];
        return box.Contains(int.MinValue) ? (name.Trim(), null) : (string.Join(' ', words[..^4]), new PixelRegion(box[0], box[1], box[2], box[3]));
    }
}
