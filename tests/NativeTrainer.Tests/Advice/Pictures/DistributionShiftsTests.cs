using NativeTrainer.Advice.Pictures;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Pictures;

public sealed class DistributionShiftsTests
{
    private static readonly PictureStatistics[] First = DrawnPhotos.Measure(100, 3), Second = DrawnPhotos.Measure(60, 4);

    [Fact]
    public void TwoDrawsOfOneSourceDoNotDiffer()
    {
        Assert.Empty(DistributionShifts.Find(First, Second));
        Assert.Empty(DistributionShifts.Find(First, First));
    }

    [Fact]
    public void ADarkerCameraIsFound()
    {
        PictureStatistics?[] dark = [.. Second.Select(s => s with { Brightness = s.Brightness * 0.4 }), null];
        var shift = Assert.Single(DistributionShifts.Find(First, dark));
        Assert.Equal("brightness", shift.Property.Name);
        Assert.True(shift.Strong);
        Assert.InRange(shift.Distance, 0.6, 1);
        Assert.InRange(shift.Shift, -20, -1);
    }

    [Fact]
    public void TooFewPicturesSayNothing() => Assert.Empty(DistributionShifts.Find(First, [.. Second.Take(7).Select(s => s with { Brightness = 0 })]));

    [Theory]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 4, 5 }, 1)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 1, 2, 3 }, 0)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 3, 4, 5, 6 }, 0.5)]
    [InlineData(new double[] { 1, 1, 1, 2 }, new double[] { 1, 2, 2, 2 }, 0.5)]
    [InlineData(new double[] { 5 }, new double[] { 1, 9, 9 }, 2 / 3.0)]
    public void DistanceIsTheLargestGap(double[] a, double[] b, double distance)
    {
        Assert.Equal(distance, KolmogorovSmirnov.Distance(a, b), 1e-12);
        Assert.Equal(distance, KolmogorovSmirnov.Distance(b, a), 1e-12);
    }

    // Of the limit distribution: 1.2238 and 1.6276 are its 10 % and 1 % points (Smirnov 1948), reached with many values.
    [Theory]
    [InlineData(1.2238, 0.10)]
    [InlineData(1.3581, 0.05)]
    [InlineData(1.6276, 0.01)]
    public void PValuesAreThoseOfTheTables(double lambda, double p)
    {
        const int n = 2_000_000;
        Assert.Equal(p, KolmogorovSmirnov.PValue(lambda / Math.Sqrt(n / 2.0), n, n), 2e-4);
        Assert.Equal(1, KolmogorovSmirnov.PValue(0, n, n));
    }

    [Fact]
    public void SpreadsResistOutliersAndKnowTheirSide()
    {
        var spread = RobustSpread.Of([0, 1, 2, 3, 4, 6, 8, 10, 1e9], 0.1);
        Assert.Equal((4, 2 * 1.4826, 4 * 1.4826), (spread.Median, spread.Below, spread.Above));
        Assert.Equal(-2 / 1.4826, spread.Score(0), 1e-12);
        Assert.Equal((5, 0.1, 0.1), (RobustSpread.Of([5, 5, 5], 0.1).Median, RobustSpread.Of([5, 5, 5], 0.1).Below, RobustSpread.Of([5, 5, 5], 0.1).Above));
    }
}
