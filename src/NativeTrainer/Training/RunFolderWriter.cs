using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Report;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Reports;

namespace NativeTrainer.Training;

/// <summary>
/// Keeps the record of a run in its folder: <c>audit.json</c>, <c>options.json</c>, <c>environment.json</c>, <c>metrics.csv</c>, <c>metrics.jsonl</c>, TensorBoard events, and of the best
/// epoch <c>per-class.csv</c>, <c>confusion.csv</c> and <c>predictions.csv</c>. A resumed run continues the same files: rows of epochs that
/// are trained again are cut first. Checkpoints are the trainer's.
/// </summary>
/// <param name="options">As given; <see cref="TrainingPlan.Options"/> takes precedence where the trainer fills it in.</param>
/// <param name="clock">For the times in TensorBoard's events; null is the system's.</param>
public sealed class RunFolderWriter(TrainOptions options, TimeProvider? clock = null) : ITrainingObserver
{
    public const string MetricsCsv = "metrics.csv", MetricsJsonLines = "metrics.jsonl", PerClassCsv = "per-class.csv",
        ConfusionCsv = "confusion.csv", PredictionsCsv = "predictions.csv";

    private const string CsvHeader =
        "epoch,stage,train_loss,val_loss,val_accuracy,val_top5,val_balanced_accuracy,val_macro_f1,learning_rate,images_per_second,seconds,best,allowed,val_map\n";

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private string _folder = "", _events = "";
    private IReadOnlyList<string> _classes = [];
    private bool _continues;
    private AuditReport? _audit;

    /// <summary>Kept until the plan names the folder: a refused run leaves none.</summary>
    public void OnAudit(AuditReport report) => _audit = report;

    /// <exception cref="UserException">The folder is not writable or the disk is full.</exception>
    public void OnPlan(TrainingPlan plan)
    {
        (_folder, _classes, _continues) = (plan.RunFolder, plan.Classes, false);
        if (_audit is not null) Replace(AuditJson.FileName, AuditJson.Format(_audit));
        // Without its own folder, the file can be given back with --config as it is: the repeated run gets a folder of its own.
        var resolved = (plan.Options ?? options) with { Out = null };
        RunFolderFile.Replace(InFolder(TrainOptionsFile.Name), Encoding.UTF8.GetBytes(TrainOptionsFile.Format(resolved)));
        Replace(RunEnvironment.FileName, RunEnvironment.Of(plan).Format());
    }

    /// <exception cref="UserException">The folder is not writable or the disk is full.</exception>
    public void OnEpoch(EpochReport epoch)
    {
        if (!_continues) CutFrom(epoch.Epoch);
        _continues = true;
        RunFolderFile.Append(InFolder(MetricsCsv), Encoding.UTF8.GetBytes(CsvRow(epoch)));
        RunFolderFile.Append(InFolder(MetricsJsonLines), JsonLine(epoch));
        RunFolderFile.Append(_events, RunFolderEvents.Scalars(Now, epoch.Epoch, Scalars(epoch)));
        if (!epoch.IsBest) return;
        Replace(PerClassCsv, EvaluationTables.PerClass(epoch.Validation));
        if (epoch.Validation.Labels is null) Replace(ConfusionCsv, EvaluationTables.Confusion(epoch.Validation));
        if (epoch.Predictions.Count > 0) Replace(PredictionsCsv, EvaluationTables.Predictions(epoch.Predictions, _classes, epoch.Validation.Labels?.Thresholds));
    }

    private double Now => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    private string InFolder(string name) => Path.Combine(_folder, name);

    private void Replace(string name, string text) => RunFolderFile.Replace(InFolder(name), Encoding.UTF8.GetBytes(text));

