namespace NativeTrainer.Kernels.Elementwise;

/// <summary>ReLU in float64, as plain as the textbook.</summary>
public static class ReluReference
{
    public static void Forward(double[] x, double[] y)
    {
        for (int i = 0; i < x.Length; i++) y[i] = Math.Max(x[i], 0);
    }

    public static void Backward(double[] y, double[] dy, double[] dx, GradientWrite write)
    {
        for (int i = 0; i < y.Length; i++) dx[i] = (write == GradientWrite.Add ? dx[i] : 0) + (y[i] > 0 ? dy[i] : 0);
    }
}
