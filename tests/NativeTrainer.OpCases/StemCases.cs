using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>
/// First convolutions, 7 taps wide with stride 2, that the processor computes by F(4, 4) along rows, with the bound of that arithmetic. A result is Aᵀ[Σ (Gg) ⊙ (Bᵀd)]; with the
/// roundings of the transforms (at most 4 for B, 5 for G with its constants, 5 for A), two of the epilogue, and a chain of n products, |ŷ − y| ≤ u·(√n + 16)·|Aᵀ|[Σ (|G||g|) ⊙ (|Bᵀ||d|)], first
/// order in u. It holds for direct convolution too.
/// </summary>
public static class StemCases
{
    private const int Roundings = 16;

    // Points 1, −1, 2, −2, ½, −½, ∞.
    private static readonly double[,] B =
    {
        { 1, 1, -4.25, -4.25, 1, 1, 0 }, { -1, 1, 4.25, -4.25, -1, 1, 0 }, { 0.5, 0.25, -2.5, -1.25, 2, 1, 0 }, { -0.5, 0.25, 2.5, -1.25, -2, 1, 0 },
        { 2, 4, -2.5, -5, 0.5, 1, 0 }, { -2, 4, 2.5, -5, -0.5, 1, 0 }, { -1, 0, 5.25, 0, -5.25, 0, 1 },
    };

    private static readonly double[] Points = [1, -1, 2, -2, 0.5, -0.5], Norms = [-4.5, 4.5, 45, -45, 2.8125, -2.8125];

    // Whole tiles and tiles cut at the right; several bands and images, ranges of wgrad; gray and four channels; other heights, paddings and strides; several panels of filters.
    private static readonly Conv2dShape[] Shapes =
    [
        Conv2dShape.Square(2, 18, 16, 3, 32, 7, 2, 3),
        Conv2dShape.Square(1, 45, 37, 3, 64, 7, 2, 3),
        Conv2dShape.Square(3, 40, 13, 1, 32, 7, 2, 3),
        Conv2dShape.Square(2, 11, 24, 4, 96, 7, 2, 2),
        new(1, 20, 30, 2, 32, 3, 7, 1, 2, 1, 5, 0, 2),
        new(2, 9, 23, 3, 32, 5, 7, 3, 2, 2, 0, 2, 0),
    ];

    public static IEnumerable<OpCase> All =>
        from shape in Shapes
        from pass in new[] { "Forward", "ForwardBias", "ForwardFused", "Weights", "WeightsAdd" }
        select Of(shape, pass);

    /// <summary>Whether a shape is such a first convolution.</summary>
    public static bool Holds(Conv2dShape shape) => shape is { S: 7, StrideW: 2, C: <= 4 };

    /// <summary>A case of such a shape in float32.</summary>
    public static OpCase Of(Conv2dShape shape, string pass, bool benchmark = false) => new Case(shape, pass, benchmark);

    private sealed class Case(Conv2dShape shape, string pass, bool benchmark) : OpCase
    {
        private readonly OpCase _plain = Conv2dCases.Direct(shape, pass);

        public override string Name => _plain.Name;

        public override IReadOnlyList<TensorSpec> Tensors => _plain.Tensors;

        public override bool Simulated => base.Simulated && _plain.Simulated;

        public override bool Benchmark => benchmark;

        public override long Flops => _plain.Flops;

        public override OpPlan Plan(Device device) => _plain.Plan(device);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace) => _plain.Run(plan, t, workspace);

