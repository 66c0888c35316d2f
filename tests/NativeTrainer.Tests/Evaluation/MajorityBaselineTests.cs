using NativeTrainer.Evaluation;

namespace NativeTrainer.Tests.Evaluation;

public sealed class MajorityBaselineTests
{
    [Fact]
    public void TheBaselineIsWhatAConstantClassifierScores()
    {
        int[] labels = [0, 0, 0, 1, 2, 0];
        float[] right = [.. labels.SelectMany(label => Enumerable.Range(0, 4).Select(c => c == label ? 1f : 0))];
        float[] constant = [.. labels.SelectMany(_ => new float[] { 1, 0, 0, 0 })];
        string[] classes = ["a", "b", "c", "d"];
        var baseline = ClassificationMetrics.Compute(right, labels, classes).Baseline;
        var scored = ClassificationMetrics.Compute(constant, labels, classes);
        Assert.Equal("a", baseline.Class);
        Assert.Equal(scored.Accuracy, baseline.Accuracy, 1e-12);
        Assert.Equal(scored.BalancedAccuracy, baseline.BalancedAccuracy, 1e-12);
        Assert.Equal(scored.MacroF1, baseline.MacroF1, 1e-12);
    }
}
