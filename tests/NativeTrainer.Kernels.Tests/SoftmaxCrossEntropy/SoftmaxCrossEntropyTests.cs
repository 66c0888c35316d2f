using NativeTrainer.Kernels.SoftmaxCrossEntropy;

namespace NativeTrainer.Kernels.Tests.SoftmaxCrossEntropy;

using SoftmaxCrossEntropy = Kernels.SoftmaxCrossEntropy.SoftmaxCrossEntropy;

public sealed class SoftmaxCrossEntropyTests
{
    // softmax(0, ln 3) = (1/4, 3/4), so the losses are ln 4 for class 0 and ln(4/3) for class 1.
    private static readonly float Ln3 = MathF.Log(3);
    private static readonly double Rare = Math.Log(4), Common = Math.Log(4.0 / 3);

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0.1)]
    public void ReferenceGradientMatchesFiniteDifferences(bool weights, double smoothing)
    {
        const int N = 3, Classes = 4;
        double[] logits = TensorBench.Draw(N * Classes, 1), targets = [0, 1, 0, 0, 1, 0, 0, 0, 0.25, 0, 0.5, 0.25], dlogits = new double[logits.Length];
        double[]? classWeights = weights ? [0.5, 2, 0, 1] : null;
        double[] Forward()
        {
            var mean = new double[1];
            SoftmaxCrossEntropyReference.Forward(Classes, smoothing, logits, targets, classWeights, new double[N], mean);
            return mean;
        }

        SoftmaxCrossEntropyReference.Backward(Classes, smoothing, logits, targets, classWeights, 2.5, dlogits);
        GradientCheck.Verify(logits, [2.5], Forward, dlogits, "dlogits");
    }

    [Fact]
    public void KnownLosses()
    {
        Assert.Equal((Rare + Common) / 2, Mean(0, null), 1e-7);
        Assert.Equal((2 * Rare + Common) / 3, Mean(0, [2, 1]), 1e-7);
        // Smoothing 0.2 over two classes moves a tenth of each target to the other class.
        Assert.Equal((0.9 * Rare + 0.1 * Common + 0.9 * Common + 0.1 * Rare) / 2, Mean(0.2f, null), 1e-7);
        // With weights the smoothed parts carry their own class's weight, and the divisor counts the true classes only.
        Assert.Equal((2 * 0.9 * Rare + 0.1 * Common + 0.9 * Common + 2 * 0.1 * Rare) / 3, Mean(0.2f, [2, 1]), 1e-7);
    }

    /// <summary>Of two samples: p − t = (−3/4, 3/4) and (1/4, −1/4), each over N = 2.</summary>
    [Fact]
    public void KnownGradient()
    {
        using var bench = new TensorBench();
        var plan = SoftmaxCrossEntropy.Plan(bench.Device, 2, 2, 0);
        var dlogits = bench.Zeros(4);
        plan.Backward(bench.Of(0, Ln3, 0, Ln3), bench.Of(1, 0, 0, 1), default, 1, dlogits);
        double[] expected = [-0.375, 0.375, 0.125, -0.125];
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], bench.Read(dlogits)[i], 1e-7);
    }

    [Fact]
    public void HugeLogitsStayFinite()
    {
        using var bench = new TensorBench();
        var plan = SoftmaxCrossEntropy.Plan(bench.Device, 1, 3, 0);
        TensorView logits = bench.Of(3e38f, -3e38f, 0), targets = bench.Of(1, 0, 0), loss = bench.Zeros(1), mean = bench.Zeros(1), gradient = bench.Zeros(3);
        plan.Forward(logits, targets, default, loss, mean, bench.Workspace(plan));
        plan.Backward(logits, targets, default, 1, gradient);
        Assert.Equal(0f, bench.Read(mean)[0]);
        Assert.Equal([0f, 0f, 0f], bench.Read(gradient));
    }

    [Fact]
    public void NaNLogitsGiveANaNLoss()
    {
        using var bench = new TensorBench();
        var plan = SoftmaxCrossEntropy.Plan(bench.Device, 1, 2, 0);
        var mean = bench.Zeros(1);
        plan.Forward(bench.Of(float.NaN, 0), bench.Of(0, 1), default, bench.Zeros(1), mean, bench.Workspace(plan));
        Assert.Equal(float.NaN, bench.Read(mean)[0]);
    }

    private static double Mean(float smoothing, float[]? classWeights)
    {
        using var bench = new TensorBench();
        var plan = SoftmaxCrossEntropy.Plan(bench.Device, 2, 2, smoothing);
        var mean = bench.Zeros(1);
        plan.Forward(bench.Of(0, Ln3, 0, Ln3), bench.Of(1, 0, 0, 1), classWeights is null ? default : bench.Of(classWeights), bench.Zeros(2), mean, bench.Workspace(plan));
        return bench.Read(mean)[0];
    }
}
