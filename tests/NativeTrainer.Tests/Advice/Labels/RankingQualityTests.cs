using NativeTrainer.Advice.Labels;

namespace NativeTrainer.Tests.Advice.Labels;

public sealed class RankingQualityTests
{
    [Fact]
    public void AveragePrecisionByHand()
    {
        // Found at ranks 1 and 3: (1/1 + 2/3) / 2.
        Assert.Equal(5 / 6.0, RankingQuality.AveragePrecision([4, 3, 2, 1], [true, false, true, false]), 1e-12);
        Assert.Equal(1, RankingQuality.AveragePrecision([1, 2], [false, true]));
    }

    [Fact]
    public void EqualScoresAreWorthTheShareSought()
    {
        Assert.Equal(0.25, RankingQuality.AveragePrecision([7, 7, 7, 7], [true, false, false, false]));
        Assert.Equal(0.25, RankingQuality.AveragePrecision([7, 7, 7, 7], [false, false, false, true]));
        Assert.True(double.IsNaN(RankingQuality.AveragePrecision([1, 2], [false, false])));
    }
}
