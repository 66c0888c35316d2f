namespace NativeTrainer.Kernels.Elementwise;

/// <summary>The nearest number of eight significant bits, ties to even.</summary>
public static class CastReference
{
    public static void Run(double[] x, double[] y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            double unit = x[i] == 0 ? 1 : Math.ScaleB(1, Math.ILogB(x[i]) - 7);
            y[i] = Math.Round(x[i] / unit, MidpointRounding.ToEven) * unit;
        }
    }
}
