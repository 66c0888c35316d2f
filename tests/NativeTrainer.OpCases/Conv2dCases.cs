using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

public static class Conv2dCases
{
    private static readonly Conv2dShape[] Awkward =
    [
        Conv2dShape.Square(2, 11, 13, 3, 64, 7, 2, 3), // the stem
        Conv2dShape.Square(1, 7, 9, 3, 8, 3, 1, 1),
        Conv2dShape.Square(2, 9, 7, 17, 33, 3, 2, 1),
        Conv2dShape.Square(3, 5, 5, 16, 10, 1, 1, 0),
        Conv2dShape.Square(2, 9, 9, 32, 40, 1, 2, 0), // half of the input pixels are read by no tap
        Conv2dShape.Square(1, 6, 6, 1, 1, 5, 1, 2),
        Conv2dShape.Square(1, 4, 4, 700, 20, 1, 1, 0), // the reduction takes more than one slice
        Conv2dShape.Square(1, 5, 5, 130, 65, 3, 1, 1),
        Conv2dShape.Square(2, 14, 14, 24, 36, 3, 1, 1), // wgrad takes several ranges of pixels
        new(2, 8, 11, 5, 12, 3, 2, 1, 2, 0, 1, 2, 0), // nothing symmetric
        new(1, 10, 10, 4, 6, 2, 2, 3, 3, 0, 0, 1, 1), // stride beyond the kernel
    ];

    /// <summary>3×3 and 1×1 layers of ResNet-18 and ResNet-50 at batch 16, and the stem.</summary>
    private static readonly Conv2dShape[] Layers =
    [
        Conv2dShape.Square(16, 224, 224, 3, 64, 7, 2, 3),
        Conv2dShape.Square(16, 56, 56, 64, 64, 3, 1, 1),
        Conv2dShape.Square(16, 56, 56, 64, 128, 3, 2, 1),
        Conv2dShape.Square(16, 28, 28, 128, 128, 3, 1, 1),
        Conv2dShape.Square(16, 14, 14, 256, 256, 3, 1, 1),
        Conv2dShape.Square(16, 7, 7, 512, 512, 3, 1, 1),
        Conv2dShape.Square(16, 56, 56, 64, 256, 1, 1, 0),
        Conv2dShape.Square(16, 14, 14, 1024, 256, 1, 1, 0),
        Conv2dShape.Square(16, 56, 56, 256, 512, 1, 2, 0),
    ];

    /// <summary>Whole 16-byte chunks and pictures: what tensor cores take; tiles that end early, several slabs, strides, one pixel.</summary>
    private static readonly Conv2dShape[] Chunked =
    [
        Conv2dShape.Square(2, 11, 13, 3, 64, 7, 2, 3), // the stem, with an odd width
        Conv2dShape.Square(1, 8, 12, 3, 16, 7, 2, 2), // an even padding
        Conv2dShape.Square(2, 8, 8, 3, 16, 3, 1, 1), // the stem of small pictures
        Conv2dShape.Square(1, 9, 7, 1, 8, 3, 2, 1), // gray
        Conv2dShape.Square(1, 1, 1, 8, 8, 1, 1, 0),
        Conv2dShape.Square(2, 7, 9, 8, 24, 3, 1, 1), // four taps in a slab
        Conv2dShape.Square(1, 9, 9, 24, 40, 3, 1, 1), // slabs across taps
        Conv2dShape.Square(2, 9, 11, 16, 24, 3, 2, 1), // four classes of input pixels
        Conv2dShape.Square(2, 9, 9, 32, 40, 1, 2, 0), // classes that no tap reaches
        Conv2dShape.Square(1, 6, 7, 72, 136, 1, 1, 0),
        Conv2dShape.Square(1, 5, 5, 136, 72, 3, 1, 1),
        Conv2dShape.Square(1, 30, 30, 8, 8, 3, 1, 1), // wgrad in parts
        new(2, 8, 11, 16, 16, 3, 2, 1, 2, 0, 1, 2, 0), // nothing symmetric
        new(1, 10, 10, 8, 8, 2, 2, 3, 3, 0, 0, 1, 1), // stride beyond the kernel
    ];

