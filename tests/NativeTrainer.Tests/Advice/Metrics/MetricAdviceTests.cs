using NativeTrainer.Advice.Metrics;
using NativeTrainer.Evaluation;
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

    [Fact]
    public void TheBaselineIsWhatAConstantClassifierScores()
    {
        int[] labels = [0, 0, 0, 1, 2, 0];
        float[] right = [.. labels.SelectMany(label => Enumerable.Range(0, 4).Select(c => c == label ? 1f : 0))];
        float[] constant = [.. labels.SelectMany(_ => new float[] { 1, 0, 0, 0 })];
        string[] classes = ["a", "b", "c", "d"];
        var baseline = MajorityBaseline.Of(ClassificationMetrics.Compute(right, labels, classes));
        var scored = ClassificationMetrics.Compute(constant, labels, classes);
        Assert.Equal("a", baseline.Class);
        Assert.Equal(scored.Accuracy, baseline.Accuracy, 1e-12);
        Assert.Equal(scored.BalancedAccuracy, baseline.BalancedAccuracy, 1e-12);
        Assert.Equal(scored.MacroF1, baseline.MacroF1, 1e-12);
    }
}
