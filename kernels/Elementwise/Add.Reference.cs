namespace NativeTrainer.Kernels.Elementwise;

/// <summary>Addition in float64, as plain as the textbook.</summary>
public static class AddReference
{
    public static void Forward(double[] a, double[] b, double[] y)
    {
        for (int i = 0; i < y.Length; i++) y[i] = a[i] + b[i];
    }

    public static void Backward(double[] dy, double[] dx, GradientWrite write)
    {
        for (int i = 0; i < dx.Length; i++) dx[i] = (write == GradientWrite.Add ? dx[i] : 0) + dy[i];
    }
}
