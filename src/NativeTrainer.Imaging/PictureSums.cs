using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeTrainer.Imaging;

/// <summary>
/// The sums under <see cref="PictureStatistics"/>, over whole numbers: 16 pixels at a time where there are so many left, one at a time for the rest of a row,
/// with equal results. YB is R + G − 2 B, twice the paper's.
/// </summary>
internal sealed class PictureSums
{
    public const int BlockSide = 8;

    // Sixteen-bit lanes hold so many sums of two bytes; those of 32 bits hold more.
    private const int Flush = 128;

    public long Pixels, Luma, LumaSquares, Red, Green, Blue, RedGreenSquares, YellowBlueSquares, Coloured;
    public long Laplacian, LaplacianSquares, LaplacianCount;
    public long FlatBlocks, Blocks;
    public long BorderPixels, BorderRed, BorderGreen, BorderBlue;
    public readonly long[] Histogram = new long[256];

    /// <param name="image">Any size.</param>
    /// <param name="vectors">False computes one pixel at a time, for the check.</param>
    public static PictureSums Of(RgbImage image, bool vectors = true)
    {
        var sums = new PictureSums { Pixels = (long)image.Width * image.Height };
        byte[] luma = GC.AllocateUninitializedArray<byte>(image.Width * image.Height); // (H, W)
        sums.AddColours(image.Pixels, luma, vectors);
        sums.AddHistogram(luma);
        for (int y = 1; y + 1 < image.Height; y++) sums.AddLaplacian(luma, image.Width, y, vectors);
        sums.AddBlocks(luma, image.Width, image.Height, vectors);
        sums.AddBorder(image);
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddColours(ReadOnlySpan<byte> rgb, Span<byte> luma, bool vectors)
    {
        int i = 0;
        while (vectors && i + 16 <= luma.Length) i += AddColours(rgb[(i * 3)..], luma[i..]);
        for (; i < luma.Length; i++)
        {
            int r = rgb[i * 3], g = rgb[i * 3 + 1], b = rgb[i * 3 + 2], y = (77 * r + 150 * g + 29 * b + 128) >> 8, redGreen = r - g, yellowBlue = r + g - 2 * b;
            luma[i] = (byte)y;
            (Red, Green, Blue, Luma, LumaSquares) = (Red + r, Green + g, Blue + b, Luma + y, LumaSquares + y * y);
            (RedGreenSquares, YellowBlueSquares) = (RedGreenSquares + redGreen * redGreen, YellowBlueSquares + yellowBlue * yellowBlue);
            if (Math.Max(Math.Max(r, g), b) - Math.Min(Math.Min(r, g), b) > PictureStatistics.ChromaTolerance) Coloured++;
        }
    }

    // At most Flush vectors of 16 pixels; lanes are pixels in order. Returns the pixels done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddColours(ReadOnlySpan<byte> rgb, Span<byte> luma)
    {
        int count = Math.Min(luma.Length / 16, Flush);
        var (reds, greens, blues, lumas) = (Vector128<ushort>.Zero, Vector128<ushort>.Zero, Vector128<ushort>.Zero, Vector128<ushort>.Zero);
        var (lumaSquares, redGreenSquares, yellowBlueSquares) = (Vector128<int>.Zero, Vector128<int>.Zero, Vector128<int>.Zero);
        int coloured = 0;
        ref byte from = ref MemoryMarshal.GetReference(rgb);
        ref byte to = ref MemoryMarshal.GetReference(luma);
        const byte o = 255; // Out of range: gives zero.
        for (int i = 0; i < count; i++)
        {
            var (a, b, c) = (Vector128.LoadUnsafe(ref from, (nuint)i * 48), Vector128.LoadUnsafe(ref from, (nuint)i * 48 + 16), Vector128.LoadUnsafe(ref from, (nuint)i * 48 + 32));
            var red = Vector128.Shuffle(a, Vector128.Create((byte)0, 3, 6, 9, 12, 15, o, o, o, o, o, o, o, o, o, o)) |
                Vector128.Shuffle(b, Vector128.Create(o, o, o, o, o, o, 2, 5, 8, 11, 14, o, o, o, o, o)) | Vector128.Shuffle(c, Vector128.Create(o, o, o, o, o, o, o, o, o, o, o, 1, 4, 7, 10, 13));
            var green = Vector128.Shuffle(a, Vector128.Create((byte)1, 4, 7, 10, 13, o, o, o, o, o, o, o, o, o, o, o)) |
                Vector128.Shuffle(b, Vector128.Create(o, o, o, o, o, 0, 3, 6, 9, 12, 15, o, o, o, o, o)) | Vector128.Shuffle(c, Vector128.Create(o, o, o, o, o, o, o, o, o, o, o, 2, 5, 8, 11, 14));
            var blue = Vector128.Shuffle(a, Vector128.Create((byte)2, 5, 8, 11, 14, o, o, o, o, o, o, o, o, o, o, o)) |
                Vector128.Shuffle(b, Vector128.Create(o, o, o, o, o, 1, 4, 7, 10, 13, o, o, o, o, o, o)) | Vector128.Shuffle(c, Vector128.Create(o, o, o, o, o, o, o, o, o, o, 0, 3, 6, 9, 12, 15));
            var chroma = Vector128.Max(Vector128.Max(red, green), blue) - Vector128.Min(Vector128.Min(red, green), blue);
            coloured += System.Numerics.BitOperations.PopCount(Vector128.GreaterThan(chroma, Vector128.Create((byte)PictureStatistics.ChromaTolerance)).ExtractMostSignificantBits());
            var (r0, r1) = Vector128.Widen(red);
            var (g0, g1) = Vector128.Widen(green);
            var (b0, b1) = Vector128.Widen(blue);
            var (y0, y1) = (ToLuma(r0, g0, b0), ToLuma(r1, g1, b1));
            Vector128.Narrow(y0, y1).StoreUnsafe(ref to, (nuint)i * 16);
            (reds, greens, blues, lumas) = (reds + r0 + r1, greens + g0 + g1, blues + b0 + b1, lumas + y0 + y1);
            lumaSquares += Squares(y0.AsInt16()) + Squares(y1.AsInt16());
            redGreenSquares += Squares((r0 - g0).AsInt16()) + Squares((r1 - g1).AsInt16());
            yellowBlueSquares += Squares((r0 + g0 - b0 - b0).AsInt16()) + Squares((r1 + g1 - b1 - b1).AsInt16());
        }
        (Red, Green, Blue, Luma, Coloured) = (Red + Sum(reds), Green + Sum(greens), Blue + Sum(blues), Luma + Sum(lumas), Coloured + coloured);
        (LumaSquares, RedGreenSquares, YellowBlueSquares) = (LumaSquares + Sum(lumaSquares), RedGreenSquares + Sum(redGreenSquares), YellowBlueSquares + Sum(yellowBlueSquares));
        return count * 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> ToLuma(Vector128<ushort> r, Vector128<ushort> g, Vector128<ushort> b) => (r * 77 + g * 150 + b * 29 + Vector128.Create((ushort)128)) >> 8;

    // Sums of neighbouring lanes' products: which lanes meet differs, their total does not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Products(Vector128<short> x, Vector128<short> y)
        => Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(x, y) : Vector128.WidenLower(x) * Vector128.WidenLower(y) + Vector128.WidenUpper(x) * Vector128.WidenUpper(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Squares(Vector128<short> x) => Products(x, x);

    private static long Sum(Vector128<ushort> lanes) => Vector128.Sum(Vector128.WidenLower(lanes) + Vector128.WidenUpper(lanes));

    private static long Sum(Vector128<int> lanes) => Vector128.Sum(Vector128.WidenLower(lanes) + Vector128.WidenUpper(lanes));

    // Four tables, so that equal neighbours do not wait for each other's store.
    private void AddHistogram(ReadOnlySpan<byte> luma)
    {
        Span<int> tables = stackalloc int[4 * 256];
        tables.Clear();
        int i = 0;
        for (; i + 4 <= luma.Length; i += 4)
        {
            tables[luma[i]]++;
            tables[256 + luma[i + 1]]++;
            tables[512 + luma[i + 2]]++;
            tables[768 + luma[i + 3]]++;
        }
        for (; i < luma.Length; i++) tables[luma[i]]++;
        for (int level = 0; level < 256; level++) Histogram[level] = tables[level] + tables[256 + level] + tables[512 + level] + tables[768 + level];
    }

    // 4 · centre − left − right − up − down of a row's inner pixels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLaplacian(byte[] luma, int width, int y, bool vectors)
    {
        int x = 1, end = width - 1, row = y * width;
        if (end <= x) return;
        ref byte centre = ref luma[row];
        ref byte up = ref luma[row - width];
        ref byte down = ref luma[row + width];
        while (vectors && x + 16 <= end)
        {
            var (sums, squares) = (Vector128<int>.Zero, Vector128<int>.Zero);
            for (int i = 0; i < Flush && x + 16 <= end; i++, x += 16)
            {
                var (c0, c1) = Vector128.Widen(Vector128.LoadUnsafe(ref centre, (nuint)x));
                var (l0, l1) = Vector128.Widen(Vector128.LoadUnsafe(ref centre, (nuint)(x - 1)));
                var (r0, r1) = Vector128.Widen(Vector128.LoadUnsafe(ref centre, (nuint)(x + 1)));
                var (u0, u1) = Vector128.Widen(Vector128.LoadUnsafe(ref up, (nuint)x));
                var (d0, d1) = Vector128.Widen(Vector128.LoadUnsafe(ref down, (nuint)x));
                var (p0, p1) = (((c0 << 2) - l0 - r0 - u0 - d0).AsInt16(), ((c1 << 2) - l1 - r1 - u1 - d1).AsInt16());
                sums += Products(p0 + p1, Vector128<short>.One);
                squares += Squares(p0) + Squares(p1);
            }
            (Laplacian, LaplacianSquares) = (Laplacian + Sum(sums), LaplacianSquares + Sum(squares));
        }
        for (; x < end; x++)
        {
            int value = 4 * luma[row + x] - luma[row + x - 1] - luma[row + x + 1] - luma[row + x - width] - luma[row + x + width];
            (Laplacian, LaplacianSquares) = (Laplacian + value, LaplacianSquares + value * value);
        }
        LaplacianCount += end - 1;
    }

    // Whole blocks only; a picture that holds none is one block.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddBlocks(byte[] luma, int width, int height, bool vectors)
    {
        if (width < BlockSide || height < BlockSide)
        {
            AddBlock(luma, width, 0, width, height);
            return;
        }
        for (int y = 0; y + BlockSide <= height; y += BlockSide)
        {
            int x = 0;
            for (; vectors && x + 16 <= width; x += 16)
            {
                ref byte from = ref luma[y * width + x];
                var low = Vector128.LoadUnsafe(ref from);
                var high = low;
                for (int row = 1; row < BlockSide; row++)
                {
                    var pixels = Vector128.LoadUnsafe(ref from, (nuint)(row * width));
                    (low, high) = (Vector128.Min(low, pixels), Vector128.Max(high, pixels));
                }
                // Each half of eight lanes is a block: folded in three steps into its first lane.
                for (int shift = 32; shift >= 8; shift >>= 1)
                    (low, high) = (Vector128.Min(low, (low.AsUInt64() >> shift).AsByte()), Vector128.Max(high, (high.AsUInt64() >> shift).AsByte()));
                Blocks += 2;
                if (high[0] - low[0] <= PictureStatistics.FlatRange) FlatBlocks++;
                if (high[8] - low[8] <= PictureStatistics.FlatRange) FlatBlocks++;
            }
            for (; x + BlockSide <= width; x += BlockSide) AddBlock(luma, width, y * width + x, BlockSide, BlockSide);
        }
    }

    private void AddBlock(byte[] luma, int stride, int start, int width, int height)
    {
        byte low = 255, high = 0;
        for (int y = 0; y < height; y++)
        {
            foreach (byte pixel in luma.AsSpan(start + y * stride, width)) (low, high) = (Math.Min(low, pixel), Math.Max(high, pixel));
        }
        Blocks++;
        if (high - low <= PictureStatistics.FlatRange) FlatBlocks++;
    }

    private void AddBorder(RgbImage image)
    {
        int frame = Math.Max(image.ShortSide / 10, 1);
        for (int y = 0; y < image.Height; y++)
        {
            var row = image.Pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            if (y < frame || y >= image.Height - frame || image.Width <= 2 * frame) AddBorder(row);
            else
            {
                AddBorder(row[..(frame * 3)]);
                AddBorder(row[^(frame * 3)..]);
            }
        }
    }

    private void AddBorder(ReadOnlySpan<byte> rgb)
    {
        int r = 0, g = 0, b = 0;
        for (int i = 0; i + 3 <= rgb.Length; i += 3) (r, g, b) = (r + rgb[i], g + rgb[i + 1], b + rgb[i + 2]);
        (BorderPixels, BorderRed, BorderGreen, BorderBlue) = (BorderPixels + rgb.Length / 3, BorderRed + r, BorderGreen + g, BorderBlue + b);
    }
}
