using NativeTrainer.Advice.Splits;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice.Splits;

public sealed class SplitQualityTests
{
    // Tables of the distributions: the 5 % points.
    [Theory]
    [InlineData(3.841458820694124, 1, 0.05)]
    [InlineData(5.991464547107979, 2, 0.05)]
    [InlineData(18.307038053275146, 10, 0.05)]
    [InlineData(124.3421134, 100, 0.05)]
    [InlineData(0.0157907741, 1, 0.9)]
    public void ChiSquareTails(double value, int freedom, double tail) => Assert.Equal(tail, Distributions.ChiSquareTail(value, freedom), 8);

    [Theory]
    [InlineData(1.959963984540054, 0.025)]
    [InlineData(-1.6448536269514722, 0.95)]
    [InlineData(6, 9.865876450376946e-10)]
    public void NormalTails(double value, double tail) => Assert.Equal(1, Distributions.NormalTail(value) / tail, 6);

    [Theory]
    [InlineData(1.3580986, 0.05)]
    [InlineData(1.6276236, 0.01)]
    [InlineData(0.1, 1)]
    public void KolmogorovTails(double value, double tail) => Assert.Equal(tail, Distributions.KolmogorovTail(value), 6);

    // By hand: expected 15 and 15 of each class, G = 2 (20 ln(20/15) + 10 ln(10/15)) · 2 = 6.796.
    [Fact]
    public void ClassSharesThatDifferAreNamed()
    {
        var difference = ClassShares.Compare(SplitName.Train, [20, 10], SplitName.Val, [10, 20])!;
        Assert.Equal(4 * (20 * Math.Log(20 / 15.0) + 10 * Math.Log(10 / 15.0)), difference.Statistic, 10);
        Assert.InRange(difference.PValue, 0.005, 0.02);
        Assert.Equal(1 / 3.0, difference.Effect, 10);
        Assert.Equal((0, 20 / 30.0, 10 / 30.0), (difference.Class, difference.FirstShare, difference.SecondShare));
    }

    [Fact]
    public void EqualSharesAreNoDifference()
    {
        var difference = ClassShares.Compare(SplitName.Train, [40, 80, 0], SplitName.Val, [10, 20, 0])!;
        Assert.Equal(0, difference.Effect, 10);
        Assert.Equal(1, difference.PValue, 6);
        Assert.Null(ClassShares.Compare(SplitName.Train, [40, 80], SplitName.Val, [0, 0]));
        Assert.Null(ClassShares.Compare(SplitName.Train, [40], SplitName.Val, [4]));
    }

    // Under equal shares the p-value is below 5 % about one time in twenty: 1,000 draws are binomial, five standard deviations are 34.
    [Fact]
    public void TheTestOfSharesAlarmsAsOftenAsItSays()
    {
        int alarms = 0;
        for (ulong draw = 0; draw < 1000; draw++)
        {
            int[] train = new int[4], val = new int[4];
            for (ulong i = 0; i < 250; i++) (i < 200 ? train : val)[CounterRandom.Below(draw, i, 4)]++;
            if (ClassShares.Compare(SplitName.Train, train, SplitName.Val, val)!.PValue < 0.05) alarms++;
        }
        Assert.InRange(alarms, 50 - 34, 50 + 34);
    }

    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 1998: 81 of 263.
    [Fact]
    public void TheIntervalIsWilsons()
    {
        var (low, high) = ValidationSize.Interval(81 / 263.0, 263);
        Assert.Equal(0.2553, low, 4);
        Assert.Equal(0.3662, high, 4);
        Assert.Equal(0, ValidationSize.Interval(0, 10).Low, 12);
        Assert.Equal(1, ValidationSize.Interval(1, 10).High, 12);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void NeededIsTheFewest(double accuracy)
    {
        int needed = ValidationSize.Needed(accuracy, 0.05);
        double Width(int n) => ValidationSize.Interval(accuracy, n).High - ValidationSize.Interval(accuracy, n).Low;
        Assert.True(Width(needed) <= 0.1);
        Assert.True(Width(needed - 1) > 0.1);
    }

    [Fact]
    public void PropertiesAreComparedByTheirDistributions()
    {
        float[] first = [.. Enumerable.Range(0, 400).Select(i => CounterRandom.Normal(1, (ulong)i))], second = [.. Enumerable.Range(0, 100).Select(i => CounterRandom.Normal(2, (ulong)i))];
        var alike = PropertyDifference.Between(first, second);
        Assert.True(alike.PValue > 0.05 && alike.Distance < 0.15, $"{alike}");
        var moved = PropertyDifference.Between(first, [.. second.Select(v => v + 1)]);
        Assert.True(moved.PValue < 1e-6 && moved.Distance > 0.3, $"{moved}");
        Assert.Equal(1, PropertyDifference.Between([1, 2], [3, 4, 5]).Distance);
        Assert.Equal(0, PropertyDifference.Between([7, 7, 7], [7, 7]).Distance);
        Assert.Equal((1.5, 4), (PropertyDifference.Between([1, 2], [3, 4, 5]).FirstMedian, PropertyDifference.Between([1, 2], [3, 4, 5]).SecondMedian));
    }

    // Two classes far apart with other shares in the two splits: no difference of domains by itself.
    [Fact]
    public void SplitsAlikeCannotBeTold()
    {
        var (features, labels, second) = Features(shift: 0);
        var test = DomainTest.Run(features, labels, second)!;
        Assert.True(test.PValue > 0.01 && test.Auroc is > 0.4 and < 0.6, $"{test}");
    }

    [Fact]
    public void ASplitFromElsewhereIsTold()
    {
        var (features, labels, second) = Features(shift: 0.4f);
        var test = DomainTest.Run(features, labels, second)!;
        Assert.True(test.Low > 0.7 && test.PValue < 1e-6, $"{test}");
    }

    [Fact]
    public void OfAFewPicturesNothingIsSaid() => Assert.Null(DomainTest.Run(new float[30 * 4], new int[30], [.. Enumerable.Range(0, 30).Select(i => i < 10)]));

    [Fact]
    public void TheAreaCountsTiesHalf()
    {
        Assert.Equal(0.5, DomainTest.AreaUnder([1, 1, 1, 1], [true, false, true, false]));
        Assert.Equal(0.75, DomainTest.AreaUnder([1, 2, 3, 4], [false, true, false, true]));
    }

    private static (float[] Features, int[] Labels, bool[] Second) Features(float shift)
    {
        const int n = 500, d = 40;
        var features = new float[n * d];
        CounterRandom.FillNormal(9, 0, 1, features);
        var (labels, second) = (new int[n], new bool[n]);
        for (int i = 0; i < n; i++)
        {
            second[i] = i % 4 == 0;
            labels[i] = CounterRandom.Uniform(3, (ulong)i) < (second[i] ? 0.3f : 0.7f) ? 1 : 0;
            for (int k = 0; k < d; k++) features[i * d + k] += labels[i] * 4 + (second[i] && k % 2 == 0 ? shift : 0);
        }
        return (features, labels, second);
    }
}
