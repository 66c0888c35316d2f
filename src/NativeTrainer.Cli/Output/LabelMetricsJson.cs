using NativeTrainer.Evaluation.MultiLabel;

namespace NativeTrainer.Cli.Output;

internal sealed record LabelFiguresJson(string Name, long Count, long Predicted, double? Threshold, double? Precision, IntervalJson PrecisionInterval, double? Recall, IntervalJson RecallInterval,
    double? F1, IntervalJson F1Interval, double? Auroc, double? AveragePrecision)
{
    public static LabelFiguresJson[] Of(LabelReport report) => [.. report.PerLabel.Select(c => new LabelFiguresJson(c.Name, c.Count, c.Predicted, FigureJson.Number(c.Threshold), FigureJson.Number(c.Precision),
        IntervalJson.Of(c.PrecisionInterval), FigureJson.Number(c.Recall), IntervalJson.Of(c.RecallInterval), FigureJson.Number(c.F1), IntervalJson.Of(c.F1Interval), FigureJson.Number(c.AreaUnderRoc), FigureJson.Number(c.AveragePrecision)))];
}

internal sealed record LabelMetricsJson(string Task, string Predictions, int Count, Dictionary<string, FigureJson> Figures, LabelFiguresJson[] PerLabel, IReadOnlyList<string> Notes)
{
    public static LabelMetricsJson Of(string file, LabelReport report) => new("multi-label", file, report.Set.Count, FigureJson.Of(report.Figures), LabelFiguresJson.Of(report), report.Set.Notes);
}
