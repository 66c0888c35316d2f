using NativeTrainer.Kernels.BatchNorm2d;

namespace NativeTrainer.Kernels.Tests.BatchNorm2d;

using BatchNorm2d = Kernels.BatchNorm2d.BatchNorm2d;

public sealed class BatchNorm2dTests
{
    private const int Rows = 6, Channels = 3;
    private const double Epsilon = 1e-3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TrainingReferenceGradientsMatchFiniteDifferences(bool relu)
    {
        double[] x = TensorBench.Draw(Rows * Channels, 1), residual = TensorBench.Draw(Rows * Channels, 2), dy = TensorBench.Draw(Rows * Channels, 3);
        double[] weight = TensorBench.Draw(Channels, 4), bias = TensorBench.Draw(Channels, 5);
        double[] mean = new double[Channels], invStd = new double[Channels];
        double[] Forward()
        {
            var y = new double[x.Length];
            BatchNorm2dReference.ForwardTrain(x, weight, bias, residual, y, mean, invStd, new double[Channels], new double[Channels], Epsilon, 0.1, relu);
            return y;
        }

        var y = Forward();
        double[] dx = new double[x.Length], dResidual = new double[x.Length], dweight = new double[Channels], dbias = new double[Channels];
        BatchNorm2dReference.BackwardTrain(x, y, dy, weight, mean, invStd, dx, GradientWrite.Overwrite, dResidual, GradientWrite.Overwrite, dweight, dbias, GradientWrite.Overwrite, relu);
        GradientCheck.Verify(x, dy, Forward, dx, "dx");
        GradientCheck.Verify(residual, dy, Forward, dResidual, "dResidual");
        GradientCheck.Verify(weight, dy, Forward, dweight, "dweight");
        GradientCheck.Verify(bias, dy, Forward, dbias, "dbias");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EvaluationReferenceGradientsMatchFiniteDifferences(bool relu)
    {
        double[] x = TensorBench.Draw(Rows * Channels, 1), residual = TensorBench.Draw(Rows * Channels, 2), dy = TensorBench.Draw(Rows * Channels, 3);
        double[] weight = TensorBench.Draw(Channels, 4), bias = TensorBench.Draw(Channels, 5), mean = TensorBench.Draw(Channels, 6), variance = [0.5, 1, 2];
        double[] Forward()
        {
            var y = new double[x.Length];
            BatchNorm2dReference.ForwardEval(x, weight, bias, mean, variance, residual, y, Epsilon, relu);
            return y;
        }

        double[] dx = new double[x.Length], dResidual = new double[x.Length], dweight = new double[Channels], dbias = new double[Channels];
        BatchNorm2dReference.BackwardEval(x, Forward(), dy, weight, mean, variance, dx, GradientWrite.Overwrite, dResidual, GradientWrite.Overwrite, dweight, dbias, GradientWrite.Overwrite, Epsilon, relu);
        GradientCheck.Verify(x, dy, Forward, dx, "dx");
        GradientCheck.Verify(residual, dy, Forward, dResidual, "dResidual");
        GradientCheck.Verify(weight, dy, Forward, dweight, "dweight");
        GradientCheck.Verify(bias, dy, Forward, dbias, "dbias");
    }

    /// <summary>x = 1, 3: mean 2, biased variance 1, unbiased 2.</summary>
    [Fact]
    public void TrainingNormalisesByBiasedAndRunsUnbiasedVariance()
    {
        using var bench = new TensorBench();
        var plan = BatchNorm2d.Plan(bench.Device, 2, 1, new BatchNormOptions(3f, 0.25f, Relu: false));
        TensorView y = bench.Zeros(2), mean = bench.Zeros(1), invStd = bench.Zeros(1), runningMean = bench.Of(4), runningVar = bench.Of(8);
        plan.ForwardTrain(bench.Of(1, 3), bench.Of(2), bench.Of(10), default, y, mean, invStd, runningMean, runningVar, bench.Workspace(plan));
        Assert.Equal([9f, 11f], bench.Read(y));
        Assert.Equal((2f, 0.5f), (bench.Read(mean)[0], bench.Read(invStd)[0]));
        Assert.Equal((3.5f, 6.5f), (bench.Read(runningMean)[0], bench.Read(runningVar)[0]));
    }

    [Fact]
    public void OneRowIsRefusedInTrainingAndAcceptedInEvaluation()
    {
        using var bench = new TensorBench();
        var plan = BatchNorm2d.Plan(bench.Device, 1, 2, new BatchNormOptions(1e-5f, 0.1f, Relu: false));
        TensorView x = bench.Of(1, 2), one = bench.Of(1, 1), zero = bench.Of(0, 0), y = bench.Zeros(2), workspace = bench.Workspace(plan);
        var error = Assert.Throws<InvalidOperationException>(() => plan.ForwardTrain(x, one, zero, default, y, bench.Zeros(2), bench.Zeros(2), zero, one, workspace));
        Assert.Contains("(1, 2)", error.Message);
        plan.ForwardEval(x, one, zero, zero, one, default, y, workspace);
        Assert.Equal(2.0 / Math.Sqrt(1 + 1e-5f), bench.Read(y)[1], 1e-6);
    }

    [Theory]
    [InlineData(0f, 0.1f)]
    [InlineData(float.NaN, 0.1f)]
    [InlineData(1e-5f, 1.5f)]
    [InlineData(1e-5f, float.NaN)]
    public void OptionsOutOfRangeAreRefused(float epsilon, float momentum)
    {
        using var bench = new TensorBench();
        Assert.Throws<ArgumentOutOfRangeException>(() => BatchNorm2d.Plan(bench.Device, 2, 1, new BatchNormOptions(epsilon, momentum, false)));
    }

    /// <summary>dx, or dResidual, in dy's own memory gives the bits that separate memory gives.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GradientsMayShareTheMemoryOfDy(bool shareDx)
    {
        const int N = 50, C = 19;
        using var bench = new TensorBench();
        TensorView Draw(int count, int seed) => bench.Of(Array.ConvertAll(TensorBench.Draw(count, seed), v => (float)v));
        var plan = BatchNorm2d.Plan(bench.Device, N, C, new BatchNormOptions(1e-5f, 0.1f, Relu: true));
        TensorView x = Draw(N * C, 1), y = Draw(N * C, 2), dy = Draw(N * C, 3), shared = Draw(N * C, 3), weight = Draw(C, 4), mean = Draw(C, 5), invStd = bench.Of([.. Enumerable.Repeat(1.5f, C)]);
        TensorView dx = bench.Zeros(N * C), branch = bench.Zeros(N * C), other = bench.Zeros(N * C), dweight = bench.Zeros(C), dbias = bench.Zeros(C), workspace = bench.Workspace(plan);
        void Run(TensorView dy, TensorView dx, TensorView dResidual) => plan.BackwardTrain(x, y, dy, weight, mean, invStd, dx, GradientWrite.Overwrite, dResidual, GradientWrite.Overwrite,
            dweight, dbias, GradientWrite.Overwrite, workspace);

        Run(dy, dx, branch);
        if (shareDx) Run(shared, shared, other);
        else Run(shared, other, shared);
        Assert.Equal(bench.Read(dx), bench.Read(shareDx ? shared : other));
        Assert.Equal(bench.Read(branch), bench.Read(shareDx ? other : shared));
    }

    /// <summary>The folded weights applied as a 1×1 convolution give what evaluation gives; both in float64.</summary>
    [Fact]
    public void FoldingEqualsEvaluation()
    {
        double[] x = TensorBench.Draw(Rows * Channels, 1), gamma = TensorBench.Draw(Channels, 2), beta = TensorBench.Draw(Channels, 3), mean = TensorBench.Draw(Channels, 4), variance = [0.5, 1, 2];
        double[] identity = [1, 0, 0, 0, 1, 0, 0, 0, 1], w = new double[9], b = new double[3], y = new double[x.Length];
        BatchNormFoldReference.Run(identity, gamma, beta, mean, variance, Epsilon, w, b);
        BatchNorm2dReference.ForwardEval(x, gamma, beta, mean, variance, null, y, Epsilon, relu: false);
        for (int i = 0; i < x.Length; i++)
        {
            int row = i / Channels, k = i % Channels;
            Assert.Equal(y[i], Enumerable.Range(0, Channels).Sum(c => w[k * Channels + c] * x[row * Channels + c]) + b[k], 1e-14);
        }
    }

    [Fact]
    public void BitsDoNotDependOnTheNumberOfThreads()
    {
        const int N = 3000, C = 33;
        var x = Array.ConvertAll(TensorBench.Draw(N * C, 1), v => (float)v);
        float[][] Run(int threads)
        {
            using var bench = new TensorBench(threads);
            var plan = BatchNorm2d.Plan(bench.Device, N, C, new BatchNormOptions(1e-5f, 0.1f, Relu: true));
            var one = bench.Of([.. Enumerable.Repeat(1f, C)]);
            TensorView input = bench.Of(x), y = bench.Zeros(N * C), mean = bench.Zeros(C), invStd = bench.Zeros(C), dx = bench.Zeros(N * C), dw = bench.Zeros(C), db = bench.Zeros(C), workspace = bench.Workspace(plan);
            plan.ForwardTrain(input, one, bench.Zeros(C), default, y, mean, invStd, bench.Zeros(C), one, workspace);
            plan.BackwardTrain(input, y, input, one, mean, invStd, dx, GradientWrite.Overwrite, default, default, dw, db, GradientWrite.Overwrite, workspace);
            return [bench.Read(y), bench.Read(mean), bench.Read(invStd), bench.Read(dx), bench.Read(dw), bench.Read(db)];
        }

        var expected = Run(1);
        for (int threads = 2; threads <= 8; threads++) Assert.Equal(expected, Run(threads));
    }
}
