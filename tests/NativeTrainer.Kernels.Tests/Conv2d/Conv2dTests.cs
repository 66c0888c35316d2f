using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Kernels.Tests.Conv2d;

using Conv2d = Kernels.Conv2d.Conv2d;

public sealed class Conv2dTests
{
    [Theory]
    [InlineData(8, 8, 32, 32, "winograd4x4")]
    [InlineData(7, 7, 32, 64, "winograd4x4")]
    [InlineData(5, 5, 32, 32, "implicit_gemm")] // its tiles are less than half filled
    [InlineData(8, 8, 32, 36, "implicit_gemm")]
    [InlineData(9, 16, 3, 32, "winograd1x4", 7, 2)]
    [InlineData(9, 16, 5, 32, "implicit_gemm", 7, 2)]
    [InlineData(9, 3, 3, 32, "implicit_gemm", 7, 2)] // two results a row
    public void TheShapeDecidesTheMethod(int h, int w, int c, int k, string method, int kernel = 3, int stride = 1)
    {
        foreach (var isa in Enum.GetValues<CpuIsa>().Where(isa => isa >= CpuIsaDetection.Best))
        {
            using var device = new CpuDevice(1, isa);
            Assert.StartsWith(method, Conv2d.Plan(device, Conv2dShape.Square(1, h, w, c, k, kernel, stride, kernel / 2)).Variant);
        }
    }

    [Theory]
    [InlineData(2, 9, 32, 96, 3, 1)] // Winograd, all filters at once
    [InlineData(2, 7, 256, 160, 3, 1)] // Winograd by blocks of filters, the last one narrower
    [InlineData(2, 21, 3, 32, 7, 2)] // the stem
    [InlineData(3, 9, 20, 37, 3, 2)]
    [InlineData(3, 9, 64, 48, 1, 1)]
    public void PackedWeightsGiveTheSameBits(int n, int side, int c, int k, int kernel, int stride)
    {
        var shape = Conv2dShape.Square(n, side, side, c, k, kernel, stride, kernel / 2);
        foreach (var isa in Enum.GetValues<CpuIsa>().Where(isa => isa >= CpuIsaDetection.Best))
        {
            using var device = new CpuDevice(2, isa);
            var plan = Conv2d.Plan(device, shape);
            using Arena x = device.Allocate(shape.Input.Count * 4), w = device.Allocate(shape.Weights.Count * 4), bias = device.Allocate(k * 4), packed = device.Allocate(plan.PackedWeightBytes);
            using Arena y = device.Allocate(shape.Output.Count * 4), again = device.Allocate(shape.Output.Count * 4), workspace = device.Allocate(Math.Max(plan.WorkspaceBytes, 1));
            var random = new System.Random(5);
            TensorView View(Arena arena, Shape s, bool fill)
            {
                var view = arena.View(0, s, DType.Float32);
                if (fill) device.Upload<float>([.. Enumerable.Range(0, (int)s.Count).Select(_ => random.NextSingle() - 0.5f)], view);
                return view;
            }

            TensorView xs = View(x, shape.Input, true), ws = View(w, shape.Weights, true), first = View(y, shape.Output, false), second = View(again, shape.Output, false);
            var scratch = workspace.View(0, new Shape((int)workspace.Bytes), DType.UInt8);
            var form = packed.View(0, new Shape((int)plan.PackedWeightBytes), DType.UInt8);
            var epilogue = new Conv2dEpilogue(View(bias, new Shape(k), true), default, true);
            plan.Forward(xs, ws, epilogue, first, scratch);
            plan.PackWeights(ws, form);
            plan.ForwardPacked(xs, form, epilogue, second, scratch);
            float[] Values(TensorView view)
            {
                var values = new float[view.Count];
                device.Download<float>(view, values);
                return values;
            }

            Assert.Contains(Values(first), v => v > 0);
            Assert.Equal(Values(first), Values(second));
        }
    }

    public static TheoryData<Conv2dShape, Pool2dShape> Pools => new()
    {
        { Conv2dShape.Square(2, 45, 37, 3, 64, 7, 2, 3), Pool2dShape.Square(2, 23, 19, 64, 3, 2, 1) },
        { Conv2dShape.Square(1, 80, 20, 3, 32, 7, 2, 3), Pool2dShape.Square(1, 40, 10, 32, 3, 2, 0, ceilMode: true) },
        { Conv2dShape.Square(1, 30, 24, 1, 32, 7, 2, 3), Pool2dShape.Square(1, 15, 12, 32, 2, 3, 1) },
    };

    [Theory]
    [MemberData(nameof(Pools))]
    public void AStemWithItsPoolGivesTheBitsOfBothAfterOneAnother(Conv2dShape shape, Pool2dShape pool)
    {
        foreach (var isa in Enum.GetValues<CpuIsa>().Where(isa => isa >= CpuIsaDetection.Best))
        {
            using var device = new CpuDevice(2, isa);
            var (convolution, maximum, both) = (Conv2d.Plan(device, shape), MaxPool2d.Plan(device, pool), Conv2d.PlanPooled(device, shape, pool)!);
            Assert.StartsWith("winograd1x4", convolution.Variant);
            using var arena = device.Allocate(1 << 24);
            long end = 0;
            TensorView View(Shape s, bool fill = false, DType type = DType.Float32)
            {
                var view = arena.View(end, s, type);
                end += Arena.Align(view.Bytes);
                var random = new System.Random(5);
                if (fill) device.Upload<float>([.. Enumerable.Range(0, (int)s.Count).Select(_ => random.NextSingle() - 0.5f)], view);
                return view;
            }

            float[] Values(TensorView view)
            {
                var values = new float[view.Count];
                device.Download<float>(view, values);
                return values;
            }

            TensorView x = View(shape.Input, true), w = View(shape.Weights, true), y = View(shape.Output), expected = View(pool.Output), actual = View(pool.Output);
            var workspace = View(new Shape((int)Math.Max(convolution.WorkspaceBytes, both.WorkspaceBytes)), type: DType.UInt8);
            var epilogue = new Conv2dEpilogue(View(new Shape(shape.K), true), default, true);
            convolution.Forward(x, w, epilogue, y, workspace);
            maximum.Forward(y, expected, default);
            both.Forward(x, w, epilogue, actual, workspace);
            Assert.Contains(Values(expected), v => v > 0);
            Assert.Equal(Values(expected), Values(actual));
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
