using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>One source picture in memory, (Height, Width, 3).</summary>
internal readonly unsafe struct SourcePixels(byte* start, int width, int height)
{
    public byte* Start { get; } = start;

    public int Width { get; } = width;

    public int Height { get; } = height;
}

/// <summary>How a map samples a source: by separable filters or by taps, and how many per axis.</summary>
internal readonly struct Resampling
{
    public Resampling(AffineMap map, int width, int height)
    {
        (Map, AxisAligned) = (map, map.IsAxisAligned);
        (TapsX, TapsY) = AxisAligned
            ? (FilterTaps(map.Xx, width), FilterTaps(map.Yy, height))
            : (Augment.FootprintTaps(map.Xx, map.Yx), Augment.FootprintTaps(map.Xy, map.Yy));
    }

    public AffineMap Map { get; }

    public bool AxisAligned { get; }

    public int TapsX { get; }

    public int TapsY { get; }

    /// <summary>Whole numbers within an open interval as long as the triangle: 2·max(scale, 1), rounded up; never more than the source has.</summary>
    private static int FilterTaps(double scale, int length) => (int)Math.Min(length, Math.Ceiling(2 * Math.Max(Math.Abs(scale), 1)));
}

/// <summary>
/// A worker's memory for one picture. All parts start at 64 bytes. Planes are padded to whole vectors, so that lane-wise steps need no tail;
/// what lies in the padding is never read back.
/// </summary>
internal readonly unsafe struct SampleScratch
{
    private const int Lanes = 16;

    public SampleScratch(byte* start, int size, in Resampling resampling)
    {
        (Size, Pixels, PlaneStride) = (size, (long)size * size, Padded((long)size * size));
        float* next = (float*)start;
        Planes = Take(ref next, 3 * PlaneStride);
        Spare = Take(ref next, PlaneStride);
        Row = Take(ref next, 4L * size);
        Taps = Take(ref next, TapFloats(size));
        StartsX = (int*)Take(ref next, size);
        StartsY = (int*)Take(ref next, size);
        if (!resampling.AxisAligned) return;
        WeightsX = Take(ref next, (long)size * resampling.TapsX);
        WeightsY = Take(ref next, (long)size * resampling.TapsY);
        Ring = Take(ref next, 4L * size * resampling.TapsY);
    }

    /// <summary>S, side of the output.</summary>
    public int Size { get; }

    /// <summary>S².</summary>
    public long Pixels { get; }

    /// <summary>Floats from one plane to the next.</summary>
    public long PlaneStride { get; }

    /// <summary>R, G and B planes of (S, S), scale 0 … 255.</summary>
    public float* Planes { get; }

    /// <summary>One more plane.</summary>
    public float* Spare { get; }

    /// <summary>One output row, RGBx.</summary>
    public float* Row { get; }

    /// <summary>2·S weights and then a padded row, for a blur.</summary>
    public float* Taps { get; }

    /// <summary>First source column per output column; −1 where it lies outside the source.</summary>
    public int* StartsX { get; }

    public int* StartsY { get; }

    /// <summary>(S, TapsX): weights of the horizontal filter.</summary>
    public float* WeightsX { get; }

    /// <summary>(S, TapsY): weights of the vertical filter.</summary>
    public float* WeightsY { get; }

    /// <summary>(TapsY, S, RGBx): source rows after the horizontal filter, row r at r mod TapsY.</summary>
    public float* Ring { get; }

    public static long Bytes(int size, in Resampling resampling)
    {
        long floats = 4 * Padded((long)size * size) + Padded(4L * size) + Padded(TapFloats(size)) + 2 * Padded(size);
        if (resampling.AxisAligned)
            floats += Padded((long)size * resampling.TapsX) + Padded((long)size * resampling.TapsY) + Padded(4L * size * resampling.TapsY);
        return floats * sizeof(float);
    }

    /// <summary>At most 2·S − 1 weights; and a row mirrored over at most S − 1 pixels at both ends.</summary>
    private static long TapFloats(int size) => 5L * size;

    private static long Padded(long floats) => (floats + Lanes - 1) / Lanes * Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Take(ref float* next, long floats)
    {
        float* start = next;
        next += Padded(floats);
        return start;
    }
}
