using System.Numerics;
using System.Runtime.InteropServices;

namespace NativeTrainer.Imaging;

/// <summary>Part of a thumbnail that is hashed by itself: a square or oblong about a centre, turned. In units of 1/256 pixel.</summary>
/// <param name="X">Of the first sample.</param>
/// <param name="Y">Of the first sample.</param>
/// <param name="Xx">From one sample to the next of its row, along x.</param>
/// <param name="Xy">The same along y.</param>
/// <param name="Yx">From one row of samples to the next, along x.</param>
/// <param name="Yy">The same along y.</param>
internal readonly record struct HashWindow(int X, int Y, int Xx, int Xy, int Yx, int Yy)
{
    public const int One = 256;

    public static HashWindow Whole { get; } = Of(0, 0, 1, 1, 0);

    /// <summary>The whole, windows of two sizes in nine places each, and the whole turned both ways.</summary>
    public static IReadOnlyList<HashWindow> Probes { get; } = MakeProbes();

    private static List<HashWindow> MakeProbes()
    {
        var probes = new List<HashWindow> { Whole };
        foreach (double size in (ReadOnlySpan<double>)[0.945, 0.875])
        {
            for (int place = 0; place < 9; place++) probes.Add(Of(place % 3 * (1 - size) / 2, place / 3 * (1 - size) / 2, size, size, 0));
        }
        probes.Add(Of(0, 0, 1, 1, 3.5));
        probes.Add(Of(0, 0, 1, 1, -3.5));
        return probes;
    }

    // Lengths as shares of the thumbnail's side, the angle in degrees.
    private static HashWindow Of(double left, double top, double width, double height, double angle)
    {
        const double side = GrayThumbnail.Side;
        var (sin, cos) = Math.SinCos(angle * Math.PI / 180);
        double stepX = width * side / HashCosines.Samples, stepY = height * side / HashCosines.Samples, half = (HashCosines.Samples - 1) / 2.0;
        double centreX = (left + width / 2) * side - 0.5, centreY = (top + height / 2) * side - 0.5;
        double xx = stepX * cos, xy = stepX * sin, yx = -stepY * sin, yy = stepY * cos;
        return new HashWindow(Fixed(centreX - half * (xx + yx)), Fixed(centreY - half * (xy + yy)), Fixed(xx), Fixed(xy), Fixed(yx), Fixed(yy));
    }

    private static int Fixed(double pixels) => (int)Math.Round(pixels * One);
}

/// <summary>
/// Signs of a two-dimensional DCT-II of 32 × 32 samples, in whole numbers: X(u,v) = Σ f(x,y) cos((2x+1)uπ/64) cos((2y+1)vπ/64), cosines of 12 bits.
/// Bit k belongs to the k-th of the coefficients (u, v) ≠ (0, 0) in order of u² + v².
/// </summary>
internal static class HashCosines
{
    public const int Samples = 32;

    private const int Frequencies = 13, CosineBits = 12;

    private static readonly int[] Cosines = MakeCosines(); // (Frequencies, Samples)

    private static readonly (int U, int V)[] Order = MakeOrder();

    /// <summary>Bits whose horizontal frequency is odd, which mirroring turns round.</summary>
    public static ulong OddLow { get; } = Odd(0);

    public static ulong OddHigh { get; } = Odd(64);

    public static PerceptualHash Hash(byte[] thumbnail, HashWindow window)
    {
        Span<int> samples = stackalloc int[Samples * Samples];
        Sample(thumbnail, window, samples);
        Span<int> columns = stackalloc int[Frequencies * Samples]; // (v, x)
        columns.Clear();
        for (int v = 0; v < Frequencies; v++)
        {
            var column = MemoryMarshal.Cast<int, Vector<int>>(columns.Slice(v * Samples, Samples));
            for (int y = 0; y < Samples; y++)
            {
                var row = MemoryMarshal.Cast<int, Vector<int>>(samples.Slice(y * Samples, Samples));
                int cosine = Cosines[v * Samples + y];
                for (int i = 0; i < column.Length; i++) column[i] += row[i] * cosine;
            }
        }
        ulong low = 0, high = 0;
        for (int bit = 0; bit < PerceptualHash.Bits; bit++)
        {
            var (u, v) = Order[bit];
            long sum = 0;
            for (int x = 0; x < Samples; x++) sum += (long)columns[v * Samples + x] * Cosines[u * Samples + x];
            if (sum <= 0) continue;
            if (bit < 64) low |= 1UL << bit;
            else high |= 1UL << (bit - 64);
        }
        return new PerceptualHash(low, high);
    }

    // Bilinear; beyond the edge the edge's pixel. 12 bits: 8 of the pixel and 4 of the fraction, so that column sums stay within 32 bits.
    private static void Sample(byte[] thumbnail, HashWindow window, Span<int> samples)
    {
        const int last = (GrayThumbnail.Side - 1) * HashWindow.One;
        for (int i = 0; i < samples.Length; i++)
        {
            int column = i % Samples, row = i / Samples;
            int x = Math.Clamp(window.X + column * window.Xx + row * window.Yx, 0, last - 1), y = Math.Clamp(window.Y + column * window.Xy + row * window.Yy, 0, last - 1);
            int at = y / HashWindow.One * GrayThumbnail.Side + x / HashWindow.One, fx = x % HashWindow.One, fy = y % HashWindow.One;
            int upper = thumbnail[at] * (HashWindow.One - fx) + thumbnail[at + 1] * fx;
            int lower = thumbnail[at + GrayThumbnail.Side] * (HashWindow.One - fx) + thumbnail[at + GrayThumbnail.Side + 1] * fx;
            samples[i] = (upper * (HashWindow.One - fy) + lower * fy) >> 12;
        }
    }

    private static int[] MakeCosines()
    {
        var cosines = new int[Frequencies * Samples];
        for (int u = 0; u < Frequencies; u++)
        {
            for (int x = 0; x < Samples; x++) cosines[u * Samples + x] = (int)Math.Round(Math.Cos((2 * x + 1) * u * Math.PI / (2 * Samples)) * (1 << CosineBits));
        }
        return cosines;
    }

    private static (int U, int V)[] MakeOrder()
        => [.. Enumerable.Range(1, Frequencies * Frequencies - 1).Select(i => (U: i % Frequencies, V: i / Frequencies)).OrderBy(f => f.U * f.U + f.V * f.V).ThenBy(f => f.U).Take(PerceptualHash.Bits)];

    private static ulong Odd(int first)
    {
        ulong bits = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            if (Order[first + bit].U % 2 != 0) bits |= 1UL << bit;
        }
        return bits;
    }
}
