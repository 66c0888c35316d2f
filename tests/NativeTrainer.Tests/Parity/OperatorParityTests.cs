using NativeTrainer.Kernels;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Optimizers;
using NativeTrainer.Kernels.Pooling;
using NativeTrainer.Kernels.SoftmaxCrossEntropy;

namespace NativeTrainer.Tests.Parity;

/// <summary>
/// The float64 references mean what PyTorch means. The op cases hold the kernels to the references, so the kernels too mean what PyTorch means.
/// </summary>
public sealed class OperatorParityTests
{
    /// <summary>Two float64 computations of a few dozen terms: u = 2⁻⁵³ each, on values of at most about 30.</summary>
    private const double Bound = 64 * 30 / 9007199254740992.0;

    private readonly FixtureFile _fixture = new("ops");

    [Fact]
    public void BatchNormTrains()
    {
        double[] x = Read("batchnorm/x"), weight = Read("batchnorm/weight"), dy = Read("batchnorm/dy");
        double[] y = new double[x.Length], dx = new double[x.Length], savedMean = new double[5], savedInvStd = new double[5], dweight = new double[5], dbias = new double[5];
        double[] mean = Read("batchnorm/runningMeanBefore"), variance = Read("batchnorm/runningVarBefore");
        BatchNorm2dReference.ForwardTrain(x, weight, Read("batchnorm/bias"), null, y, savedMean, savedInvStd, mean, variance, 1e-5f, 0.1f, relu: false);
        BatchNorm2dReference.BackwardTrain(x, y, dy, weight, savedMean, savedInvStd, dx, GradientWrite.Overwrite, null, GradientWrite.Overwrite,
            dweight, dbias, GradientWrite.Overwrite, relu: false);
        Same("batchnorm/train/y", y);
        Same("batchnorm/train/dx", dx);
        Same("batchnorm/train/dweight", dweight);
        Same("batchnorm/train/dbias", dbias);
        Same("batchnorm/train/runningMean", mean);
        Same("batchnorm/train/runningVar", variance);
    }

    [Fact]
    public void BatchNormEvaluates()
    {
        var y = new double[Read("batchnorm/x").Length];
        BatchNorm2dReference.ForwardEval(Read("batchnorm/x"), Read("batchnorm/weight"), Read("batchnorm/bias"),
            Read("batchnorm/runningMeanBefore"), Read("batchnorm/runningVarBefore"), null, y, 1e-5f, relu: false);
        Same("batchnorm/eval/y", y);
    }

    [Theory]
    [InlineData("index-weighted-smoothed-0.125", "indexTargets", true, 0.125)]
    [InlineData("index-weighted", "indexTargets", true, 0)]
    [InlineData("index-smoothed-0.125", "indexTargets", false, 0.125)]
    [InlineData("soft", "softTargets", false, 0)]
    [InlineData("soft-smoothed-0.125", "softTargets", false, 0.125)]
    public void CrossEntropy(string name, string targets, bool weighted, double smoothing)
    {
        double[] logits = Read("crossentropy/logits"), target = Read("crossentropy/" + targets), losses = new double[4], mean = new double[1], dlogits = new double[20];
        var classWeights = weighted ? Read("crossentropy/classWeights") : null;
        SoftmaxCrossEntropyReference.Forward(5, smoothing, logits, target, classWeights, losses, mean);
        SoftmaxCrossEntropyReference.Backward(5, smoothing, logits, target, classWeights, 1, dlogits);
        Same($"crossentropy/{name}/loss", mean);
        Same($"crossentropy/{name}/dlogits", dlogits);
    }

    [Theory]
    [InlineData("maxpool-3-2-1-floor", 3, 2, 1, false)]
    [InlineData("maxpool-3-2-0-ceil", 3, 2, 0, true)]
    [InlineData("maxpool-2-2-1-ceil", 2, 2, 1, true)]
    public void MaxPool(string name, int kernel, int stride, int pad, bool ceilMode)
    {
        int[] input = _fixture.Shape(name + "/x"), output = _fixture.Shape(name + "/y");
        var shape = Pool2dShape.Square(input[0], input[1], input[2], input[3], kernel, stride, pad, ceilMode);
        Assert.Equal((output[1], output[2]), (shape.P, shape.Q));
        double[] x = Read(name + "/x"), dy = Read(name + "/dy"), y = new double[dy.Length], argmax = new double[dy.Length], dx = new double[x.Length];
        MaxPool2dReference.Forward(shape, x, y, argmax);
        MaxPool2dReference.Backward(shape, dy, argmax, dx, GradientWrite.Overwrite);
        Same(name + "/y", y);
        Same(name + "/dx", dx);
    }

    [Theory]
    [InlineData("sgd", 0, 0, false)]
    [InlineData("sgd-momentum", 0.9f, 0, false)]
    [InlineData("sgd-dampening-0.25", 0.9f, 0.25f, false)]
    [InlineData("sgd-nesterov", 0.9f, 0, true)]
    public void Sgd(string name, float momentum, float dampening, bool nesterov)
    {
        var w = Read("optimizers/start");
        var buffer = new double[w.Length];
        for (int step = 0; step < 3; step++)
            OptimizersReference.Sgd([new ParameterSegment(0, w.Length, 0)], w, Gradient(step), buffer, [0.1f], [0.01f], momentum, dampening, nesterov, step == 0, 1);
        Same("optimizers/" + name, w);
    }

    [Fact]
    public void AdamW()
    {
        var w = Read("optimizers/start");
        double[] m = new double[w.Length], v = new double[w.Length];
        for (int step = 0; step < 3; step++)
            OptimizersReference.AdamW([new ParameterSegment(0, w.Length, 0)], w, Gradient(step), m, v, [0.1f], [0.01f], 0.9f, 0.999f, 1e-3f, step + 1, 1);
        Same("optimizers/adamw", w);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(50)]
    public void ClippingByNorm(double most)
    {
        string name = FormattableString.Invariant($"clip-{most}");
        double[] gradient = Read(name + "/gradient"), norm = new double[1], scale = new double[1];
        OptimizersReference.GradientNorm([new ParameterSegment(0, gradient.Length, 0)], gradient, most, norm, scale);
        Same(name + "/clipped", Array.ConvertAll(gradient, g => g * scale[0]));
    }

    private double[] Gradient(int step) => Read("optimizers/gradients").AsSpan(7 * step, 7).ToArray();

    private double[] Read(string name) => _fixture.Read<double>(name);

    private void Same(string name, double[] actual)
    {
        var expected = Read(name);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Bound, $"{name}[{i}]: {actual[i]:R}, PyTorch {expected[i]:R}");
    }
}
