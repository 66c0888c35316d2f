namespace NativeTrainer.Advice.LearningRates;

/// <summary>
/// Smoothing without delay: at each point the weighted least-squares line through its neighbours, triangular weights (Cleveland 1979, without the robust
/// iterations). A running mean would lag behind and move every feature of the curve to a higher rate.
/// </summary>
internal static class LocalLine
{
    /// <param name="half">Neighbours on either side that weigh, at least 1.</param>
    /// <returns>Value and slope per step of the line at each point.</returns>
    public static (double[] Value, double[] Slope) Through(IReadOnlyList<double> y, int half)
    {
        var (value, slope) = (new double[y.Count], new double[y.Count]);
        for (int at = 0; at < y.Count; at++)
        {
            double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
            for (int i = Math.Max(0, at - half); i <= Math.Min(y.Count - 1, at + half); i++)
            {
                double x = i - at, weight = Weight(i - at, half);
                (w, wx, wy, wxx, wxy) = (w + weight, wx + weight * x, wy + weight * y[i], wxx + weight * x * x, wxy + weight * x * y[i]);
            }
            double determinant = w * wxx - wx * wx;
            slope[at] = (w * wxy - wx * wy) / determinant;
            value[at] = (wy - slope[at] * wx) / w;
        }
        return (value, slope);
    }

    /// <summary>The variance of an inner value over that of one point.</summary>
    public static double VarianceShare(int half)
    {
        double[] weights = [.. Enumerable.Range(-half, 2 * half + 1).Select(i => Weight(i, half))];
        return weights.Sum(w => w * w) / (weights.Sum() * weights.Sum());
    }

    private static double Weight(int distance, int half) => 1 - Math.Abs(distance) / (half + 1.0);
}
