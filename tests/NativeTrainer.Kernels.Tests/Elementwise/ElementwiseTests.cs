using NativeTrainer.Kernels.Elementwise;

namespace NativeTrainer.Kernels.Tests.Elementwise;

public sealed class ElementwiseTests
{
    [Fact]
    public void ReluReferenceGradientMatchesFiniteDifferences()
    {
        double[] x = TensorBench.Draw(20, 1), dy = TensorBench.Draw(20, 2), dx = new double[20];
        double[] Forward()
        {
            var y = new double[x.Length];
            ReluReference.Forward(x, y);
            return y;
        }

        ReluReference.Backward(Forward(), dy, dx, GradientWrite.Overwrite);
        GradientCheck.Verify(x, dy, Forward, dx, "dx");
    }

    [Fact]
    public void AddReferenceGradientMatchesFiniteDifferences()
    {
        double[] a = TensorBench.Draw(20, 1), b = TensorBench.Draw(20, 2), dy = TensorBench.Draw(20, 3), da = new double[20];
        double[] Forward()
        {
            var y = new double[a.Length];
            AddReference.Forward(a, b, y);
            return y;
        }

        AddReference.Backward(dy, da, GradientWrite.Overwrite);
        GradientCheck.Verify(a, dy, Forward, da, "da");
        GradientCheck.Verify(b, dy, Forward, da, "db");
    }

    [Fact]
    public void ResultsMayShareAnOperandsMemory()
    {
        using var bench = new TensorBench();
        TensorView a = bench.Of(1, -2, 3), b = bench.Of(10, 20, 30);
        Add.Plan(bench.Device, 3).Forward(a, b, a);
        Assert.Equal([11f, 18f, 33f], bench.Read(a));
        Scale.Plan(bench.Device, 3).Run(a, 2, a);
        Assert.Equal([22f, 36f, 66f], bench.Read(a));
        Add.Plan(bench.Device, 3).Backward(b, a, GradientWrite.Add);
        Assert.Equal([32f, 56f, 96f], bench.Read(a));
    }
}
