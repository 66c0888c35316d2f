using NativeTrainer.Kernels;
using NativeTrainer.Kernels.BatchNorm2d;

namespace NativeTrainer.OpCases;

public static class BatchNorm2dCases
{
    private const float Epsilon = 1e-5f, Momentum = 0.1f;
    private const double U = Tolerance.UnitRoundOff;

    // One row more than chunks of 16; one channel; channels about a vector's width; several chunks; ResNet's widest.
    private static readonly (int Rows, int Channels)[] Shapes = [(2, 1), (1000, 3), (17, 17), (50, 64), (700, 65), (8400, 2), (18, 2048), (300, 130)];

    public static IEnumerable<OpCase> All
    {
        get
        {
            foreach (var (rows, channels) in Shapes)
            {
                bool large = Large(rows, channels);
                foreach (var (relu, residual) in new[] { (false, false), (true, true) }.Where(v => !large || v.Item1))
                {
                    yield return ForwardTrain(rows, channels, relu, residual);
                    yield return ForwardEval(rows, channels, relu, residual);
                    foreach (var write in large ? [GradientWrite.Add] : Operand.Writes)
                    {
                        yield return BackwardTrain(rows, channels, relu, residual, parameters: true, write);
                        yield return BackwardEval(rows, channels, relu, residual, parameters: true, write);
                    }
                }
            }
            foreach (var (rows, channels) in new[] { (2, 1), (700, 65), (50, 64), (35, 264), (2100, 8) })
            {
                bool large = Large(rows, channels);
                foreach (var (relu, residual) in new[] { (false, false), (true, true) }.Where(v => !large || v.Item1))
                {
                    yield return Bf16(ForwardTrain(rows, channels, relu, residual, mask: relu), rows, channels, relu);
                    yield return Bf16(ForwardEval(rows, channels, relu, residual, mask: relu), rows, channels, relu);
                    foreach (var write in large ? [GradientWrite.Add] : Operand.Writes)
                    {
                        yield return Bf16(BackwardTrain(rows, channels, relu, residual, parameters: true, write), rows, channels, relu);
                        yield return Bf16(BackwardEval(rows, channels, relu, residual, parameters: true, write), rows, channels, relu);
                    }
                }
            }
            yield return ForwardTrain(50, 17, relu: true, residual: false);
            yield return ForwardTrain(50, 17, relu: false, residual: true);
            yield return ForwardTrain(5000, 17, relu: false, residual: false, mean: 1000);
            yield return ForwardTrain(5000, 3, relu: true, residual: false, mean: -1e6);
            yield return ForwardEval(1, 65, relu: false, residual: false);
            yield return BackwardTrain(50, 17, relu: true, residual: false, parameters: false, GradientWrite.Overwrite);
            yield return BackwardEval(50, 17, relu: true, residual: true, parameters: false, GradientWrite.Overwrite);
            foreach (var (rows, channels) in new[] { (16 * 112 * 112, 64), (16 * 56 * 56, 256), (16 * 7 * 7, 512) })
            {
                yield return ForwardTrain(rows, channels, relu: true, residual: false, benchmark: true);
                yield return BackwardTrain(rows, channels, relu: true, residual: false, parameters: true, GradientWrite.Overwrite, benchmark: true);
            }
        }
    }

    /// <summary>One variant each is enough.</summary>
    private static bool Large(int rows, int channels) => rows > 1000 || channels > 1000 || rows * channels > 30_000;

    /// <summary>Every block of rows and columns passes a dozen barriers: of shapes with many, one variant.</summary>
    private static bool Simulated(int rows, int channels, bool relu, GradientWrite write = GradientWrite.Add)
        => !Large(rows, channels) && (rows * channels < 3000 || (relu && write == GradientWrite.Add));

    private static Bf16Case Bf16(OpCase opCase, int rows, int channels, bool relu)
        => new(opCase, device => BatchNorm2d.Plan(device, rows, channels, new(Epsilon, Momentum, relu), DType.BFloat16), "x", "y", "residual", "dy", "dx", "dResidual");

    private static string Describe(int rows, int channels, bool relu, bool residual) => $"{rows}x{channels}{(relu ? " relu" : "")}{(residual ? " residual" : "")}";

    private static double Positive(double uniform) => 1.1 + uniform;

