using NativeTrainer.Kernels.SigmoidCrossEntropy;

namespace NativeTrainer.Kernels.Tests.SigmoidCrossEntropy;

using SigmoidCrossEntropy = Kernels.SigmoidCrossEntropy.SigmoidCrossEntropy;

public sealed class SigmoidCrossEntropyTests
{
    // σ(ln 3) = 3/4, so a class costs ln(4/3) where it is there and ln 4 where it is not; σ(0) = 1/2 costs ln 2 either way.
    private static readonly float Ln3 = MathF.Log(3);
    private static readonly double Found = Math.Log(4.0 / 3), False = Math.Log(4), Even = Math.Log(2);

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0.1)]
    public void ReferenceGradientMatchesFiniteDifferences(bool weighted, double smoothing)
    {
        const int N = 3, Classes = 4;
        double[] logits = TensorBench.Draw(N * Classes, 1), targets = [0, 1, 0, 0, 1, 1, 1, 1, 0.25, 0, 0.5, 0.25], dlogits = new double[logits.Length];
        double[]? weights = weighted ? [0.5, 2, 0, 1] : null;
        double[] Forward()
        {
            var mean = new double[1];
            SigmoidCrossEntropyReference.Forward(Classes, smoothing, logits, targets, weights, new double[N], mean);
            return mean;
        }

        SigmoidCrossEntropyReference.Backward(Classes, smoothing, logits, targets, weights, 2.5, dlogits);
        GradientCheck.Verify(logits, [2.5], Forward, dlogits, "dlogits");
    }

    [Fact]
    public void KnownLosses()
    {
        // Two images: (ln 3, 0) with both classes, (ln 3, 0) with none.
        Assert.Equal((Found + Even + False + Even) / 2, Mean(0, null), 1e-7);
        // Only where a class is there does its weight count.
        Assert.Equal((3 * Found + Even + False + Even) / 2, Mean(0, [3, 1]), 1e-7);
        // Smoothing 0.2 leaves nine tenths of what is there and makes a tenth of what is not.
        Assert.Equal((0.9 * Found + 0.1 * False + Even + 0.1 * Found + 0.9 * False + Even) / 2, Mean(0.2f, null), 1e-7);
    }

    /// <summary>p − t of (ln 3, 0): (−1/4, −1/2) with both classes, (3/4, 1/2) with none, each over N = 2.</summary>
    [Fact]
    public void KnownGradient()
    {
        using var bench = new TensorBench();
        var plan = SigmoidCrossEntropy.Plan(bench.Device, 2, 2, 0);
        var dlogits = bench.Zeros(4);
        plan.Backward(bench.Of(Ln3, 0, Ln3, 0), bench.Of(1, 1, 0, 0), default, 1, dlogits);
        double[] expected = [-0.125, -0.25, 0.375, 0.25];
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], bench.Read(dlogits)[i], 1e-7);
    }

    [Fact]
    public void HugeLogitsStayFinite()
    {
        using var bench = new TensorBench();
        var plan = SigmoidCrossEntropy.Plan(bench.Device, 1, 3, 0);
        TensorView logits = bench.Of(3e38f, -3e38f, 0), targets = bench.Of(1, 0, 0), mean = bench.Zeros(1), gradient = bench.Zeros(3);
        plan.Forward(logits, targets, default, bench.Zeros(1), mean, default);
        plan.Backward(logits, targets, default, 1, gradient);
        Assert.Equal((float)Even, bench.Read(mean)[0]);
        Assert.Equal([0f, 0f, 0.5f], bench.Read(gradient));
    }

    [Fact]
    public void NaNLogitsGiveANaNLoss()
    {
        using var bench = new TensorBench();
        var mean = bench.Zeros(1);
        SigmoidCrossEntropy.Plan(bench.Device, 1, 2, 0).Forward(bench.Of(float.NaN, 0), bench.Of(0, 1), default, bench.Zeros(1), mean, default);
        Assert.Equal(float.NaN, bench.Read(mean)[0]);
    }

    private static double Mean(float smoothing, float[]? weights)
    {
        using var bench = new TensorBench();
        var mean = bench.Zeros(1);
        SigmoidCrossEntropy.Plan(bench.Device, 2, 2, smoothing)
            .Forward(bench.Of(Ln3, 0, Ln3, 0), bench.Of(1, 1, 0, 0), weights is null ? default : bench.Of(weights), bench.Zeros(2), mean, default);
        return bench.Read(mean)[0];
    }
}
