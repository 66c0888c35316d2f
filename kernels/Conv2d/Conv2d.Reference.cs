namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// Convolution in float64, as plain as the textbook. Each method also sums the terms' absolute values, from which tests derive the error
/// that float32 may show.
/// </summary>
public static class Conv2dReference
{
    public static void Forward(Conv2dShape s, double[] x, double[] w, double[] y, double[] magnitude)
        => Visit(s, (xi, wi, yi) => Accumulate(y, magnitude, yi, x[xi] * w[wi]));

    public static void BackwardData(Conv2dShape s, double[] dy, double[] w, double[] dx, double[] magnitude)
        => Visit(s, (xi, wi, yi) => Accumulate(dx, magnitude, xi, dy[yi] * w[wi]));

    public static void BackwardWeights(Conv2dShape s, double[] x, double[] dy, double[] dw, double[] magnitude)
        => Visit(s, (xi, wi, yi) => Accumulate(dw, magnitude, wi, x[xi] * dy[yi]));

    public static void BackwardBias(Conv2dShape s, double[] dy, double[] db, double[] magnitude)
    {
        for (long i = 0; i < dy.Length; i++) Accumulate(db, magnitude, i % s.K, dy[i]);
    }

    private static void Accumulate(double[] sum, double[] magnitude, long index, double term)
    {
        sum[index] += term;
        magnitude[index] += Math.Abs(term);
    }

    /// <summary>Calls <paramref name="term"/> with the indices of x, w and y of every product.</summary>
    private static void Visit(Conv2dShape s, Action<long, long, long> term)
    {
        for (int n = 0; n < s.N; n++)
            for (int p = 0; p < s.P; p++)
                for (int q = 0; q < s.Q; q++)
                    for (int r = 0; r < s.R; r++)
                        for (int t = 0; t < s.S; t++)
                        {
                            int h = p * s.StrideH + r - s.PadTop, w = q * s.StrideW + t - s.PadLeft;
                            if (h < 0 || h >= s.H || w < 0 || w >= s.W) continue;
                            long xBase = (((long)n * s.H + h) * s.W + w) * s.C, yBase = (((long)n * s.P + p) * s.Q + q) * s.K;
                            for (int k = 0; k < s.K; k++)
                            {
                                long wBase = (((long)k * s.R + r) * s.S + t) * s.C;
                                for (int c = 0; c < s.C; c++) term(xBase + c, wBase + c, yBase + k);
                            }
                        }
    }
}
