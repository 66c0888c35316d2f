using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Evaluation;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT503, of a result and not of a data set: nothing was learned that always answering the largest class would not score.</summary>
public static class BaselineCheck
{
    /// <returns>Null where the baseline is beaten measurably.</returns>
    public static Finding? Of(ClassificationMetrics metrics)
    {
        var interval = WilsonInterval.Of(metrics.Accuracy, metrics.Count);
        var baseline = metrics.Baseline;
        if (interval.Low > baseline.Accuracy) return null;
        return new Finding
        {
            Kind = MetricKinds.BelowBaseline,
            Severity = Severity.Warning,
            Summary = $"Accuracy {Amount.Number(metrics.Accuracy, "0.000")} ({Amount.Number(interval.Low, "0.00")} to {Amount.Number(interval.High, "0.00")}, 95 % interval) does not measurably beat always answering {baseline.Class}, which scores {Amount.Number(baseline.Accuracy, "0.000")}.",
            Advice = "Look at the confusion first: if one class takes all, use --balance sampler and --metric balanced-accuracy; if the loss hardly fell, try a higher --lr or more epochs.",
            Figures = [new("accuracy", metrics.Accuracy), new("low", interval.Low), new("high", interval.High), new("majorityBaseline", baseline.Accuracy), new("images", metrics.Count)],
        };
    }
}
