using NativeTrainer.Training.Sweep;

namespace NativeTrainer.Tests.Training.Sweep;

public class HalvingTests
{
    // Seconds of an epoch.
    private static readonly double[] Arms = [10, 20, 20, 30];

    private static double Seconds(int arm, int epochs) => Arms[arm] * epochs;

    [Fact]
    public void WithTimeForAllNobodyIsHalved()
        => Assert.Equal([new SweepRung(4, 8)], Halving.Rungs([8, 8, 8, 8], Seconds, 8 * 80));

    [Fact]
    public void HalfTheArmsGetTwiceTheEpochs()
        => Assert.Equal([new SweepRung(4, 2), new SweepRung(2, 4), new SweepRung(1, 8)], Halving.Rungs([8, 8, 8, 8], Seconds, 8 * 80 - 1));

    [Theory]
    [InlineData(600)]
    [InlineData(400)]
    [InlineData(200)]
    [InlineData(100)]
    [InlineData(50)]
    [InlineData(9)]
    public void WhateverSurvivesTheBudgetHolds(double budget)
    {
        var rungs = Halving.Rungs([8, 8, 8, 8], Seconds, budget);
        // In the first rung all run, later the slowest may survive; where not all fit even once, the quickest run.
        bool all = rungs.Count > 0 && rungs[0].Arms == 4;
        double most = rungs.Sum(rung => rung.Epochs * (all ? Arms.OrderDescending() : Arms.Order()).Take(rung.Arms).Sum());
        Assert.True(most <= budget, $"{most} of {budget}");
        Assert.True(rungs.Count == 0 == (budget < 10));
        Assert.Equal(rungs.Select(r => r.Epochs).Order(), rungs.Select(r => r.Epochs));
    }

    [Fact]
    public void ShorterArmsAreNotAskedForMore()
        => Assert.Equal([new SweepRung(2, 8)], Halving.Rungs([8, 2], (arm, epochs) => 10 * epochs, 100));

    [Fact]
    public void ATableOfNothingHasNoRungs() => Assert.Empty(Halving.Rungs([], Seconds, 100));
}
