using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Evaluation;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Cli.Output;

// What --json prints: one camelCase object per command. Members may be added, not renamed.

internal sealed record ClassJson(string Name, int Count, double Precision, double? Recall, double F1)
{
    public static ClassJson[] Of(ClassificationMetrics metrics)
        => [.. metrics.PerClass.Select(c => new ClassJson(c.Name, c.Count, c.Precision, double.IsNaN(c.Recall) ? null : c.Recall, c.F1))];
}

/// <param name="Map">Of images with several labels, as all that follow; else null.</param>
internal sealed record BestJson(int Epoch, double Accuracy, double? Top5, double Loss, double BalancedAccuracy, double MacroF1, double MajorityBaseline, ClassJson[] PerClass,
    double? Map, double? MicroF1, double? HammingLoss, IReadOnlyList<float>? Thresholds);

/// <summary>What always saying the most frequent class would score on the same images.</summary>
internal sealed record BaselineJson(string Class, double Accuracy, double BalancedAccuracy, double MacroF1)
{
    public static BaselineJson Of(ClassificationMetrics metrics)
    {
        var baseline = metrics.Baseline;
        return new(baseline.Class, baseline.Accuracy, baseline.BalancedAccuracy, baseline.MacroF1);
    }
}

internal sealed record TrainJson(BestJson? Best, BaselineJson? Baseline, double ImagesPerSecond, long PeakMemoryBytes, double Seconds, string Run, string? Weights, bool Interrupted,
    string? Diverged, IReadOnlyList<string> Unusable, IReadOnlyList<string> Allowed, FindingLine[] Findings, string? Report, FewShotJson? FewShot)
{
    public static TrainJson Of(TrainResult result, string? report = null)
    {
        var best = result.Best;
        return new(
            result.BestEpoch < 1 ? null : new BestJson(result.BestEpoch, best.Accuracy, FigureJson.Number(best.Top5), best.Loss, best.BalancedAccuracy, best.MacroF1, best.Baseline.Accuracy, ClassJson.Of(best),
                best.Labels?.MeanAveragePrecision, best.Labels?.MicroF1, best.Labels?.HammingLoss, best.Labels?.Thresholds),
            result.BestEpoch < 1 ? null : BaselineJson.Of(best), result.ImagesPerSecond, result.PeakMemoryBytes, result.Seconds, result.RunFolder, RunReport.BestWeights(result), result.Interrupted, result.Diverged,
            result.Unusable, result.Audit.Marks, [.. result.Audit.Findings.Select(FindingLine.Of)], report, FewShotJson.Of(result.FewShot));
    }
}

internal sealed record FewShotScoreJson(string Head, string Setting, double Accuracy, double LogLoss);

/// <param name="LeftOut">Images that the figures are of; NaN where there are none.</param>
internal sealed record FewShotJson(string Head, string Setting, int LeftOut, FewShotScoreJson[] Tried)
{
    public static FewShotJson? Of(FewShotChoice? choice)
        => choice is null ? null : new(Word(choice.Chosen.Kind), choice.Chosen.Setting, choice.LeftOut, [.. choice.Tried.Select(score => new FewShotScoreJson(Word(score.Kind), score.Setting, score.Accuracy, score.LogLoss))]);

    private static string Word(FewShotHeadKind kind) => kind.ToString().ToLowerInvariant();
}

internal sealed record EvaluateJson(double Accuracy, double Top5, double Loss, double BalancedAccuracy, double MacroF1, double MajorityBaseline, BaselineJson Baseline, int Count, double ImagesPerSecond,
    ClassJson[] PerClass, int[][] Confusion, IReadOnlyList<string> Unusable, Dictionary<string, FigureJson> Figures, ClassReportJson[] Classes, ReliabilityJson[]? Reliability, TemperatureJson Temperature)
{
    public static EvaluateJson Of(EvaluationResult result, ClassificationReport report)
    {
        var metrics = result.Metrics;
        return new(metrics.Accuracy, metrics.Top5, metrics.Loss, metrics.BalancedAccuracy, metrics.MacroF1, metrics.Baseline.Accuracy, BaselineJson.Of(metrics), metrics.Count, result.ImagesPerSecond,
            ClassJson.Of(metrics), metrics.Confusion, result.Unusable, FigureJson.Of(report.Figures), ClassReportJson.Of(report), ReliabilityJson.Of(report.Reliability),
            new TemperatureJson(result.Temperature, result.Fitted?.Before, result.Fitted?.After));
    }
}

/// <param name="LossBefore">Where it was fitted: log loss without it.</param>
/// <param name="LossAfter">And with it.</param>
internal sealed record TemperatureJson(double Value, double? LossBefore, double? LossAfter);

