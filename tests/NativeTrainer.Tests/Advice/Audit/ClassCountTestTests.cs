using NativeTrainer.Advice.Audit;

namespace NativeTrainer.Tests.Advice.Audit;

public sealed class ClassCountTestTests
{
    // With an even number of degrees of freedom the upper tail has a closed form: exp(−x/2) Σ (x/2)^k / k!.
    [Fact]
    public void TheTailIsTheClosedForm()
    {
        Assert.Equal(Math.Exp(-10), ClassCountTest.ChiSquaredP([10, 20, 30], [30, 20, 10]), 1e-15); // x = 20, 2 degrees
        Assert.Equal(Math.Exp(-10.0 / 3), ClassCountTest.ChiSquaredP([10, 20, 15], [20, 10, 15]), 1e-13); // x = 20/3, 2 degrees
    }

    [Fact]
    public void OneDegreeOfFreedomIsTheNormalsTail() => Assert.Equal(0.009823274507519245, ClassCountTest.ChiSquaredP([10, 20], [20, 10]), 1e-12); // x = 20/3

    [Fact]
    public void EqualSharesDoNotDiffer()
    {
        Assert.Equal(1, ClassCountTest.ChiSquaredP([10, 20, 0], [5, 10, 0]), 1e-12);
        Assert.Equal(0, ClassCountTest.TotalVariation([10, 20], [5, 10]), 1e-12);
        Assert.Equal(1, ClassCountTest.TotalVariation([10, 0], [0, 3]), 1e-12);
    }
}
