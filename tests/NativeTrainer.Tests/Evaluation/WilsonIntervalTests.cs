using NativeTrainer.Evaluation;

namespace NativeTrainer.Tests.Evaluation;

public sealed class WilsonIntervalTests
{
    [Fact]
    public void NothingRightOfTenLeavesRoomAbove()
    {
        var interval = WilsonInterval.Of(0, 10);
        Assert.Equal(0, interval.Low, 1e-12);
        Assert.Equal(3.841458820694124 / 13.841458820694124, interval.High, 1e-12); // z² / (n + z²)
    }

    [Fact]
    public void AHalfIsInTheMiddle()
    {
        var interval = WilsonInterval.Of(0.5, 100);
        Assert.Equal(1, interval.Low + interval.High, 1e-12);
        Assert.InRange(interval.HalfWidth, 0.0955, 0.0965);
    }
}
