using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>
/// Any map: per output pixel the mean of TapsX × TapsY bilinear taps spread evenly over its footprint; a tap outside the source is the mean colour.
/// The stretch of a row whose footprints lie well inside the source steps in fixed point and tests nothing.
/// </summary>
internal static unsafe class AffineResampler
{
    /// <summary>Source coordinates in fixed point have 32 bits after the point: one step is off by at most 2⁻³³ pixels.</summary>
    private const double FixedOne = 1L << 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(SourcePixels source, in Resampling resampling, in SampleScratch memory, in ChannelScale channels, float* y)
    {
        var mean = PixelRows.MeanColour(channels);
        float share = (float)(1.0 / (resampling.TapsX * resampling.TapsY));
        for (int row = 0; row < memory.Size; row++)
        {
            var (first, end) = Inside(resampling.Map, row, memory.Size, source);
            float* pixel = memory.Row;
            for (int q = 0; q < first; q++, pixel += 4) Vector128.Store(Footprint(source, resampling, q, row, mean) * share, pixel);
            if (first < end) Stretch(source, resampling, first, end, row, share, pixel);
            pixel = memory.Row + 4 * end;
            for (int q = end; q < memory.Size; q++, pixel += 4) Vector128.Store(Footprint(source, resampling, q, row, mean) * share, pixel);
            PixelRows.Emit(memory, row, mirror: false, channels, y);
        }
    }

    /// <summary>Output columns of a row whose whole footprint has source pixels on all sides; none is (0, 0).</summary>
    private static (int First, int End) Inside(AffineMap map, int row, int size, SourcePixels source)
    {
        double first = 0, end = size;
        // The footprint's corners are the extremes. From the first pixel's centre to the last one's, less a margin far above rounding.
        for (int corner = 0; corner < 4; corner++)
        {
            var (x, y) = map.Apply(corner & 1, row + (corner >> 1));
            Narrow(map.Xx, x, 0.501, source.Width - 0.501, ref first, ref end);
            Narrow(map.Yx, y, 0.501, source.Height - 0.501, ref first, ref end);
        }
        int from = (int)Math.Ceiling(first), to = (int)Math.Floor(end);
        return from < to ? (from, to) : (0, 0);
    }

    /// <summary>Keeps the q with low ≤ slope·q + start ≤ high.</summary>
    private static void Narrow(double slope, double start, double low, double high, ref double first, ref double end)
    {
        if (slope == 0)
        {
            if (!(start >= low && start <= high)) end = first;
            return;
        }
        double a = (low - start) / slope, b = (high - start) / slope;
        first = Math.Max(first, Math.Min(a, b));
        end = Math.Min(end, Math.Max(a, b));
        if (!(first < end)) end = first = 0;
    }

    private static void Stretch(SourcePixels source, in Resampling resampling, int first, int end, int row, float share, float* to)
    {
        var map = resampling.Map;
        long stepX = ToFixed(map.Xx), stepY = ToFixed(map.Yx);
        int tapsX = resampling.TapsX, tapsY = resampling.TapsY;
        byte* start = source.Start;
        int stride = 3 * source.Width;
        for (int tap = 0; tap < tapsX * tapsY; tap++)
        {
            var (x, y) = map.Apply(first + (tap % tapsX + 0.5) / tapsX, row + (tap / tapsX + 0.5) / tapsY);
            long fixedX = ToFixed(x - 0.5), fixedY = ToFixed(y - 0.5);
            float* pixel = to;
            for (int q = first; q < end; q++, pixel += 4, fixedX += stepX, fixedY += stepY)
            {
                byte* upper = start + (fixedY >> 32) * stride + 3 * (fixedX >> 32);
                float right = Fraction(fixedX), bottom = Fraction(fixedY);
                var above = Mix(PixelRows.Load(upper), PixelRows.Load(upper + 3), right);
                var below = Mix(PixelRows.Load(upper + stride), PixelRows.Load(upper + stride + 3), right);
                var value = Mix(above, below, bottom) * share;
                Vector128.Store(tap == 0 ? value : Vector128.Load(pixel) + value, pixel);
            }
        }
    }

    private static long ToFixed(double value) => (long)Math.Round(value * FixedOne);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Fraction(long value) => (long)(uint)value * (float)(1 / FixedOne);

    private static Vector128<float> Footprint(SourcePixels source, in Resampling resampling, int q, int row, Vector128<float> outside)
    {
        var sum = Vector128<float>.Zero;
        double stepX = 1.0 / resampling.TapsX, stepY = 1.0 / resampling.TapsY;
        for (int j = 0; j < resampling.TapsY; j++)
        {
            for (int i = 0; i < resampling.TapsX; i++)
            {
                var (x, y) = resampling.Map.Apply(q + (i + 0.5) * stepX, row + (j + 0.5) * stepY);
                sum += Tap(source, x, y, outside);
            }
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Tap(SourcePixels source, double x, double y, Vector128<float> outside)
    {
        if (!(x >= 0 && y >= 0 && x < source.Width && y < source.Height)) return outside;
        // From the edges of pixels to their centres; the half pixel along the border repeats the border.
        double centreX = Math.Min(Math.Max(x - 0.5, 0), source.Width - 1), centreY = Math.Min(Math.Max(y - 0.5, 0), source.Height - 1);
        int left = (int)centreX, top = (int)centreY;
        float right = (float)(centreX - left), bottom = (float)(centreY - top);
        byte* upper = source.Start + 3L * ((long)top * source.Width + left);
        byte* lower = top + 1 < source.Height ? upper + 3L * source.Width : upper;
        int next = left + 1 < source.Width ? 3 : 0;
        var above = Mix(PixelRows.Load(upper), PixelRows.Load(upper + next), right);
        var below = Mix(PixelRows.Load(lower), PixelRows.Load(lower + next), right);
        return Mix(above, below, bottom);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Mix(Vector128<float> a, Vector128<float> b, float share) => a + (b - a) * share;
}
