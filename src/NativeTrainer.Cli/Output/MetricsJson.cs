using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Detection;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Evaluation.Segmentation;

namespace NativeTrainer.Cli.Output;

// What is not defined is null; note then says why.

internal sealed record FigureJson(double? Value, double? Low, double? High, string? Note)
{
    public static Dictionary<string, FigureJson> Of(IEnumerable<Figure> figures)
        => figures.ToDictionary(f => f.Key, f => new FigureJson(Number(f.Value), Number(f.Interval.Low), Number(f.Interval.High), f.Note));

    public static double? Number(double value) => double.IsFinite(value) ? value : null;
}

internal sealed record IntervalJson(double? Low, double? High)
{
    public static IntervalJson Of(Interval interval) => new(FigureJson.Number(interval.Low), FigureJson.Number(interval.High));
}

internal sealed record ClassReportJson(string Name, long Count, long Predicted, double? Precision, IntervalJson PrecisionInterval, double? Recall, IntervalJson RecallInterval, double? Specificity,
    double? F1, IntervalJson F1Interval, double? Auroc, double? AveragePrecision)
{
    public static ClassReportJson[] Of(ClassificationReport report) => [.. report.PerClass.Select(c => new ClassReportJson(c.Name, c.Count, c.Predicted, FigureJson.Number(c.Precision), IntervalJson.Of(c.PrecisionInterval),
        FigureJson.Number(c.Recall), IntervalJson.Of(c.RecallInterval), FigureJson.Number(c.Specificity), FigureJson.Number(c.F1), IntervalJson.Of(c.F1Interval), FigureJson.Number(c.AreaUnderRoc), FigureJson.Number(c.AveragePrecision)))];
}

internal sealed record ReliabilityJson(double Low, double High, int Count, double? Confidence, double? Accuracy, double? AccuracyLow, double? AccuracyHigh)
{
    public static ReliabilityJson[]? Of(ReliabilityDiagram? diagram)
        => diagram is null ? null : [.. diagram.Bins.Select(b => new ReliabilityJson(b.Low, b.High, b.Count, FigureJson.Number(b.Confidence), FigureJson.Number(b.Accuracy), FigureJson.Number(b.Interval.Low), FigureJson.Number(b.Interval.High)))];
}

internal sealed record ConfusedJson(string Truth, string Predicted, int Count);

internal sealed record MetricsJson(string Task, string Predictions, int Count, Dictionary<string, FigureJson> Figures, ClassReportJson[] PerClass, int[][] Confusion, ConfusedJson[] MostConfused,
    ReliabilityJson[]? Reliability, IReadOnlyList<string> Notes)
{
    public static MetricsJson Of(string file, ClassificationReport report) => new("classification", file, report.Set.Count, FigureJson.Of(report.Figures), ClassReportJson.Of(report), report.Confusion(),
        [.. report.MostConfused(10).Select(pair => new ConfusedJson(pair.Truth, pair.Predicted, pair.Count))], ReliabilityJson.Of(report.Reliability), report.Set.Notes);
}

internal sealed record PairedFigureJson(double? First, double? Second, double? Difference, double? Low, double? High, double? P);

internal sealed record McNemarJson(long OnlyFirst, long OnlySecond, double ExactP, double? ChiSquare, double? ChiSquareP);

internal sealed record PairedJson(string First, string Second, int Count, int BothRight, int BothWrong, McNemarJson McNemar, Dictionary<string, PairedFigureJson> Figures)
{
    public static PairedJson Of(string first, string second, PairedComparison comparison)
    {
        var test = comparison.Test;
        return new(first, second, comparison.Count, comparison.BothRight, comparison.BothWrong,
            new McNemarJson(test.OnlyFirst, test.OnlySecond, test.Exact, FigureJson.Number(test.ChiSquare), FigureJson.Number(test.ChiSquareP)),
            comparison.Figures.ToDictionary(f => f.Key, f => new PairedFigureJson(FigureJson.Number(f.First), FigureJson.Number(f.Second), FigureJson.Number(f.Difference), FigureJson.Number(f.Interval.Low), FigureJson.Number(f.Interval.High), FigureJson.Number(f.P))));
    }
}

internal sealed record CategoryJson(string Name, int Objects, double? Ap, double? Ap50);

internal sealed record DetectionJson(string Task, int Images, int Objects, int Detections, Dictionary<string, FigureJson> Figures, CategoryJson[] Categories)
{
    public static DetectionJson Of(CocoEvaluation evaluation, int detections) => new("detection", evaluation.Truth.Images.Count, evaluation.Truth.Boxes.Count, detections,
        DetectionText.Figures(evaluation).ToDictionary(f => f.Key, f => new FigureJson(FigureJson.Number(f.Value), null, null, double.IsNaN(f.Value) ? DetectionText.NoObject : null)),
        [.. evaluation.Truth.Categories.Select((name, k) => new CategoryJson(name, evaluation.Objects(k), FigureJson.Number(evaluation.CategoryPrecision(k)), FigureJson.Number(evaluation.CategoryPrecision(k, 0))))]);
}

internal sealed record MaskClassJson(string Name, long TruthPixels, long PredictedPixels, double? Iou, double? Low, double? High, double? Dice);

internal sealed record SegmentationJson(string Task, int Images, long Pixels, Dictionary<string, FigureJson> Figures, MaskClassJson[] PerClass, IReadOnlyList<string> Notes)
{
    public static SegmentationJson Of(SegmentationReport report) => new("segmentation", report.Images, report.Counts.Pixels, FigureJson.Of(report.Figures),
        [.. report.Classes.Select(c => new MaskClassJson(c.Name, c.Pixels.Truth, c.Pixels.Predicted, FigureJson.Number(c.Pixels.Iou), FigureJson.Number(c.Interval.Low), FigureJson.Number(c.Interval.High), FigureJson.Number(c.Pixels.Dice)))], report.Notes);
}
