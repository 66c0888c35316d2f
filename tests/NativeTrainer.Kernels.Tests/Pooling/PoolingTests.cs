using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Kernels.Tests.Pooling;

public sealed class PoolingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MaxPoolReferenceGradientMatchesFiniteDifferences(bool ceilMode)
    {
        var shape = Pool2dShape.Square(2, 6, 5, 2, 3, 2, 1, ceilMode);
        double[] x = TensorBench.Draw((int)shape.Input.Count, 1), dy = TensorBench.Draw((int)shape.Output.Count, 2), argmax = new double[dy.Length], dx = new double[x.Length];
        double[] Forward()
        {
            var y = new double[dy.Length];
            MaxPool2dReference.Forward(shape, x, y, null);
            return y;
        }

        MaxPool2dReference.Forward(shape, x, new double[dy.Length], argmax);
        MaxPool2dReference.Backward(shape, dy, argmax, dx, GradientWrite.Overwrite);
        GradientCheck.Verify(x, dy, Forward, dx, "dx");
    }

    [Fact]
    public void AveragePoolReferenceGradientMatchesFiniteDifferences()
    {
        double[] x = TensorBench.Draw(2 * 6 * 3, 1), dy = TensorBench.Draw(2 * 3, 2), dx = new double[x.Length];
        double[] Forward()
        {
            var y = new double[dy.Length];
            GlobalAveragePoolReference.Forward(2, 6, 3, x, y);
            return y;
        }

        GlobalAveragePoolReference.Backward(2, 6, 3, dy, dx, GradientWrite.Overwrite);
        GradientCheck.Verify(x, dy, Forward, dx, "dx");
    }

    /// <summary>0 … 15 in a 4×4 map under 3×3 windows of stride 2: the second windows hang over the edge. Worked by hand.</summary>
    [Fact]
    public void CeilModeKeepsTheWindowsAtTheEdge()
    {
        using var bench = new TensorBench();
        var shape = Pool2dShape.Square(1, 4, 4, 1, 3, 2, 0, ceilMode: true);
        var plan = MaxPool2d.Plan(bench.Device, shape);
        TensorView y = bench.Zeros(4), argmax = bench.Zeros(4, DType.UInt8), dx = bench.Zeros(16);
        plan.Forward(bench.Of([.. Enumerable.Range(0, 16).Select(i => (float)i)]), y, argmax);
        Assert.Equal([10f, 11f, 14f, 15f], bench.Read(y));
        Assert.Equal([8, 7, 5, 4], bench.ReadBytes(argmax));
        plan.Backward(bench.Of(1, 2, 3, 4), argmax, dx, GradientWrite.Overwrite);
        Assert.Equal([0f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4], bench.Read(dx));
    }

    [Theory]
    [InlineData(224, 3, 2, 1, false, 112)]
    [InlineData(112, 3, 2, 1, false, 56)]
    [InlineData(112, 3, 2, 0, false, 55)]
    [InlineData(112, 3, 2, 0, true, 56)]
    [InlineData(4, 3, 2, 0, true, 2)]
    [InlineData(3, 2, 2, 1, true, 2)] // Ceil gives 3; the third window would start in the bottom padding, so PyTorch drops it.
    public void OutputExtentsFollowPyTorch(int extent, int kernel, int stride, int pad, bool ceilMode, int expected)
    {
        var shape = Pool2dShape.Square(1, extent, extent, 1, kernel, stride, pad, ceilMode);
        Assert.Equal((expected, expected), (shape.P, shape.Q));
    }

    [Fact]
    public void TiesGoToTheFirstAndNaNWins()
    {
        using var bench = new TensorBench();
        const int C = 21;
        var plan = MaxPool2d.Plan(bench.Device, Pool2dShape.Square(1, 2, 2, C, 2, 2, 0));
        // The four pixels of each channel: all equal; NaN second; NaN first; -inf everywhere.
        float[][] kinds = [[1, 1, 1, 1], [3, float.NaN, 5, 2], [float.NaN, 9, 9, 9], [.. Enumerable.Repeat(float.NegativeInfinity, 4)]];
        var x = new float[4 * C];
        for (int pixel = 0; pixel < 4; pixel++)
            for (int c = 0; c < C; c++) x[pixel * C + c] = kinds[c % 4][pixel];
        TensorView y = bench.Zeros(C), argmax = bench.Zeros(C, DType.UInt8);
        plan.Forward(bench.Of(x), y, argmax);
        float[] expected = [1, float.NaN, float.NaN, float.NegativeInfinity];
        byte[] winners = [0, 1, 0, 0];
        for (int c = 0; c < C; c++)
        {
            Assert.Equal(expected[c % 4], bench.Read(y)[c]);
            Assert.Equal(winners[c % 4], bench.ReadBytes(argmax)[c]);
        }
    }

    [Fact]
    public void WithoutArgmaxTheResultIsTheSame()
    {
        using var bench = new TensorBench();
        var shape = Pool2dShape.Square(1, 7, 7, 19, 3, 2, 1);
        var plan = MaxPool2d.Plan(bench.Device, shape);
        int count = (int)shape.Output.Count;
        TensorView x = bench.Of(Array.ConvertAll(TensorBench.Draw((int)shape.Input.Count, 1), v => (float)v)), with = bench.Zeros(count), without = bench.Zeros(count);
        plan.Forward(x, with, bench.Zeros(count, DType.UInt8));
        plan.Forward(x, without, default);
        Assert.Equal(bench.Read(with), bench.Read(without));
    }

    [Theory]
    [InlineData(4, 16, 1, 0, "255")]
    [InlineData(4, 3, 2, 2, "half the window")]
    [InlineData(2, 3, 2, 0, "does not fit")]
    public void ShapesThatCannotBeAreRefused(int extent, int kernel, int stride, int pad, string why)
    {
        using var bench = new TensorBench();
        Assert.Contains(why, Assert.Throws<ArgumentException>(() => MaxPool2d.Plan(bench.Device, Pool2dShape.Square(1, extent, extent, 1, kernel, stride, pad))).Message);
    }
}
