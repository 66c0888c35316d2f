using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.OpCases;

public static class PoolingCases
{
    private static readonly Pool2dShape[] Shapes =
    [
        Pool2dShape.Square(2, 13, 11, 64, 3, 2, 1),
        Pool2dShape.Square(1, 7, 7, 3, 3, 2, 1, ceilMode: true),
        Pool2dShape.Square(1, 6, 6, 65, 3, 2, 0, ceilMode: true),
        Pool2dShape.Square(3, 5, 4, 17, 2, 2, 0),
        Pool2dShape.Square(1, 5, 5, 1, 2, 3, 1, ceilMode: true),
        Pool2dShape.Square(1, 1, 1, 5, 3, 2, 1),
        Pool2dShape.Square(2, 9, 8, 33, 3, 1, 1),
        new(2, 10, 7, 19, 5, 2, 3, 1, 2, 0, 1, 1, CeilMode: false),
    ];

    public static IEnumerable<OpCase> All
    {
        get
        {
            foreach (var shape in Shapes)
            {
                yield return Forward(shape);
                foreach (var write in Operand.Writes) yield return Backward(shape, write);
            }
            foreach (var shape in Shapes.Take(3))
            {
                yield return new Bf16Case(Forward(shape), device => MaxPool2d.Plan(device, shape, DType.BFloat16), "x", "y");
                foreach (var write in Operand.Writes) yield return new Bf16Case(Backward(shape, write), device => MaxPool2d.Plan(device, shape, DType.BFloat16), "dx", "dy");
            }
            yield return Forward(Pool2dShape.Square(16, 112, 112, 64, 3, 2, 1), benchmark: true);
            yield return Backward(Pool2dShape.Square(16, 112, 112, 64, 3, 2, 1), GradientWrite.Overwrite, benchmark: true);
            foreach (var (n, pixels, channels) in new[] { (1, 1, 1), (2, 49, 65), (3, 12, 3), (1, 1000, 17), (2, 5, 300) })
            {
                yield return AverageForward(n, pixels, channels);
                foreach (var write in Operand.Writes) yield return AverageBackward(n, pixels, channels, write);
                yield return new Bf16Case(AverageForward(n, pixels, channels), device => GlobalAveragePool.Plan(device, n, pixels, channels, DType.BFloat16), "x");
                foreach (var write in Operand.Writes)
                    yield return new Bf16Case(AverageBackward(n, pixels, channels, write), device => GlobalAveragePool.Plan(device, n, pixels, channels, DType.BFloat16), "dx");
            }
        }
    }

    private static string Describe(Pool2dShape s)
        => $"{s.N}x{s.H}x{s.W}x{s.C} window {s.R}x{s.S} stride {s.StrideH}x{s.StrideW} pad {s.PadTop},{s.PadLeft},{s.PadBottom},{s.PadRight}{(s.CeilMode ? " ceil" : "")}";

    // Values are multiples of 1/4, so that windows hold ties.
    private static OpCase Forward(Pool2dShape shape, bool benchmark = false) => new CallCase<MaxPool2d>($"maxpool/forward {Describe(shape)}",
        [Operand.Input("x", shape.Input, u => Math.Round(u * 4) / 4), Operand.Output("y", shape.Output), Operand.Output("argmax", shape.Output, DType.UInt8)],
        device => MaxPool2d.Plan(device, shape), (plan, t, _) => plan.Forward(t[0], t[1], t[2]),
        (values, _) => MaxPool2dReference.Forward(shape, values[0], values[1], values[2]), benchmark);

    private static OpCase Backward(Pool2dShape shape, GradientWrite write, bool benchmark = false) => new CallCase<MaxPool2d>($"maxpool/backward {Describe(shape)} {write}",
        [Operand.Input("dy", shape.Output), new("argmax", shape.Output, TensorRole.Input, DType.UInt8, (i, u) => Winner(shape, i, u)), Operand.Gradient("dx", shape.Input, write)],
        device => MaxPool2d.Plan(device, shape), (plan, t, _) => plan.Backward(t[0], t[1], t[2], write),
        (values, bounds) =>
        {
            var magnitudes = Array.ConvertAll(values[2], Math.Abs);
            MaxPool2dReference.Backward(shape, Array.ConvertAll(values[0], Math.Abs), values[1], magnitudes, write);
            MaxPool2dReference.Backward(shape, values[0], values[1], values[2], write);
            for (int i = 0; i < bounds[2].Length; i++) bounds[2][i] = Tolerance.Reduction(shape.R * shape.S + 1, magnitudes[i], values[2][i]);
        }, benchmark);

    /// <summary>Any element of output i's window that is inside the input.</summary>
    private static double Winner(Pool2dShape s, long i, double uniform)
    {
        int q = (int)(i / s.C % s.Q), p = (int)(i / s.C / s.Q % s.P);
        return Inside(p * s.StrideH - s.PadTop, s.R, s.H) * s.S + Inside(q * s.StrideW - s.PadLeft, s.S, s.W);

        int Inside(int start, int window, int extent)
        {
            int from = Math.Max(0, -start), to = Math.Min(window, extent - start);
            return from + (int)((uniform + 1) / 2 * (to - from));
        }
    }

    private static OpCase AverageForward(int n, int pixels, int channels) => new CallCase<GlobalAveragePool>($"globalaveragepool/forward {n}x{pixels}x{channels}",
        [Operand.Input("x", new(n, pixels, channels)), Operand.Output("y", new(n, channels))],
        device => GlobalAveragePool.Plan(device, n, pixels, channels), (plan, t, _) => plan.Forward(t[0], t[1]),
        (values, bounds) =>
        {
            GlobalAveragePoolReference.Forward(n, pixels, channels, Array.ConvertAll(values[0], Math.Abs), values[1]);
            var magnitudes = values[1].ToArray();
            GlobalAveragePoolReference.Forward(n, pixels, channels, values[0], values[1]);
            // The sum's error over the pixel count, and one rounding more: 1/pixels is rounded, then the product.
            for (int i = 0; i < magnitudes.Length; i++) bounds[1][i] = Tolerance.Reduction(pixels, magnitudes[i], values[1][i]) + Tolerance.Roundings(1, values[1][i]);
        });

    private static OpCase AverageBackward(int n, int pixels, int channels, GradientWrite write) => new CallCase<GlobalAveragePool>($"globalaveragepool/backward {n}x{pixels}x{channels} {write}",
        [Operand.Input("dy", new(n, channels)), Operand.Gradient("dx", new(n, pixels, channels), write)],
        device => GlobalAveragePool.Plan(device, n, pixels, channels), (plan, t, _) => plan.Backward(t[0], t[1], write),
        (values, bounds) =>
        {
            GlobalAveragePoolReference.Backward(n, pixels, channels, values[0], values[1], write);
            for (int i = 0; i < bounds[1].Length; i++)
                bounds[1][i] = Tolerance.Roundings(2, values[0][i / channels / pixels * channels + i % channels] / pixels) + Tolerance.Roundings(1, values[1][i]);
        });
}