    private static OpCase ForwardTrain(int rows, int channels, bool relu, bool residual, double mean = 0, bool benchmark = false, bool mask = false)
    {
        Shape full = new(rows, channels), vector = new(channels);
        return new CallCase<BatchNorm2d>($"batchnorm/forwardtrain {Describe(rows, channels, relu, residual)}{(mean == 0 ? "" : $" mean {mean}")}",
            [Operand.Input("x", full, u => mean + u), Operand.Input("weight", vector), Operand.Input("bias", vector), Operand.Input("residual", full), Operand.Output("y", full),
                Operand.Output("savedMean", vector), Operand.Output("savedInvStd", vector), Operand.InOut("runningMean", vector), Operand.InOut("runningVar", vector, Positive), .. Mask(rows, channels, mask)],
            device => BatchNorm2d.Plan(device, rows, channels, new(Epsilon, Momentum, relu)),
            (plan, t, workspace) => plan.ForwardTrain(t[0], t[1], t[2], residual ? t[3] : default, t[4], t[5], t[6], t[7], t[8], workspace, default, mask ? t[9] : default),
            (v, bounds) =>
            {
                BatchNorm2dReference.ForwardTrain(v[0], v[1], v[2], residual ? v[3] : null, v[4], v[5], v[6], v[7], v[8], Epsilon, Momentum, relu);
                for (int c = 0; c < channels; c++)
                {
                    var s = BatchNorm2dBounds.Of(v[0], channels, c, Epsilon);
                    bounds[5][c] = s.MeanError + U * Math.Abs(v[5][c]);
                    bounds[6][c] = s.InvStdError + U * v[6][c];
                    bounds[7][c] = Momentum * s.MeanError + U * Math.Abs(v[7][c]);
                    bounds[8][c] = Momentum * s.SquaresError / (rows - 1) + U * v[8][c];
                    for (int i = c; i < v[0].Length; i += channels) bounds[4][i] = BatchNorm2dBounds.Normalised(v[0][i], v[1][c], v[2][c], residual ? v[3][i] : null, s);
                }
                if (mask) FillMask(v[9], bounds[9], channels, i => (v[0][i] - v[5][i % channels]) * v[6][i % channels] * v[1][i % channels] + v[2][i % channels] + (residual ? v[3][i] : 0), bounds[4]);
            }, benchmark, Simulated(rows, channels, relu));
    }

    private static TensorSpec[] Mask(int rows, int channels, bool mask) => mask ? [Operand.Output("mask", MaskShape(rows, channels), DType.UInt8)] : [];

    /// <summary>The mask by the values before ReLU; a byte with a value that rounding may take over 0 may be any.</summary>
    private static void FillMask(double[] mask, double[] bounds, int channels, Func<long, double> before, double[] errors)
    {
        for (int at = 0; at < mask.Length; at++)
        {
            mask[at] = MaskByte(at, channels, i => before(i) > 0);
            int doubtful = MaskByte(at, channels, i => Math.Abs(before(i)) <= errors[i]);
            if (doubtful != 0) bounds[at] = 255;
        }
    }

    private static OpCase ForwardEval(int rows, int channels, bool relu, bool residual, bool mask = false)
    {
        Shape full = new(rows, channels), vector = new(channels);
        return new CallCase<BatchNorm2d>($"batchnorm/forwardeval {Describe(rows, channels, relu, residual)}",
            [Operand.Input("x", full), Operand.Input("weight", vector), Operand.Input("bias", vector), Operand.Input("runningMean", vector), Operand.Input("runningVar", vector, Positive),
                Operand.Input("residual", full), Operand.Output("y", full), .. Mask(rows, channels, mask)],
            device => BatchNorm2d.Plan(device, rows, channels, new(Epsilon, Momentum, relu)),
            (plan, t, workspace) => plan.ForwardEval(t[0], t[1], t[2], t[3], t[4], residual ? t[5] : default, t[6], workspace, mask ? t[7] : default),
            (v, bounds) =>
            {
                BatchNorm2dReference.ForwardEval(v[0], v[1], v[2], v[3], v[4], residual ? v[5] : null, v[6], Epsilon, relu);
                for (int i = 0; i < v[0].Length; i++)
                {
                    int c = i % channels;
                    var exact = new BatchNorm2dBounds.Statistics(v[3][c], 1 / Math.Sqrt(v[4][c] + Epsilon), 0, 0, 0);
                    bounds[6][i] = BatchNorm2dBounds.Normalised(v[0][i], v[1][c], v[2][c], residual ? v[5][i] : null, exact);
                }
                if (mask) FillMask(v[7], bounds[7], channels, i => (v[0][i] - v[3][i % channels]) / Math.Sqrt(v[4][i % channels] + Epsilon) * v[1][i % channels] + v[2][i % channels] + (residual ? v[5][i] : 0), bounds[6]);
            }, simulated: Simulated(rows, channels, relu));
    }

    /// <summary>Backward with the statistics given; the reference takes them as they are, so that only backward's own errors count.</summary>
    private static OpCase BackwardTrain(int rows, int channels, bool relu, bool residual, bool parameters, GradientWrite write, bool benchmark = false)
        => new CallCase<BatchNorm2d>($"batchnorm/backwardtrain {Describe(rows, channels, relu, residual)}{(parameters ? "" : " frozen")} {write}",
            Backward("savedMean", "savedInvStd", rows, channels, residual, parameters, write),
            device => BatchNorm2d.Plan(device, rows, channels, new(Epsilon, Momentum, relu)),
            (plan, t, workspace) => plan.BackwardTrain(t[0], relu ? plan.MaskBytes > 0 ? t[^1] : t[1] : default, t[2], t[3], t[4], t[5], t[6], write,
                residual ? t[7] : default, write, parameters ? t[^3] : default, parameters ? t[^2] : default, write, workspace),
            (v, bounds) =>
            {
                BatchNorm2dReference.BackwardTrain(v[0], v[1], v[2], v[3], v[4], v[5], v[6], write, residual ? v[7] : null, write,
                    parameters ? v[^3] : null, parameters ? v[^2] : null, write, relu);
                Bound(v, bounds, v[5], training: true, relu, residual, parameters, write);
            }, benchmark, Simulated(rows, channels, relu, write));

