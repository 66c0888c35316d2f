using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>
/// Crop, resize and mirror by a triangle filter in x, then in y. Only the source rows that matter are filtered, each once: they pass through a ring of TapsY rows.
/// A mirrored axis is computed as the unmirrored one and written backwards.
/// </summary>
internal static unsafe class SeparableResampler
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(SourcePixels source, in Resampling resampling, in SampleScratch memory, in ChannelScale channels, float* y)
    {
        int size = memory.Size, taps = resampling.TapsY;
        bool mirrorX = resampling.Map.Xx < 0, mirrorY = resampling.Map.Yy < 0;
        BuildAxis(resampling.Map.Xx, resampling.Map.X, source.Width, size, resampling.TapsX, memory.WeightsX, memory.StartsX);
        BuildAxis(resampling.Map.Yy, resampling.Map.Y, source.Height, size, taps, memory.WeightsY, memory.StartsY);
        var mean = PixelRows.MeanColour(channels);
        int next = 0;
        for (int row = 0; row < size; row++)
        {
            int start = memory.StartsY[row];
            if (start < 0)
            {
                for (int q = 0; q < size; q++) Vector128.Store(mean, memory.Row + 4 * q);
            }
            else
            {
                for (next = Math.Max(next, start); next < start + taps; next++)
                    FilterRow(source.Start + 3L * next * source.Width, resampling.TapsX, memory, mean, memory.Ring + 4L * size * (next % taps));
                Combine(memory, memory.WeightsY + (long)row * taps, start, taps);
            }
            PixelRows.Emit(memory, mirrorY ? size - 1 - row : row, mirrorX, channels, y);
        }
    }

    /// <summary>Weights and first source index per output index of an axis x = scale·(q + ½) + offset, ascending in x.</summary>
    private static void BuildAxis(double scale, double offset, int sourceLength, int size, int taps, float* weights, int* starts)
    {
        if (scale < 0) (scale, offset) = (-scale, offset + scale * size);
        double support = Math.Max(scale, 1);
        for (int q = 0; q < size; q++, weights += taps)
        {
            double centre = scale * (q + 0.5) + offset;
            if (!(centre >= 0 && centre < sourceLength))
            {
                starts[q] = -1;
                continue;
            }
            int start = Math.Clamp((int)Math.Floor(centre - 0.5 - support) + 1, 0, sourceLength - taps);
            starts[q] = start;
            double sum = 0;
            for (int k = 0; k < taps; k++) sum += Triangle((start + k + 0.5 - centre) / support);
            for (int k = 0; k < taps; k++) weights[k] = (float)(Triangle((start + k + 0.5 - centre) / support) / sum);
        }
    }

    private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    private static void FilterRow(byte* row, int taps, in SampleScratch memory, Vector128<float> mean, float* filtered)
    {
        float* weights = memory.WeightsX;
        for (int q = 0; q < memory.Size; q++, weights += taps, filtered += 4)
        {
            int start = memory.StartsX[q];
            if (start < 0)
            {
                Vector128.Store(mean, filtered);
                continue;
            }
            byte* pixel = row + 3 * start;
            var sum = PixelRows.Load(pixel) * weights[0];
            for (int k = 1; k < taps; k++) sum += PixelRows.Load(pixel + 3 * k) * weights[k];
            Vector128.Store(sum, filtered);
        }
    }

    private static void Combine(in SampleScratch memory, float* weights, int start, int taps)
    {
        int floats = 4 * memory.Size;
        for (int k = 0; k < taps; k++)
        {
            float* row = memory.Ring + (long)floats * ((start + k) % taps), sum = memory.Row;
            float weight = weights[k];
            int j = 0;
            if (k == 0)
            {
                for (; j <= floats - Vector<float>.Count; j += Vector<float>.Count) Vector.Store(Vector.Load(row + j) * weight, sum + j);
                for (; j < floats; j++) sum[j] = row[j] * weight;
            }
            else
            {
                for (; j <= floats - Vector<float>.Count; j += Vector<float>.Count) Vector.Store(Vector.Load(sum + j) + Vector.Load(row + j) * weight, sum + j);
                for (; j < floats; j++) sum[j] += row[j] * weight;
            }
        }
    }
}