        public override void Reference(double[][] v, double[][] bounds)
        {
            double[] before = [.. v[^1]];
            _plain.Reference(v, bounds);
            var (s, magnitude) = (shape, (double[]?)null);
            double length = 0;
            if (pass.StartsWith("Forward", StringComparison.Ordinal)) (magnitude, length) = (ForwardMagnitude(s, v[0], v[1]), 2.0 * s.R * s.C);
            else if (pass.StartsWith("Weights", StringComparison.Ordinal)) (magnitude, length) = (WeightMagnitude(s, v[0], v[1]), s.N * s.P * ((s.Q + 3) / 4));
            for (int i = 0; i < magnitude?.Length; i++)
            {
                double extra = pass.EndsWith("Add", StringComparison.Ordinal) ? Math.Abs(before[i]) : (v.Length > 3 ? Math.Abs(v[3][i % s.K]) : 0) + (v.Length > 4 ? Math.Abs(v[4][i]) : 0);
                bounds[2][i] = Tolerance.UnitRoundOff * (Math.Sqrt(length) + Roundings) * (magnitude[i] + extra);
            }
        }
    }

    private static double[] ForwardMagnitude(Conv2dShape s, double[] x, double[] w)
    {
        var result = new double[s.Output.Count];
        var taps = new double[s.K, s.R, 2, s.C][];
        Each(s, (r, parity, c) =>
        {
            for (int k = 0; k < s.K; k++) taps[k, r, parity, c] = Filter(i => parity + 2 * i < 7 ? w[((k * s.R + r) * 7 + parity + 2 * i) * s.C + c] : 0);
        });
        EachTile(s, (n, p, tile) =>
        {
            var products = new double[s.K][];
            for (int k = 0; k < s.K; k++) products[k] = new double[7];
            Each(s, (r, parity, c) =>
            {
                double[] pixels = Pixels(s, x, n, p, tile, r, parity, c);
                for (int k = 0; k < s.K; k++)
                    for (int i = 0; i < 7; i++) products[k][i] += taps[k, r, parity, c][i] * pixels[i];
            });
            for (int k = 0; k < s.K; k++)
                for (int i = 0; i < 4 && 4 * tile + i < s.Q; i++) result[((n * s.P + p) * s.Q + 4 * tile + i) * s.K + k] = Output(products[k], i);
        });
        return result;
    }

    private static double[] WeightMagnitude(Conv2dShape s, double[] x, double[] dy)
    {
        var result = new double[s.Weights.Count];
        var sums = new double[s.K, s.R, 2, s.C][];
        Each(s, (r, parity, c) =>
        {
            for (int k = 0; k < s.K; k++) sums[k, r, parity, c] = new double[7];
        });
        EachTile(s, (n, p, tile) =>
        {
            var gradients = new double[s.K][];
            for (int k = 0; k < s.K; k++) gradients[k] = Filter(i => 4 * tile + i < s.Q ? dy[((n * s.P + p) * s.Q + 4 * tile + i) * s.K + k] : 0);
            Each(s, (r, parity, c) =>
            {
                double[] pixels = Pixels(s, x, n, p, tile, r, parity, c);
                for (int k = 0; k < s.K; k++)
                    for (int i = 0; i < 7; i++) sums[k, r, parity, c][i] += gradients[k][i] * pixels[i];
            });
        });
        Each(s, (r, parity, c) =>
        {
            for (int k = 0; k < s.K; k++)
                for (int i = 0; parity + 2 * i < 7; i++) result[((k * s.R + r) * 7 + parity + 2 * i) * s.C + c] = Output(sums[k, r, parity, c], i);
        });
        return result;
    }

    private static void Each(Conv2dShape s, Action<int, int, int> use)
    {
        for (int r = 0; r < s.R; r++)
            for (int parity = 0; parity < 2; parity++)
                for (int c = 0; c < s.C; c++) use(r, parity, c);
    }

    private static void EachTile(Conv2dShape s, Action<int, int, int> use)
    {
        for (int n = 0; n < s.N; n++)
            for (int p = 0; p < s.P; p++)
                for (int tile = 0; tile < (s.Q + 3) / 4; tile++) use(n, p, tile);
    }

    /// <summary>|Bᵀ||d|; the odd columns have nothing at ∞.</summary>
    private static double[] Pixels(Conv2dShape s, double[] x, int n, int p, int tile, int r, int parity, int c)
    {
        var result = new double[7];
        int h = p * s.StrideH - s.PadTop + r;
        if ((uint)h >= (uint)s.H) return result;
        for (int j = 0; j < 7; j++)
        {
            int w = 8 * tile - s.PadLeft + parity + 2 * j;
            if ((uint)w >= (uint)s.W) continue;
            for (int i = 0; i < 7 - parity; i++) result[i] += Math.Abs(B[i, j] * x[((n * s.H + h) * s.W + w) * s.C + c]);
        }
        return result;
    }

    /// <summary>|G||g|.</summary>
    private static double[] Filter(Func<int, double> tap)
        => [.. Points.Select((p, i) => Enumerable.Range(0, 4).Sum(j => Math.Abs(Math.Pow(p, j) / Norms[i] * tap(j)))), Math.Abs(tap(3))];

    /// <summary>Row <paramref name="i"/> of |Aᵀ| m.</summary>
    private static double Output(double[] m, int i) => Points.Select((p, j) => Math.Abs(Math.Pow(p, i)) * m[j]).Sum() + (i == 3 ? m[6] : 0);
}
