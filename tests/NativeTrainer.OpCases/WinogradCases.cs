using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>
/// 3×3 convolutions that the processor computes by F(4×4, 3×3) and F(3×3, 4×4), with the bound of that arithmetic. A result is Aᵀ[Σ (GgGᵀ) ⊙ (BᵀdB)]A; with the
/// roundings of the transforms (at most 3 for B, 4 for G, 3 for A, each in two directions), two of the epilogue, and a chain of n products,
/// |ŷ − y| ≤ u·(√n + 22)·|Aᵀ|[Σ (|G||g||Gᵀ|) ⊙ (|Bᵀ||d||B|)]|A|, first order in u.
/// </summary>
public static class WinogradCases
{
    private const int Roundings = 22;

    private static readonly double[,] B = { { 4, 0, -5, 0, 1, 0 }, { 0, -4, -4, 1, 1, 0 }, { 0, 4, -4, -1, 1, 0 }, { 0, -2, -1, 2, 1, 0 }, { 0, 2, -1, -2, 1, 0 }, { 0, 4, 0, -5, 0, 1 } };
    private static readonly double[,] G3 = { { 1 / 4.0, 0, 0 }, { -1 / 6.0, -1 / 6.0, -1 / 6.0 }, { -1 / 6.0, 1 / 6.0, -1 / 6.0 }, { 1 / 24.0, 1 / 12.0, 1 / 6.0 }, { 1 / 24.0, -1 / 12.0, 1 / 6.0 }, { 0, 0, 1 } };
    private static readonly double[,] G4 = { { 1 / 4.0, 0, 0, 0 }, { -1 / 6.0, -1 / 6.0, -1 / 6.0, -1 / 6.0 }, { -1 / 6.0, 1 / 6.0, -1 / 6.0, 1 / 6.0 }, { 1 / 24.0, 1 / 12.0, 1 / 6.0, 1 / 3.0 }, { 1 / 24.0, -1 / 12.0, 1 / 6.0, -1 / 3.0 }, { 0, 0, 0, 1 } };
    private static readonly double[,] A4 = { { 1, 1, 1, 1, 1, 0 }, { 0, 1, -1, 2, -2, 0 }, { 0, 1, 1, 4, 4, 0 }, { 0, 1, -1, 8, -8, 1 } };
    private static readonly double[,] A3 = { { 1, 1, 1, 1, 1, 0 }, { 0, 1, -1, 2, -2, 0 }, { 0, 1, 1, 4, 4, 1 } };

    // Whole tiles; tiles of three results and fewer below and right; one image and several; several panels and blocks of channels; every padding.
    private static readonly Conv2dShape[] Shapes =
    [
        Conv2dShape.Square(2, 8, 8, 32, 32, 3, 1, 1),
        Conv2dShape.Square(1, 7, 7, 96, 64, 3, 1, 1),
        Conv2dShape.Square(3, 9, 11, 32, 96, 3, 1, 1),
        Conv2dShape.Square(2, 10, 14, 64, 32, 3, 1, 0),
        Conv2dShape.Square(1, 6, 10, 32, 32, 3, 1, 2),
        new(1, 13, 7, 32, 64, 3, 3, 1, 1, 2, 0, 1, 2),
        Conv2dShape.Square(5, 20, 20, 32, 32, 3, 1, 1), // wgrad in several ranges and chunks
        Conv2dShape.Square(2, 7, 6, 192, 160, 3, 1, 1), // many filters: tiles first, then blocks of filters, the last one half
    ];

    public static IEnumerable<OpCase> All =>
        from shape in Shapes
        from pass in new[] { "Forward", "ForwardBias", "ForwardFused", "Data", "DataAdd", "Weights", "WeightsAdd" }
        select new Case(shape, pass);

    /// <summary>A case of any shape with a 3×3 kernel and stride 1; the bound holds for direct convolution too.</summary>
    public static OpCase Of(Conv2dShape shape, string pass) => new Case(shape, pass);

    private sealed class Case(Conv2dShape shape, string pass) : OpCase
    {
        private readonly OpCase _plain = Conv2dCases.Of(shape, pass, Precision.Float32);

        public override string Name => $"winograd {_plain.Name}";

        public override IReadOnlyList<TensorSpec> Tensors => _plain.Tensors;

        /// <summary>The method is the processor's; GPUs run it as one more shape of a convolution.</summary>
        public override bool Simulated => false;

        public override long Flops => _plain.Flops;

        public override OpPlan Plan(Device device) => _plain.Plan(device);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace) => _plain.Run(plan, t, workspace);

