using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>Any map: per output pixel the mean of TapsX × TapsY bilinear taps spread evenly over its footprint; a tap outside the source is the mean colour.</summary>
internal static unsafe class AffineResampler
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(SourcePixels source, in Resampling resampling, in SampleScratch memory, in ChannelScale channels, float* y)
    {
        var map = resampling.Map;
        var mean = PixelRows.MeanColour(channels);
        int tapsX = resampling.TapsX, tapsY = resampling.TapsY;
        double stepX = 1.0 / tapsX, stepY = 1.0 / tapsY;
        float share = (float)(1.0 / (tapsX * tapsY));
        for (int row = 0; row < memory.Size; row++)
        {
            for (int q = 0; q < memory.Size; q++)
            {
                var sum = Vector128<float>.Zero;
                for (int j = 0; j < tapsY; j++)
                {
                    double outY = row + (j + 0.5) * stepY;
                    for (int i = 0; i < tapsX; i++)
                    {
                        var (sourceX, sourceY) = map.Apply(q + (i + 0.5) * stepX, outY);
                        sum += Tap(source, sourceX, sourceY, mean);
                    }
                }
                Vector128.Store(sum * share, memory.Row + 4 * q);
            }
            PixelRows.Emit(memory, row, mirror: false, channels, y);
        }
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
