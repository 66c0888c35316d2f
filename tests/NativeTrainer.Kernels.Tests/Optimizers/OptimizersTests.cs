using NativeTrainer.Kernels.Optimizers;

namespace NativeTrainer.Kernels.Tests.Optimizers;

/// <summary>Two steps each, worked by hand from torch.optim's formulas: w = 1, gradients 2 then −1, rate 0.1, decay 0.5.</summary>
public sealed class OptimizersTests
{
    private static readonly ParameterSegment[] One = [new(0, 1, 0)];

    [Theory]
    // g = 2.5, w = 0.75; g = −0.625, w = 0.8125.
    [InlineData(0f, 0f, false, 0.75, 0.8125)]
    // b = 2.5, w = 0.75; b = 0.9·2.5 + 0.9·(−0.625) = 1.6875, w = 0.58125.
    [InlineData(0.9f, 0.1f, false, 0.75, 0.58125)]
    // b = 2.5, g = 4.75, w = 0.525; g = −0.7375, b = 1.5125, g = 0.62375, w = 0.462625.
    [InlineData(0.9f, 0f, true, 0.525, 0.462625)]
    public void SgdTwoSteps(float momentum, float dampening, bool nesterov, double first, double second)
    {
        using var bench = new TensorBench();
        var plan = Sgd.Plan(bench.Device, One, 1);
        TensorView w = bench.Of(1), buffer = momentum == 0 ? default : bench.Of(float.NaN);
        plan.Step(w, bench.Of(2), buffer, [0.1f], [0.5f], momentum, dampening, nesterov, firstStep: true, default);
        Assert.Equal(first, bench.Read(w)[0], 1e-6);
        plan.Step(w, bench.Of(-1), buffer, [0.1f], [0.5f], momentum, dampening, nesterov, firstStep: false, default);
        Assert.Equal(second, bench.Read(w)[0], 1e-6);
    }

    /// <summary>β = 0.9, 0.99, ε = 0.5: w = 0.95 − 0.1·2/(2 + 0.5); then m = 0.08 and v = 0.0496 with corrections 0.19 and 0.0199.</summary>
    [Fact]
    public void AdamWTwoSteps()
    {
        using var bench = new TensorBench();
        var plan = AdamW.Plan(bench.Device, One, 1);
        TensorView w = bench.Of(1), m = bench.Zeros(1), v = bench.Zeros(1);
        plan.Step(w, bench.Of(2), m, v, [0.1f], [0.5f], 0.9f, 0.99f, 0.5f, 1, default);
        Assert.Equal(0.87, bench.Read(w)[0], 1e-6);
        plan.Step(w, bench.Of(-1), m, v, [0.1f], [0.5f], 0.9f, 0.99f, 0.5f, 2, default);
        Assert.Equal(0.87 * 0.95 - 0.1 * (0.08 / 0.19) / (Math.Sqrt(0.0496 / 0.0199) + 0.5), bench.Read(w)[0], 1e-6);
        Assert.Equal((0.08, 0.0496), (Math.Round(bench.Read(m)[0], 6), Math.Round(bench.Read(v)[0], 6)));
    }

    [Theory]
    [InlineData(0f, 1)]
    [InlineData(10f, 1)]
    [InlineData(2.5f, 0.5)]
    public void ClippingScalesLongGradientsOnly(float maxNorm, double expected)
    {
        using var bench = new TensorBench();
        var plan = GradientNorm.Plan(bench.Device, [new(0, 1, 3), new(2, 1, 7)]);
        TensorView norm = bench.Zeros(1), scale = bench.Zeros(1);
        plan.Run(bench.Of(3, 100, 4), maxNorm, norm, scale, bench.Workspace(plan));
        Assert.Equal(5f, bench.Read(norm)[0]);
        Assert.Equal(expected, bench.Read(scale)[0], 1e-6);
    }

    [Fact]
    public void ANaNGradientShowsInTheNormAndTheScale()
    {
        using var bench = new TensorBench();
        var plan = GradientNorm.Plan(bench.Device, [new(0, 2, 0)]);
        TensorView norm = bench.Zeros(1), scale = bench.Zeros(1);
        plan.Run(bench.Of(1, float.NaN), 1, norm, scale, bench.Workspace(plan));
        Assert.Equal((float.NaN, float.NaN), (bench.Read(norm)[0], bench.Read(scale)[0]));
    }

    [Fact]
    public void NothingTrainableIsAPlanThatDoesNothing()
    {
        using var bench = new TensorBench();
        var plan = GradientNorm.Plan(bench.Device, []);
        TensorView norm = bench.Zeros(1), scale = bench.Zeros(1);
        plan.Run(bench.Of(5), 1, norm, scale, bench.Workspace(plan));
        Assert.Equal((0f, 1f), (bench.Read(norm)[0], bench.Read(scale)[0]));
    }

    [Fact]
    public void SegmentsThatOverlapAreEmptyOrOfNoGroupAreRefused()
    {
        using var bench = new TensorBench();
        Assert.Contains("overlap", Assert.Throws<ArgumentException>(() => Sgd.Plan(bench.Device, [new(0, 5, 0), new(4, 1, 0)], 1)).Message);
        Assert.Contains("not empty", Assert.Throws<ArgumentException>(() => Sgd.Plan(bench.Device, [new(0, 0, 0)], 1)).Message);
        Assert.Contains("group 1", Assert.Throws<ArgumentException>(() => AdamW.Plan(bench.Device, [new(0, 1, 1)], 1)).Message);
    }

    [Fact]
    public void EmaMovesByOneMinusDecayAndRestsAtItsWeights()
    {
        using var bench = new TensorBench();
        var ema = bench.Of(1, 0.1f);
        Ema.Plan(bench.Device, 2).Step(ema, bench.Of(2, 0.1f), 0.75f);
        Assert.Equal([1.25f, 0.1f], bench.Read(ema));
    }
}