    private static OpCase BackwardEval(int rows, int channels, bool relu, bool residual, bool parameters, GradientWrite write)
        => new CallCase<BatchNorm2d>($"batchnorm/backwardeval {Describe(rows, channels, relu, residual)}{(parameters ? "" : " frozen")} {write}",
            Backward("runningMean", "runningVar", rows, channels, residual, parameters, write),
            device => BatchNorm2d.Plan(device, rows, channels, new(Epsilon, Momentum, relu)),
            (plan, t, workspace) => plan.BackwardEval(parameters ? t[0] : default, relu ? plan.MaskBytes > 0 ? t[^1] : t[1] : default, t[2], t[3], t[4], t[5], t[6], write,
                residual ? t[7] : default, write, parameters ? t[^3] : default, parameters ? t[^2] : default, write, workspace),
            (v, bounds) =>
            {
                BatchNorm2dReference.BackwardEval(v[0], v[1], v[2], v[3], v[4], v[5], v[6], write, residual ? v[7] : null, write,
                    parameters ? v[^3] : null, parameters ? v[^2] : null, write, Epsilon, relu);
                Bound(v, bounds, Array.ConvertAll(v[5], variance => 1 / Math.Sqrt(variance + Epsilon)), training: false, relu, residual, parameters, write);
            }, simulated: Simulated(rows, channels, relu, write));

    private static TensorSpec[] Backward(string mean, string spread, int rows, int channels, bool residual, bool parameters, GradientWrite write)
    {
        Shape full = new(rows, channels), vector = new(channels);
        var tensors = new List<TensorSpec>
        {
            Operand.Input("x", full), new("y", full, TensorRole.Input, Value: (i, u) => Passes(i) ? Math.Abs(u) + 0.01 : -Math.Abs(u)), Operand.Input("dy", full), Operand.Input("weight", vector),
            Operand.Input(mean, vector), Operand.Input(spread, vector, Positive), Operand.Gradient("dx", full, write),
        };
        if (residual) tensors.Add(Operand.Gradient("dResidual", full, write));
        if (parameters) tensors.AddRange([Operand.Gradient("dweight", vector, write), Operand.Gradient("dbias", vector, write)]);
        tensors.Add(new("mask", MaskShape(rows, channels), TensorRole.Input, DType.UInt8, (i, _) => MaskByte(i, channels, Passes)));
        return [.. tensors];
    }

    /// <summary>Whether ReLU let value i through: as good as random, the same in y and in the mask.</summary>
    private static bool Passes(long i) => ((uint)i * 0x9E3779B1u >> 16 & 1) != 0;

    /// <summary>A byte for eight neighbouring channels where they come in eights, else for each value.</summary>
    private static Shape MaskShape(int rows, int channels) => new(rows * channels / (channels % 8 == 0 ? 8 : 1));

    private static int MaskByte(long at, int channels, Func<long, bool> passes)
        => channels % 8 != 0 ? passes(at) ? 1 : 0 : Enumerable.Range(0, 8).Sum(bit => passes(at * 8 + bit) ? 1 << bit : 0);

    private static void Bound(double[][] v, double[][] bounds, double[] invStd, bool training, bool relu, bool residual, bool parameters, GradientWrite write)
    {
        int channels = invStd.Length, rows = v[2].Length / channels;
        for (int c = 0; c < channels; c++)
        {
            var sums = BatchNorm2dBounds.OfGradient(v[0], relu ? v[1] : null, v[2], v[4][c], channels, c);
            if (parameters) (bounds[^3][c], bounds[^2][c]) = BatchNorm2dBounds.Parameters(sums, invStd[c], v[^3][c], v[^2][c], write);
            for (int i = c; i < v[2].Length; i += channels)
            {
                double g = relu && !(v[1][i] > 0) ? 0 : v[2][i];
                bounds[6][i] = training
                    ? BatchNorm2dBounds.Gradient(v[0][i], g, v[4][c], invStd[c], v[3][c], sums, rows, v[6][i], write)
                    : Tolerance.Roundings(2, v[3][c] * invStd[c] * g) + BatchNorm2dBounds.Added(v[6][i], write);
                if (residual) bounds[7][i] = BatchNorm2dBounds.Added(v[7][i], write);
            }
        }
    }
}