    private enum Pass
    {
        Forward,
        ForwardBias,
        ForwardFused,
        Data,
        DataAdd,
        Weights,
        WeightsAdd,
        Bias,
    }

    public static IEnumerable<OpCase> All =>
        Awkward.SelectMany(s => Enum.GetValues<Pass>().Select(pass => OfFloat32(s, pass)))
            .Concat(Chunked.SelectMany(s => Enum.GetValues<Pass>().Where(pass => s.C % 8 == 0 || pass is not (Pass.Data or Pass.DataAdd)).Select(pass => new Case(s, pass, false, Precision.BFloat16))))
            .Concat(Chunked.Concat(Awkward.Take(3)).SelectMany(s => Enum.GetValues<Pass>().Select(pass => new Case(s, pass, false, Precision.Tf32))).DistinctBy(c => c.Name))
            .Concat(Layers.SelectMany(s => new[] { Pass.Forward, Pass.Data, Pass.Weights }.Select(pass => OfFloat32(s, pass, true))))
            .Concat(Layers.Select(s => s with { N = 128 }).SelectMany(s => new[] { Pass.Forward, Pass.Data, Pass.Weights }.Where(pass => s.C % 8 == 0 || pass != Pass.Data).SelectMany(pass => new[] { Precision.BFloat16, Precision.Tf32 }.Select(precision => new Case(s, pass, true, precision)))));

    /// <summary>A case of any shape.</summary>
    /// <param name="pass">Forward, ForwardBias, ForwardFused, Data, DataAdd, Weights, WeightsAdd or Bias.</param>
    public static OpCase Of(Conv2dShape shape, string pass, Precision precision)
        => precision == Precision.Float32 ? OfFloat32(shape, Enum.Parse<Pass>(pass)) : new Case(shape, Enum.Parse<Pass>(pass), false, precision);

    /// <summary>A case of any shape in float32 with the bound of direct convolution.</summary>
    internal static OpCase Direct(Conv2dShape shape, string pass) => new Case(shape, Enum.Parse<Pass>(pass), false);

    private static OpCase OfFloat32(Conv2dShape shape, Pass pass, bool benchmark = false)
        => StemCases.Holds(shape) ? StemCases.Of(shape, pass.ToString(), benchmark) : new Case(shape, pass, benchmark);

    private sealed class Case(Conv2dShape shape, Pass pass, bool benchmark, Precision precision = Precision.Float32) : OpCase
    {
        private static readonly Func<long, double, double> Bf16Value = (_, uniform) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits((float)uniform) & ~0xFFFF);

        public override string Name => precision == Precision.Float32 ? $"conv2d/{pass} {shape}" : $"conv2d/{pass} {shape} {precision.Name()}";

        public override Precision Precision => precision;

        public override bool NeedsTensorCores => precision == Precision.BFloat16;

        public override bool Benchmark => benchmark;

        /// <summary>The Simt kernels pass two barriers for 16 terms of the sums. They take tf32 as float32, so that a few of its shapes tell all.</summary>
        public override bool Simulated => base.Simulated && Terms <= 1000 && (precision == Precision.Float32 || shape.Macs <= 100_000);

        /// <summary>The length of the sums.</summary>
        private long Terms => pass switch
        {
            Pass.Data or Pass.DataAdd => (long)shape.R * shape.S * shape.K,
            Pass.Weights or Pass.WeightsAdd or Pass.Bias => (long)shape.N * shape.P * shape.Q,
            _ => (long)shape.R * shape.S * shape.C,
        };

        public override long Flops => 2 * shape.Macs;

