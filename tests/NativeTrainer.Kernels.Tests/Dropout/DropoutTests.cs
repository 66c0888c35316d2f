using NativeTrainer.Kernels.Dropout;

namespace NativeTrainer.Kernels.Tests.Dropout;

using Dropout = Kernels.Dropout.Dropout;

public sealed class DropoutTests
{
    [Fact]
    public void ReferenceGradientMatchesFiniteDifferences()
    {
        double[] x = TensorBench.Draw(30, 1), dy = TensorBench.Draw(30, 2), dx = new double[30];
        double[] Forward()
        {
            var y = new double[x.Length];
            DropoutReference.Forward(x, y, 0.4f, 9);
            return y;
        }

        DropoutReference.Backward(dy, dx, GradientWrite.Overwrite, 0.4f, 9);
        GradientCheck.Verify(x, dy, Forward, dx, "dx");
    }

    [Fact]
    public void DropsItsShareAndKeepsTheMean()
    {
        const int Count = 100_000;
        const float Probability = 0.3f;
        using var bench = new TensorBench();
        var y = Run(bench, Count, Probability, 1);
        int dropped = y.Count(v => v == 0);
        // Binomial(n, p): five standard deviations.
        Assert.InRange(dropped, Count * Probability - 5 * Math.Sqrt(Count * 0.21), Count * Probability + 5 * Math.Sqrt(Count * 0.21));
        Assert.All(y.Where(v => v != 0), v => Assert.Equal(1 / 0.7f, v, 1e-6f));
    }

    [Fact]
    public void TheMaskIsAFunctionOfTheKey()
    {
        using var bench = new TensorBench();
        Assert.Equal(Run(bench, 1000, 0.5f, 1), Run(bench, 1000, 0.5f, 1));
        Assert.NotEqual(Run(bench, 1000, 0.5f, 1), Run(bench, 1000, 0.5f, 2));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(-0.1f)]
    [InlineData(float.NaN)]
    public void ProbabilitiesOutOfRangeAreRefused(float probability)
    {
        using var bench = new TensorBench();
        Assert.Throws<ArgumentOutOfRangeException>(() => Dropout.Plan(bench.Device, 1, probability));
    }

    private static float[] Run(TensorBench bench, int count, float probability, ulong key)
    {
        var y = bench.Of([.. Enumerable.Repeat(1f, count)]);
        Dropout.Plan(bench.Device, count, probability).Forward(y, y, key);
        return bench.Read(y);
    }
}
