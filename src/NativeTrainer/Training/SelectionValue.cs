using NativeTrainer.Evaluation;

namespace NativeTrainer.Training;

/// <summary>The figure that selects, so turned that more is better.</summary>
internal static class SelectionValue
{
    public static double Of(this SelectionMetric metric, ClassificationMetrics metrics) => metric switch
    {
        SelectionMetric.BalancedAccuracy => metrics.BalancedAccuracy,
        SelectionMetric.MacroF1 => metrics.MacroF1,
        SelectionMetric.Loss => -metrics.Loss,
        SelectionMetric.Map => metrics.Labels?.MeanAveragePrecision ?? double.NaN,
        _ => metrics.Accuracy,
    };
}
