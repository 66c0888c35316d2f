namespace NativeTrainer.Advice.Pictures;

/// <summary>
/// Median and, on each side of it, the median distance to it, scaled to a normal distribution's standard deviation (1.4826): half of the values may be wild
/// without moving them, and a long tail on one side does not hide outliers of the other.
/// </summary>
internal readonly record struct RobustSpread(double Median, double Below, double Above)
{
    private const double ToDeviation = 1.4826;

    /// <param name="values">At least one.</param>
    /// <param name="least">Smallest spread: a set of equal values has no outliers that are closer than that.</param>
    public static RobustSpread Of(IEnumerable<double> values, double least)
    {
        double[] sorted = [.. values.Order()];
        double median = MedianOf(sorted);
        double[] below = [.. sorted.Where(v => v <= median).Select(v => median - v).Order()], above = [.. sorted.Where(v => v >= median).Select(v => v - median)];
        return new RobustSpread(median, Math.Max(MedianOf(below) * ToDeviation, least), Math.Max(MedianOf(above) * ToDeviation, least));
    }

    /// <summary>Robust z-score: distance from the median in spreads of its side.</summary>
    public double Score(double value) => (value - Median) / (value < Median ? Below : Above);

    private static double MedianOf(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
