using NativeTrainer.Kernels;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>A convolution whose epilogue writes the sums that the batch norm behind it takes.</summary>
public static class ConvStatisticsCases
{
    private const float Epsilon = 1e-5f, Momentum = 0.1f;
    private const double U = Tolerance.UnitRoundOff;

    private static readonly Conv2dShape[] Shapes =
    [
        Conv2dShape.Square(2, 7, 9, 8, 24, 3, 1, 1),
        Conv2dShape.Square(3, 9, 11, 16, 72, 3, 2, 1),
        Conv2dShape.Square(2, 11, 13, 24, 136, 1, 1, 0), // several tiles each way, both cut
        Conv2dShape.Square(2, 17, 19, 3, 64, 7, 2, 3), // the stem
        Conv2dShape.Square(1, 2, 1, 8, 8, 1, 1, 0), // two pixels
    ];

    /// <summary>In float32, for the processor: implicit GEMM with cut columns, and Winograd with cut tiles, all filters at a time and in blocks.</summary>
    public static IEnumerable<OpCase> OfProcessor =>
        from shape in (Conv2dShape[])[.. Shapes, Conv2dShape.Square(2, 9, 11, 32, 64, 3, 1, 1), Conv2dShape.Square(3, 28, 27, 64, 64, 3, 1, 1), Conv2dShape.Square(2, 14, 13, 192, 160, 3, 1, 1)]
        select Of(shape, Precision.Float32);

    public static IEnumerable<OpCase> All =>
        from shape in Shapes
        from precision in new[] { Precision.BFloat16, Precision.Tf32 }
        select Of(shape, precision);

    /// <summary>A case of any shape.</summary>
    public static OpCase Of(Conv2dShape shape, Precision precision) => new Case(shape, precision);

    /// <summary>The two plans, and the convolution's for a test to choose.</summary>
    public static OpPlan Pair(Device device, Conv2d convolution, Conv2dShape shape, Precision precision)
        => new PairPlan(convolution, BatchNorm2d.Plan(device, shape.Output.Count / shape.K, shape.K, new(Epsilon, Momentum, false), precision.Activations(), convolution.StatisticsParts));

    private sealed class PairPlan(Conv2d convolution, BatchNorm2d norm) : OpPlan
    {
        public Conv2d Convolution => convolution;

        public BatchNorm2d Norm => norm;

        public override string Variant => $"{convolution.Variant} {norm.Variant}";

        public override long WorkspaceBytes => Math.Max(convolution.WorkspaceBytes, norm.WorkspaceBytes);
    }

    private sealed class Case(Conv2dShape shape, Precision precision) : OpCase
    {
        /// <summary>Parts are never smaller.</summary>
        private const int LeastRows = 6;

        private readonly OpCase _convolution = precision == Precision.Float32 && shape is { R: 3, S: 3, StrideH: 1, StrideW: 1 } ? WinogradCases.Of(shape, "Forward") : Conv2dCases.Of(shape, "Forward", precision);

        private long Rows => shape.Output.Count / shape.K;

        public override string Name => $"conv2d+batchnorm/forwardtrain {shape} {precision.Name()}";

        public override Precision Precision => precision;

        public override bool NeedsTensorCores => precision == Precision.BFloat16;

        public override long Flops => 2 * shape.Macs;

        public override IReadOnlyList<TensorSpec> Tensors
        {
            get
            {
                Shape vector = new(shape.K);
                int parts = (int)((Rows + LeastRows - 1) / LeastRows);
                return [.. _convolution.Tensors, Operand.Input("weight", vector), Operand.Input("bias", vector), Operand.Output("z", shape.Output) with { Type = precision.Activations() },
                    Operand.Output("savedMean", vector), Operand.Output("savedInvStd", vector), Operand.InOut("runningMean", vector), Operand.InOut("runningVar", vector, u => 1.1 + u),
                    Operand.InOut("statistics", new Shape(parts, 3, shape.K))];
            }
        }

        public override OpPlan Plan(Device device) => Pair(device, Conv2d.Plan(device, shape, precision), shape, precision);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace)
        {
            var pair = (PairPlan)plan;
            int parts = pair.Convolution.StatisticsParts.Count;
            TensorView statistics = parts == 0 ? default : t[10].Arena.View(t[10].Offset, new Shape(parts, 3, shape.K));
            pair.Convolution.Forward(t[0], t[1], new(default, default, false, statistics), t[2], workspace);
            pair.Norm.ForwardTrain(t[2], t[3], t[4], default, t[5], t[6], t[7], t[8], t[9], workspace, statistics);
        }

        /// <summary>
        /// The norm's own bounds, and what y's errors b bring: the mean moves by at most their mean b̄, each deviation D by b + b̄, and the sum of squares by Σ(2D + b + b̄)(b + b̄).
        /// </summary>
        public override void Reference(double[][] v, double[][] bounds)
        {
            _convolution.Reference(v[..3], bounds[..3]);
            double[] y = v[2], errors = bounds[2];
            BatchNorm2dReference.ForwardTrain(y, v[3], v[4], null, v[5], v[6], v[7], v[8], v[9], Epsilon, Momentum, relu: false);
            double rows = Rows;
            for (int c = 0; c < shape.K; c++)
            {
                var own = BatchNorm2dBounds.Of(y, shape.K, c, Epsilon);
                double mean = 0, squares = 0, variance = 0;
                for (int i = c; i < y.Length; i += shape.K) mean += errors[i] / rows;
                for (int i = c; i < y.Length; i += shape.K)
                {
                    double deviation = Math.Abs(y[i] - own.Mean), error = errors[i] + mean;
                    squares += (2 * deviation + error) * error;
                    variance += deviation * deviation / rows;
                }
                double squaresError = own.SquaresError + squares, invStdError = 1 / Math.Sqrt(Math.Max(variance - squaresError / rows, 0) + Epsilon) - own.InvStd;
                var s = own with { MeanError = own.MeanError + mean, SquaresError = squaresError, InvStdError = invStdError };
                bounds[6][c] = s.MeanError + U * Math.Abs(v[6][c]);
                bounds[7][c] = s.InvStdError + U * v[7][c];
                bounds[8][c] = Momentum * s.MeanError + U * Math.Abs(v[8][c]);
                bounds[9][c] = Momentum * s.SquaresError / (rows - 1) + U * v[9][c];
                for (int i = c; i < y.Length; i += shape.K)
                {
                    double bound = BatchNorm2dBounds.Normalised(y[i], v[3][c], v[4][c], null, s) + Math.Abs(v[3][c]) * (s.InvStd + s.InvStdError) * errors[i];
                    bounds[5][i] = Tolerance.Stored(precision, v[5][i], bound);
                }
            }
            // An intermediate of any shifts.
            Array.Fill(bounds[10], double.PositiveInfinity);
        }
    }
}