/// <param name="Present">Of several labels: whether the probability reaches the label's threshold; of one null.</param>
internal sealed record ClassProbability(string Class, float Probability, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Present = null);

internal sealed record PredictionJson(string Path, IReadOnlyList<ClassProbability> Predictions);

internal sealed record PredictJson(IReadOnlyList<PredictionJson> Images, IReadOnlyList<string> Unusable);

internal sealed record TensorJson(string Name, int[] Shape);

internal sealed record ModelJson(ResNetSpec Spec, IReadOnlyList<string>? Labels, string? License, string? Source, string Norm, IReadOnlyList<TensorJson> Tensors)
{
    public static ModelJson Of(ModelWeights model)
        => new(model.Spec, model.Labels, model.License, model.Source, ModelReport.Norm(model), [.. model.Tensors.Select(t => new TensorJson(t.Key, t.Value.Shape))]);
}

internal sealed record ConvertJson(string Output, ModelJson Model, double? MaxLogitDifference, double? MaxLogit, IReadOnlyList<string> Notes);

internal sealed record ExportCheckJson(string By, int Images, double? MaxLogitDifference, double MaxProbabilityDifference, bool SameTop1)
{
    public static ExportCheckJson Of(ExportCheck check) => new(check.By, check.Images, check.LogitDifference, check.ProbabilityDifference, check.OtherClass == 0);
}

internal sealed record ExportJson(string Output, long Bytes, string Preprocessing, bool Softmax, bool Folded, double Temperature, string CheckedOn, double MaxLogit, ExportCheckJson[] Checks, IReadOnlyList<string> Notes);

/// <param name="With">Of the soup with it; null for the first.</param>
internal sealed record SoupMemberJson(string File, bool Kept, FiguresJson Alone, FiguresJson? With);

internal sealed record FiguresJson(double Accuracy, double Loss, double BalancedAccuracy, double MacroF1)
{
    public static FiguresJson Of(ClassificationMetrics metrics) => new(metrics.Accuracy, metrics.Loss, metrics.BalancedAccuracy, metrics.MacroF1);
}

internal sealed record SoupJson(string Output, FiguresJson Soup, SoupMemberJson[] Members)
{
    public static SoupJson Of(SoupResult result) => new(result.Output, FiguresJson.Of(result.Metrics),
        [.. result.Members.Select(member => new SoupMemberJson(member.File, member.Kept, FiguresJson.Of(member.Alone), member.With is null ? null : FiguresJson.Of(member.With)))]);
}

internal sealed record DeviceJson(string Name, string Description, IReadOnlyList<string> Precisions, string? Architecture = null, long? MemoryBytes = null, string? Driver = null)
{
    public static DeviceJson Of(CudaCard card) => new($"cuda:{card.Index}", string.Create(CultureInfo.InvariantCulture, $"{card.Name}, architecture {card.Architecture}, {card.MemoryBytes / 1e9:F0} GB, driver of CUDA {card.Driver}"),
        [.. card.Precisions.Select(p => p.Name())], card.Architecture, card.MemoryBytes, card.Driver);
}

/// <param name="NoCuda">Why no card can be used.</param>
internal sealed record DevicesJson(IReadOnlyList<DeviceJson> Devices, string? NoCuda);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(SplitJson))]
[JsonSerializable(typeof(WeightsRankingJson))]
[JsonSerializable(typeof(TrainJson))]
[JsonSerializable(typeof(EvaluateJson))]
[JsonSerializable(typeof(PredictJson))]
[JsonSerializable(typeof(CompareJson))]
[JsonSerializable(typeof(ReportJson))]
[JsonSerializable(typeof(GradCamJson))]
[JsonSerializable(typeof(ModelJson))]
[JsonSerializable(typeof(ConvertJson))]
[JsonSerializable(typeof(ExportJson))]
[JsonSerializable(typeof(SoupJson))]
[JsonSerializable(typeof(DevicesJson))]
[JsonSerializable(typeof(RangeTestJson))]
[JsonSerializable(typeof(PlanJson))]
[JsonSerializable(typeof(LabelMetricsJson))]
[JsonSerializable(typeof(MetricsJson))]
[JsonSerializable(typeof(PairedJson))]
[JsonSerializable(typeof(DetectionJson))]
[JsonSerializable(typeof(SegmentationJson))]
internal sealed partial class ResultsContext : JsonSerializerContext;

internal static class JsonResults
{
    // Paths and class names stay readable; stdout is no HTML.
    private static readonly ResultsContext Context = new(new JsonSerializerOptions(ResultsContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static void WriteTo<T>(TextWriter output, T result) => output.WriteLine(JsonSerializer.Serialize(result, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!));
}
