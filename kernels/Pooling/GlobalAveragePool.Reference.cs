namespace NativeTrainer.Kernels.Pooling;

/// <summary>Global average pooling in float64.</summary>
public static class GlobalAveragePoolReference
{
    public static void Forward(int n, int pixels, int channels, double[] x, double[] y)
    {
        for (int i = 0; i < n; i++)
            for (int c = 0; c < channels; c++)
            {
                double sum = 0;
                for (int pixel = 0; pixel < pixels; pixel++) sum += x[(i * pixels + pixel) * channels + c];
                y[i * channels + c] = sum / pixels;
            }
    }

    public static void Backward(int n, int pixels, int channels, double[] dy, double[] dx, GradientWrite write)
    {
        for (int i = 0; i < n * pixels; i++)
            for (int c = 0; c < channels; c++)
                dx[i * channels + c] = (write == GradientWrite.Add ? dx[i * channels + c] : 0) + dy[i / pixels * channels + c] / pixels;
    }
}
