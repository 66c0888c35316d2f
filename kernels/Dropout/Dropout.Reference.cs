using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Kernels.Dropout;

/// <summary>Dropout in float64.</summary>
public static class DropoutReference
{
    public static void Forward(double[] x, double[] y, float probability, ulong key) => Backward(x, y, GradientWrite.Overwrite, probability, key);

    public static void Backward(double[] dy, double[] dx, GradientWrite write, float probability, ulong key)
    {
        for (int i = 0; i < dx.Length; i++)
        {
            bool keep = DropoutMask.Keeps(CounterRandom.Block(key, (ulong)i / 4), i % 4, probability);
            dx[i] = (write == GradientWrite.Add ? dx[i] : 0) + (keep ? dy[i] / (1.0 - probability) : 0);
        }
    }
}
