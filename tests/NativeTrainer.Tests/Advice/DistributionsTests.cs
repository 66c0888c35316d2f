using NativeTrainer.Advice;

namespace NativeTrainer.Tests.Advice;

public sealed class DistributionsTests
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
}
