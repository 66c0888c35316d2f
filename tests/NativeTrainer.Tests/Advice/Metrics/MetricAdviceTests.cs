using NativeTrainer.Advice.Metrics;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.Metrics;

public class MetricAdviceTests
{
    [Theory]
    [InlineData(SelectionMetric.Accuracy, 100, 90, 80)]
    [InlineData(SelectionMetric.BalancedAccuracy, 900, 100)]
    [InlineData(SelectionMetric.MacroF1, 100, 50, 40, 40, 40, 40, 40, 40, 40, 10)]
    [InlineData(SelectionMetric.Accuracy, 50, 0, 50)]
    public void TheMetricFollowsTheImbalanceAndTheNumberOfClasses(SelectionMetric expected, params int[] counts)
        => Assert.Equal(expected, MetricAdvice.For(counts, [.. counts.Select((_, i) => $"c{i}")]).Metric);

    [Fact]
    public void TheReasonSaysWhatAccuracyWouldHide()
    {
        var advice = MetricAdvice.For([910, 90], ["healthy", "ill"]);
        Assert.Contains("always saying 'healthy' already has accuracy 0.910", advice.Reason, StringComparison.Ordinal);
        Assert.Contains("10.1 times the images of 'ill'", advice.Reason, StringComparison.Ordinal);
    }
}
