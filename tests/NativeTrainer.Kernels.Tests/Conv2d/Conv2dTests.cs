using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Tests.Conv2d;

using Conv2d = Kernels.Conv2d.Conv2d;

public sealed class Conv2dTests
{
    [Theory]
    [InlineData(8, 8, 32, 32, "winograd4x4")]
    [InlineData(7, 7, 32, 64, "winograd4x4")]
    [InlineData(5, 5, 32, 32, "implicit_gemm")] // its tiles are less than half filled
    [InlineData(8, 8, 32, 36, "implicit_gemm")]
    public void TheShapeDecidesTheMethod(int h, int w, int c, int k, string method)
    {
        foreach (var isa in Enum.GetValues<CpuIsa>().Where(isa => isa >= CpuIsaDetection.Best))
        {
            using var device = new CpuDevice(1, isa);
            Assert.StartsWith(method, Conv2d.Plan(device, Conv2dShape.Square(1, h, w, c, k, 3, 1, 1)).Variant);
        }
    }

    public static TheoryData<Conv2dShape> Shapes =>
        [Conv2dShape.Square(2, 5, 6, 3, 4, 3, 2, 1), Conv2dShape.Square(1, 4, 4, 2, 3, 1, 2, 0), new Conv2dShape(1, 5, 4, 2, 3, 2, 3, 1, 2, 0, 1, 2, 1)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ReferenceGradientsMatchFiniteDifferences(Conv2dShape shape)
    {
        var random = new System.Random(7);
        double[] Draw(Shape s) => [.. Enumerable.Range(0, (int)s.Count).Select(_ => random.NextDouble() * 2 - 1)];
        double[] x = Draw(shape.Input), w = Draw(shape.Weights), dy = Draw(shape.Output);
        double[] Forward()
        {
            var y = new double[dy.Length];
            Conv2dReference.Forward(shape, x, w, y, new double[y.Length]);
            return y;
        }

        double[] dx = new double[x.Length], dw = new double[w.Length];
        Conv2dReference.BackwardData(shape, dy, w, dx, new double[dx.Length]);
        Conv2dReference.BackwardWeights(shape, x, dy, dw, new double[dw.Length]);
        GradientCheck.Verify(x, dy, Forward, dx, $"{shape} dx");
        GradientCheck.Verify(w, dy, Forward, dw, $"{shape} dw");
    }

    [Fact]
    public void OutputExtentsFollowTheFormula()
    {
        var stem = Conv2dShape.Square(1, 224, 224, 3, 64, 7, 2, 3);
        Assert.Equal((112, 112, 118_013_952L), (stem.P, stem.Q, stem.Macs));
    }

    [Fact]
    public void AShapeThatCannotBeIsRefusedWithItsNumbers()
    {
        using var device = new CpuDevice(1);
        var error = Assert.Throws<ArgumentException>(() => Conv2d.Plan(device, Conv2dShape.Square(1, 2, 2, 1, 1, 7, 1, 0)));
        Assert.Contains("7×7", error.Message);
        Assert.Contains("2×2", error.Message);
    }

    [Fact]
    public void CallsAllocateNothing()
    {
        using var device = new CpuDevice(2);
        var shape = Conv2dShape.Square(2, 9, 9, 16, 16, 3, 2, 1);
        var plan = Conv2d.Plan(device, shape);
        using var arena = device.Allocate(1 << 20);
        TensorView x = arena.View(0, shape.Input), w = arena.View(64 << 10, shape.Weights), y = arena.View(128 << 10, shape.Output);
        var workspace = arena.View(256 << 10, new Shape((int)plan.WorkspaceBytes), DType.UInt8);
        void Step()
        {
            plan.Forward(x, w, default, y, workspace);
            plan.BackwardData(y, w, x, GradientWrite.Overwrite, workspace);
            plan.BackwardWeights(x, y, w, GradientWrite.Add, workspace);
        }

        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++) Step();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Step();
        // The runtime itself may allocate when it compiles a method again.
        Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated()));
    }
}
