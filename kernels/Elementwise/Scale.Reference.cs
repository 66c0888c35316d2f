namespace NativeTrainer.Kernels.Elementwise;

/// <summary>Multiplication by one number in float64.</summary>
public static class ScaleReference
{
    public static void Run(double[] x, double factor, double[] y)
    {
        for (int i = 0; i < y.Length; i++) y[i] = factor * x[i];
    }
}
