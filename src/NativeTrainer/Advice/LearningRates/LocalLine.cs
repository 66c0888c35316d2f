namespace NativeTrainer.Advice.LearningRates;

/// <summary>
/// Smoothing without delay: at each point the weighted least-squares line through its neighbours, triangular weights (Cleveland 1979, without the robust
/// iterations). A running mean would lag behind and move every feature of the curve to a higher rate.
/// </summary>
internal static class LocalLine
{
    /// <param name="half">Neighbours on either side that weigh, at least 1.</param>
    /// <returns>Value and slope per step of the line at each point, and the value's variance over that of one point: largest at the ends, where neighbours lie on one side.</returns>
    public static (double[] Value, double[] Slope, double[] VarianceShare) Through(IReadOnlyList<double> y, int half)
    {
        var (value, slope, share) = (new double[y.Count], new double[y.Count], new double[y.Count]);
        for (int at = 0; at < y.Count; at++)
        {
            double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
            var (first, last) = (Math.Max(0, at - half), Math.Min(y.Count - 1, at + half));
            for (int i = first; i <= last; i++)
            {
                double x = i - at, weight = Weight(i - at, half);
                (w, wx, wy, wxx, wxy) = (w + weight, wx + weight * x, wy + weight * y[i], wxx + weight * x * x, wxy + weight * x * y[i]);
            }
            double determinant = w * wxx - wx * wx;
            slope[at] = (w * wxy - wx * wy) / determinant;
            value[at] = (wy - slope[at] * wx) / w;
            for (int i = first; i <= last; i++)
            {
                double part = Weight(i - at, half) * (wxx - wx * (i - at)) / determinant;
                share[at] += part * part;
            }
        }
        return (value, slope, share);
    }

    private static double Weight(int distance, int half) => 1 - Math.Abs(distance) / (half + 1.0);
}
