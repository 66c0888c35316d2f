using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;

namespace NativeTrainer.Tests.Evaluation.Intervals;

public sealed class BootstrapTests
{
    private static readonly double[] Values = [.. Enumerable.Range(0, 500).Select(i => Math.Sin(i * 12.9898) * 3)];

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 3)]
    public void TheSameSeedGivesTheSameIntervalWithAnyThreads(int few, int many) => Assert.Equal(Mean(few, 5), Mean(many, 5));

    [Fact]
    public void AnotherSeedGivesAnother() => Assert.NotEqual(Mean(0, 1), Mean(0, 2));

    // The mean's spread is known: s/√n, of which 1.96 to each side.
    [Fact]
    public void TheIntervalOfAMeanIsThatOfTheNormalDistribution()
    {
        double mean = Values.Average(), error = Math.Sqrt(Values.Sum(v => (v - mean) * (v - mean))) / Values.Length;
        var interval = Mean(0, 1);
        // 2,000 resamples leave about 5 % of the width to chance at each end.
        Assert.Equal(mean - 1.96 * error, interval.Low, 0.2 * error);
        Assert.Equal(mean + 1.96 * error, interval.High, 0.2 * error);
    }

    [Fact]
    public void EachStratumKeepsItsNumber()
    {
        int[] strata = [2, 0, 2, 2, 0];
        Bootstrap.Run(strata, 1, (times, figures) =>
        {
            Assert.Equal(2, times[1] + times[4]);
            Assert.Equal(3, times[0] + times[2] + times[3]);
            figures[0] = 0;
        }, new BootstrapOptions { Resamples = 50 });
    }

    [Fact]
    public void TwoRunsThatNeverDifferHaveNoIntervalAndPOne()
    {
        var set = Predictions([0, 1, 1, 0], [0, 1, 0, 0]);
        var comparison = PairedComparison.Of(set, set, new BootstrapOptions());
        Assert.Equal(new McNemar(0, 0), comparison.Test);
        Assert.Equal(1, comparison.Test.Exact);
        Assert.All(comparison.Figures, f => Assert.Equal((0, 1, false), (f.Difference, f.P, f.Interval.IsDefined)));
    }

    // 60 of 200 are right with the second alone and 10 with the first alone: the difference is 0.25.
    [Fact]
    public void AClearDifferenceIsFoundByBothTests()
    {
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 2)];
        var first = Predictions(labels, [.. labels.Select((label, i) => i < 60 ? 1 - label : label)]);
        var second = Predictions(labels, [.. labels.Select((label, i) => i is >= 100 and < 110 ? 1 - label : label)]);
        var comparison = PairedComparison.Of(first, second, new BootstrapOptions());
        var accuracy = comparison.Figures[0];
        Assert.Equal((130, 0), (comparison.BothRight, comparison.BothWrong));
        Assert.Equal(0.25, accuracy.Difference, 1e-12);
        Assert.InRange(accuracy.Interval.Low, 0.15, 0.25);
        Assert.InRange(accuracy.Interval.High, 0.25, 0.35);
        Assert.True(accuracy.P < 0.001 && comparison.Test.Exact < 1e-6);
    }

    private static PredictionSet Predictions(int[] labels, int[] predicted) => new() { Classes = ["a", "b"], Labels = labels, Predicted = predicted };

    private static Interval Mean(int threads, ulong seed) => Bootstrap.Run(new int[Values.Length], 1, (times, figures) =>
    {
        double sum = 0;
        for (int i = 0; i < times.Length; i++) sum += times[i] * Values[i];
        figures[0] = sum / Values.Length;
    }, new BootstrapOptions { Threads = threads, Seed = seed }).Interval(0);
}
