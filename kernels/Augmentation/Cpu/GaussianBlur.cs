using System.Numerics;

namespace NativeTrainer.Kernels.Augmentation.Cpu;

/// <summary>A Gaussian in x, then in y, with the picture mirrored about its outermost pixels (which are not repeated).</summary>
internal static unsafe class GaussianBlur
{
    public static void Apply(in SampleScratch memory, float sigma)
    {
        int size = memory.Size, radius = Radius(sigma, size);
        float* weights = memory.Taps, padded = memory.Taps + 2L * size;
        BuildWeights(sigma, radius, new Span<float>(weights, 2 * radius + 1));
        for (int channel = 0; channel < 3; channel++)
        {
            float* plane = memory.Planes + channel * memory.PlaneStride;
            for (int row = 0; row < size; row++)
            {
                for (int i = -radius; i < size + radius; i++) padded[radius + i] = plane[(long)row * size + Mirror(i, size)];
                Horizontal(padded, weights, radius, size, memory.Spare + (long)row * size);
            }
            for (int row = 0; row < size; row++) Vertical(memory.Spare, row, weights, radius, size, plane + (long)row * size);
        }
    }

    /// <summary>⌈3σ⌉, at most what the picture can mirror.</summary>
    public static int Radius(float sigma, int size) => (int)Math.Min(Math.Ceiling(3.0 * sigma), size - 1);

    private static int Mirror(int i, int size)
    {
        if (i < 0) return -i;
        return i < size ? i : 2 * (size - 1) - i;
    }

    /// <summary>The 2·radius + 1 weights; their sum is 1.</summary>
    public static void BuildWeights(float sigma, int radius, Span<float> weights)
    {
        double sum = 0;
        for (int k = -radius; k <= radius; k++) sum += Density(k, sigma);
        for (int k = -radius; k <= radius; k++) weights[k + radius] = (float)(Density(k, sigma) / sum);
    }

    private static double Density(int k, double sigma) => Math.Exp(-0.5 * k * k / (sigma * sigma));

    private static void Horizontal(float* padded, float* weights, int radius, int size, float* y)
    {
        int i = 0;
        for (; i <= size - Vector<float>.Count; i += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (int k = 0; k <= 2 * radius; k++) sum += Vector.Load(padded + i + k) * weights[k];
            Vector.Store(sum, y + i);
        }
        for (; i < size; i++)
        {
            float sum = 0;
            for (int k = 0; k <= 2 * radius; k++) sum += padded[i + k] * weights[k];
            y[i] = sum;
        }
    }

    private static void Vertical(float* x, int row, float* weights, int radius, int size, float* y)
    {
        int i = 0;
        for (; i <= size - Vector<float>.Count; i += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (int k = -radius; k <= radius; k++) sum += Vector.Load(x + (long)Mirror(row + k, size) * size + i) * weights[k + radius];
            Vector.Store(sum, y + i);
        }
        for (; i < size; i++)
        {
            float sum = 0;
            for (int k = -radius; k <= radius; k++) sum += x[(long)Mirror(row + k, size) * size + i] * weights[k + radius];
            y[i] = sum;
        }
    }
}