    // Starts the three logs, or keeps of those that are there what belongs to epochs before the first one of this session.
    private void CutFrom(int epoch)
    {
        Replace(MetricsCsv, CsvHeader + Kept(MetricsCsv, skip: 1, line => int.TryParse(line.Split(',')[0], out int e) && e < epoch));
        Replace(MetricsJsonLines, Kept(MetricsJsonLines, skip: 0, line => EpochOf(line) < epoch));
        _events = Directory.EnumerateFiles(_folder, "events.out.tfevents.*").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? InFolder($"events.out.tfevents.{_clock.GetUtcNow().ToUnixTimeSeconds()}.nativetrainer");
        var kept = File.Exists(_events) ? RunFolderEvents.Before(File.ReadAllBytes(_events), epoch) : default;
        RunFolderFile.Replace(_events, kept.IsEmpty ? RunFolderEvents.Header(Now) : kept);
    }

    private string Kept(string name, int skip, Func<string, bool> keep)
    {
        string path = InFolder(name);
        return File.Exists(path) ? string.Concat(File.ReadLines(path).Skip(skip).Where(keep).Select(line => line + "\n")) : "";
    }

    private static int EpochOf(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, MetricsJson.Default.MetricsLine)?.Epoch ?? int.MaxValue;
        }
        catch (JsonException)
        {
            return int.MaxValue; // a line torn by a kill
        }
    }

    private string[] Allowed => _audit is null ? [] : [.. _audit.Marks];

    private string CsvRow(EpochReport epoch)
    {
        var metrics = epoch.Validation;
        return CsvLine.Of(epoch.Epoch, epoch.Stage, epoch.TrainLoss, metrics.Loss, metrics.Accuracy, metrics.Top5, metrics.BalancedAccuracy,
            metrics.MacroF1, TopRate(epoch), epoch.ImagesPerSecond, epoch.Seconds, epoch.IsBest, string.Join(' ', Allowed.Select(mark => mark.Split(' ')[0])), metrics.Labels?.MeanAveragePrecision ?? double.NaN);
    }

    private byte[] JsonLine(EpochReport epoch)
    {
        var metrics = epoch.Validation;
        var line = new MetricsLine(epoch.Epoch, epoch.Stage, epoch.TrainLoss, new ValidationLine(metrics.Loss, metrics.Accuracy, metrics.Top5,
            metrics.BalancedAccuracy, metrics.MacroF1, metrics.Labels?.MeanAveragePrecision), epoch.LearningRates, epoch.ImagesPerSecond, epoch.Seconds, epoch.IsBest, Allowed);
        return [.. JsonSerializer.SerializeToUtf8Bytes(line, MetricsJson.Default.MetricsLine), (byte)'\n'];
    }

    private static IEnumerable<(string, float)> Scalars(EpochReport epoch) =>
    [
        ("loss/train", (float)epoch.TrainLoss),
        ("loss/validation", (float)epoch.Validation.Loss),
        ("validation/accuracy", (float)epoch.Validation.Accuracy),
        .. epoch.Validation.Labels is { } labels ? [("validation/map", (float)labels.MeanAveragePrecision)] : new[] { ("validation/top5", (float)epoch.Validation.Top5) },
        ("validation/balanced_accuracy", (float)epoch.Validation.BalancedAccuracy),
        ("validation/macro_f1", (float)epoch.Validation.MacroF1),
        .. epoch.LearningRates.Select(rate => ($"learning_rate/{rate.Key}", rate.Value)),
        ("images_per_second", (float)epoch.ImagesPerSecond),
    ];

    private static float TopRate(EpochReport epoch) => epoch.LearningRates.Count == 0 ? float.NaN : epoch.LearningRates.Values.Max();
}

internal sealed record ValidationLine(double Loss, double Accuracy, double Top5, double BalancedAccuracy, double MacroF1,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Map = null);

internal sealed record MetricsLine(int Epoch, string Stage, double TrainLoss, ValidationLine Validation, IReadOnlyDictionary<string, float> LearningRates,
    double ImagesPerSecond, double Seconds, bool Best, IReadOnlyList<string> Allowed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(MetricsLine))]
internal sealed partial class MetricsJson : JsonSerializerContext;