        public override IReadOnlyList<TensorSpec> Tensors
        {
            get
            {
                var type = precision.Activations();
                // A picture stays float32, and the kernel rounds it: here to what it has already.
                var x = shape.C % 8 == 0 ? new TensorSpec("x", shape.Input, TensorRole.Input, type) : new("x", shape.Input, TensorRole.Input, Value: precision == Precision.BFloat16 ? Bf16Value : null);
                TensorSpec w = new("w", shape.Weights, TensorRole.Input, type), dy = new("dy", shape.Output, TensorRole.Input, type);
                TensorSpec y = new("y", shape.Output, TensorRole.Output, type), bias = new("bias", new(shape.K), TensorRole.Input), residual = new("residual", shape.Output, TensorRole.Input, type);
                return pass switch
                {
                    Pass.Forward => [x, w, y],
                    Pass.ForwardBias => [x, w, y, bias],
                    Pass.ForwardFused => [x, w, y, bias, residual],
                    Pass.Data => [dy, w, new("dx", shape.Input, TensorRole.Output, type)],
                    Pass.DataAdd => [dy, w, new("dx", shape.Input, TensorRole.InOut, type)],
                    Pass.Weights => [x, dy, new("dw", shape.Weights, TensorRole.Output)],
                    Pass.WeightsAdd => [x, dy, new("dw", shape.Weights, TensorRole.InOut)],
                    _ => [dy, new("db", new(shape.K), TensorRole.Output)],
                };
            }
        }

        public override OpPlan Plan(Device device) => Conv2d.Plan(device, shape, precision);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace)
        {
            var conv = (Conv2d)plan;
            switch (pass)
            {
                case Pass.Forward: conv.Forward(t[0], t[1], default, t[2], workspace); break;
                case Pass.ForwardBias: conv.Forward(t[0], t[1], new(t[3], default, false), t[2], workspace); break;
                case Pass.ForwardFused: conv.Forward(t[0], t[1], new(t[3], t[4], true), t[2], workspace); break;
                case Pass.Data: conv.BackwardData(t[0], t[1], t[2], GradientWrite.Overwrite, workspace); break;
                case Pass.DataAdd: conv.BackwardData(t[0], t[1], t[2], GradientWrite.Add, workspace); break;
                case Pass.Weights: conv.BackwardWeights(t[0], t[1], t[2], GradientWrite.Overwrite, workspace); break;
                case Pass.WeightsAdd: conv.BackwardWeights(t[0], t[1], t[2], GradientWrite.Add, workspace); break;
                default: conv.BackwardBias(t[0], t[1], GradientWrite.Overwrite, workspace); break;
            }
        }

        public override void Reference(double[][] v, double[][] bounds)
        {
            int output = pass == Pass.Bias ? 1 : 2;
            // What an Add starts from is one more term of the sum.
            double[] result = v[output], magnitude = Array.ConvertAll(result, Math.Abs);
            long length = Terms + (pass is Pass.Forward or Pass.ForwardBias or Pass.ForwardFused ? 3 : 1);
            switch (pass)
            {
                case Pass.Data or Pass.DataAdd: Conv2dReference.BackwardData(shape, v[0], v[1], result, magnitude); break;
                case Pass.Weights or Pass.WeightsAdd: Conv2dReference.BackwardWeights(shape, v[0], v[1], result, magnitude); break;
                case Pass.Bias: Conv2dReference.BackwardBias(shape, v[0], result, magnitude); break;
                default: Conv2dReference.Forward(shape, v[0], v[1], result, magnitude); break;
            }
            for (int i = 0; i < result.Length; i++)
            {
                double extra = (v.Length > 3 ? v[3][i % shape.K] : 0) + (v.Length > 4 ? v[4][i] : 0);
                magnitude[i] += (v.Length > 3 ? Math.Abs(v[3][i % shape.K]) : 0) + (v.Length > 4 ? Math.Abs(v[4][i]) : 0);
                result[i] += extra;
                double bound = Tolerance.Reduction(length, magnitude[i], result[i]) + (precision == Precision.Tf32 ? 2 * Tolerance.Tf32RoundOff * magnitude[i] : 0);
                bounds[output][i] = pass is Pass.Weights or Pass.WeightsAdd or Pass.Bias ? bound : Tolerance.Stored(precision, result[i], bound);
                if (pass == Pass.ForwardFused) result[i] = Math.Max(result[i], 0);
            }
        }
    }
}