        public override void Reference(double[][] v, double[][] bounds)
        {
            double[] before = [.. v[2]];
            _plain.Reference(v, bounds);
            double[] magnitude = new double[v[2].Length];
            var s = shape;
            if (pass.StartsWith("Weights", StringComparison.Ordinal)) WeightMagnitude(s, v[0], v[1], magnitude);
            else if (pass.StartsWith("Data", StringComparison.Ordinal)) DataMagnitude(s, v[0], v[1], magnitude);
            else ForwardMagnitude(s.N, s.H, s.W, s.C, s.P, s.Q, s.K, s.PadTop, s.PadLeft, v[0], (k, r, t, c) => v[1][((k * 3 + r) * 3 + t) * s.C + c], magnitude);
            double length = pass[0] switch { 'F' => s.C, 'D' => s.K, _ => new Tiles(s.P, s.Q).Count * s.N };
            for (int i = 0; i < magnitude.Length; i++)
            {
                double extra = pass.EndsWith("Add", StringComparison.Ordinal) ? Math.Abs(before[i]) : (v.Length > 3 ? Math.Abs(v[3][i % s.K]) : 0) + (v.Length > 4 ? Math.Abs(v[4][i]) : 0);
                bounds[2][i] = Tolerance.UnitRoundOff * (Math.Sqrt(length) + Roundings) * (magnitude[i] + extra);
            }
        }
    }

    /// <summary>Tiles of a grid: of four results along a side, the last ones of three where four do not divide it.</summary>
    private readonly record struct Tiles(int Rows, int Columns)
    {
        public int Count => Along(Rows).Count() * Along(Columns).Count();

        public IEnumerable<(int H, int W, int Height, int Width)> All
        {
            get
            {
                foreach (var (h, height) in Along(Rows))
                    foreach (var (w, width) in Along(Columns)) yield return (h, w, height, width);
            }
        }

        private static IEnumerable<(int Start, int Extent)> Along(int extent)
        {
            int tiles = (extent + 3) / 4, start = 0;
            for (int i = 0; i < tiles; i++)
            {
                int side = Math.Min(i < extent - 3 * tiles ? 4 : 3, extent - start);
                yield return (start, side);
                start += side;
            }
        }
    }

    private static void DataMagnitude(Conv2dShape s, double[] dy, double[] w, double[] magnitude)
        => ForwardMagnitude(s.N, s.P, s.Q, s.K, s.H, s.W, s.C, 2 - s.PadTop, 2 - s.PadLeft, dy, (c, r, t, k) => w[((k * 3 + 2 - r) * 3 + 2 - t) * s.C + c], magnitude);

    private static void ForwardMagnitude(int images, int height, int width, int channels, int gridH, int gridW, int filters, int padTop, int padLeft, double[] x, Func<int, int, int, int, double> w, double[] magnitude)
    {
        var weights = new double[filters * channels][,];
        for (int k = 0; k < filters; k++)
            for (int c = 0; c < channels; c++) weights[k * channels + c] = Sandwich(G3, Square(3, (r, t) => w(k, r, t, c)));
        for (int n = 0; n < images; n++)
        {
            foreach (var (h, q, rows, columns) in new Tiles(gridH, gridW).All)
            {
                var pixels = new double[channels][,];
                for (int c = 0; c < channels; c++) pixels[c] = Sandwich(B, Square(6, (i, j) => Pixel(x, n, h + i - padTop, q + j - padLeft, height, width, channels, c)));
                for (int k = 0; k < filters; k++)
                {
                    var products = new double[6, 6];
                    for (int c = 0; c < channels; c++) AddProducts(products, weights[k * channels + c], pixels[c]);
                    var results = Sandwich(A4, products);
                    for (int i = 0; i < rows; i++)
                        for (int j = 0; j < columns; j++) magnitude[((n * gridH + h + i) * gridW + q + j) * filters + k] = results[i, j];
                }
            }
        }
    }

    private static void WeightMagnitude(Conv2dShape s, double[] x, double[] dy, double[] magnitude)
    {
        var sums = new double[s.K * s.C][,];
        for (int i = 0; i < sums.Length; i++) sums[i] = new double[6, 6];
        for (int n = 0; n < s.N; n++)
        {
            foreach (var (h, q, rows, columns) in new Tiles(s.P, s.Q).All)
            {
                var pixels = new double[s.C][,];
                for (int c = 0; c < s.C; c++) pixels[c] = Sandwich(B, Square(6, (i, j) => Pixel(x, n, h + i - s.PadTop, q + j - s.PadLeft, s.H, s.W, s.C, c)));
                for (int k = 0; k < s.K; k++)
                {
                    var gradients = Sandwich(G4, Square(4, (i, j) => i < rows && j < columns ? Pixel(dy, n, h + i, q + j, s.P, s.Q, s.K, k) : 0));
                    for (int c = 0; c < s.C; c++) AddProducts(sums[k * s.C + c], gradients, pixels[c]);
                }
            }
        }
        for (int k = 0; k < s.K; k++)
        {
            for (int c = 0; c < s.C; c++)
            {
                var results = Sandwich(A3, sums[k * s.C + c]);
                for (int r = 0; r < 3; r++)
                    for (int t = 0; t < 3; t++) magnitude[((k * 3 + r) * 3 + t) * s.C + c] = results[r, t];
            }
        }
    }

    private static double Pixel(double[] x, int n, int h, int w, int height, int width, int channels, int c)
        => (uint)h < (uint)height && (uint)w < (uint)width ? x[((n * height + h) * width + w) * channels + c] : 0;

    private static double[,] Square(int side, Func<int, int, double> value)
    {
        var square = new double[side, side];
        for (int i = 0; i < side; i++)
            for (int j = 0; j < side; j++) square[i, j] = value(i, j);
        return square;
    }

    private static void AddProducts(double[,] sums, double[,] a, double[,] b)
    {
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 6; j++) sums[i, j] += a[i, j] * b[i, j];
    }

    /// <summary>|M| |x| |M|ᵀ.</summary>
    private static double[,] Sandwich(double[,] m, double[,] x)
    {
        int rows = m.GetLength(0), side = m.GetLength(1);
        var half = new double[rows, side];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < side; j++)
                for (int t = 0; t < side; t++) half[i, j] += Math.Abs(m[i, t] * x[t, j]);
        var result = new double[rows, rows];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < rows; j++)
                for (int t = 0; t < side; t++) result[i, j] += Math.Abs(half[i, t] * m[j, t]);
        return result;
    }
}
