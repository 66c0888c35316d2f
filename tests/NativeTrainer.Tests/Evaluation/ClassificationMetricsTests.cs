using NativeTrainer.Evaluation;

namespace NativeTrainer.Tests.Evaluation;

public sealed class ClassificationMetricsTests
{
    // Truth and prediction by hand: a→a, a→b, a→b, b→b, c→a. Row sums of one, so the figures follow on paper.
    private static readonly float[] Probabilities =
    [
        0.50f, 0.25f, 0.25f,
        0.25f, 0.50f, 0.25f,
        0.25f, 0.50f, 0.25f,
        0.25f, 0.50f, 0.25f,
        0.50f, 0.25f, 0.25f,
    ];

    private static readonly int[] Labels = [0, 0, 0, 1, 2];

    [Fact]
    public void FiguresFollowFromTheConfusion()
    {
        var metrics = ClassificationMetrics.Compute(Probabilities, Labels, ["a", "b", "c"]);

        Assert.Equal([[1, 2, 0], [0, 1, 0], [1, 0, 0]], metrics.Confusion);
        Assert.Equal(2 / 5.0, metrics.Accuracy);
        Assert.Equal(1, metrics.Top5);
        // Probabilities of the right classes are ½, ¼, ¼, ½, ¼: the mean of −log is (2·log 2 + 3·log 4) / 5 = 8/5·log 2.
        Assert.Equal(1.6 * Math.Log(2), metrics.Loss, 12);
        Assert.Equal((1 / 3.0 + 1 + 0) / 3, metrics.BalancedAccuracy, 12);
        Assert.Equal(new ClassFigures("a", 3, 1 / 2.0, 1 / 3.0, 2 / 5.0), metrics.PerClass[0]);
        Assert.Equal(new ClassFigures("b", 1, 1 / 3.0, 1, 1 / 2.0), metrics.PerClass[1]);
        Assert.Equal(new ClassFigures("c", 1, 0, 0, 0), metrics.PerClass[2]);
        Assert.Equal((2 / 5.0 + 1 / 2.0 + 0) / 3, metrics.MacroF1, 12);
    }

    [Fact]
    public void AClassWithoutImagesHasNoRecallAndDoesNotCount()
    {
        var metrics = ClassificationMetrics.Compute([0.9f, 0.1f, 0, 0.2f, 0.8f, 0], [0, 1], ["a", "b", "never"]);

        Assert.True(double.IsNaN(metrics.PerClass[2].Recall));
        Assert.Equal(1, metrics.BalancedAccuracy);
        Assert.Equal(1, metrics.MacroF1);
    }

    [Fact]
    public void Top5LooksAtTheFiveHighestAndTiesGoToTheLowerClass()
    {
        // Six classes with the same score: class 4 is among the first five, class 5 is not.
        float[] flat = [.. Enumerable.Repeat(1 / 6f, 6)];
        string[] classes = ["0", "1", "2", "3", "4", "5"];

        Assert.Equal(1, ClassificationMetrics.Compute(flat, [4], classes).Top5);
        Assert.Equal(0, ClassificationMetrics.Compute(flat, [5], classes).Top5);
        Assert.Equal(1, ClassificationMetrics.Compute(flat, [0], classes).Accuracy);
    }

    [Fact]
    public void AProbabilityOfZeroGivesAFiniteLoss()
        => Assert.Equal(-Math.Log(float.Epsilon), ClassificationMetrics.Compute([1, 0], [1], ["a", "b"]).Loss, 12);

    [Fact]
    public void TheMostConfusedPairsComeFirst()
    {
        var metrics = ClassificationMetrics.Compute(Probabilities, Labels, ["a", "b", "c"]);

        Assert.Equal([new Confused("a", "b", 2), new Confused("c", "a", 1)], metrics.MostConfused(10));
        Assert.Equal([new Confused("a", "b", 2)], metrics.MostConfused(1));
    }

    [Fact]
    public void LengthsThatDisagreeAreRefused()
    {
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([], [], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.Compute([1, 0, 0], [0], ["a", "b"]));
    }
}
