using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Pictures;

/// <summary>How far a property's distribution differs between two sets of pictures.</summary>
/// <param name="Property">The property.</param>
/// <param name="Distance">Kolmogorov and Smirnov's D, 0 to 1: the largest difference between the shares of pictures below a value. The effect size.</param>
/// <param name="PValue">Of two samples of one distribution, times the number of properties tried, at most 1.</param>
/// <param name="MedianOfFirst">On the property's scale.</param>
/// <param name="MedianOfSecond">On the property's scale.</param>
/// <param name="Shift">Difference of the medians in robust spreads of the first set.</param>
/// <param name="Strong">So far that the two sets come from different sources.</param>
public sealed record DistributionShift(PictureProperty Property, double Distance, double PValue, double MedianOfFirst, double MedianOfSecond, double Shift, bool Strong);

/// <summary>Compares pictures of use with pictures of training, or one part of a data set with another, property by property.</summary>
public static class DistributionShifts
{
    private const double Significant = 0.05;

    // A D of 0.4 is what a shift of one standard deviation gives (2 Φ(½) − 1 = 0.38); training and validation
    // parts of four public sets stay below 0.31, which is the background's colour of groceries.
    private const double StrongDistance = 0.4, StrongPValue = 0.001;

    private const int FewestPictures = 8;

    /// <param name="first">Training pictures; null where a file gave none.</param>
    /// <param name="second">Pictures of use, or of another part.</param>
    /// <returns>Significant ones, the farthest first; empty where a set has fewer than eight pictures.</returns>
    public static IReadOnlyList<DistributionShift> Find(IReadOnlyList<PictureStatistics?> first, IReadOnlyList<PictureStatistics?> second)
        => [.. Measure(first, second).Where(s => s.PValue < Significant).OrderByDescending(s => s.Strong).ThenByDescending(s => s.Distance)];

    internal static IReadOnlyList<DistributionShift> Measure(IReadOnlyList<PictureStatistics?> first, IReadOnlyList<PictureStatistics?> second)
    {
        PictureStatistics[] a = [.. first.OfType<PictureStatistics>()], b = [.. second.OfType<PictureStatistics>()];
        if (a.Length < FewestPictures || b.Length < FewestPictures) return [];
        return [.. PictureProperty.All.Select(property => Measure(property, [.. a.Select(property.Value).Order()], [.. b.Select(property.Value).Order()]))];
    }

    private static DistributionShift Measure(PictureProperty property, double[] a, double[] b)
    {
        double distance = KolmogorovSmirnov.Distance(a, b), p = Math.Min(KolmogorovSmirnov.PValue(distance, a.Length, b.Length) * PictureProperty.All.Count, 1);
        var spread = RobustSpread.Of(a, 1e-9);
        double median = RobustSpread.Of(b, 1).Median;
        double shift = Math.Clamp(spread.Score(median), -99, 99);
        return new DistributionShift(property, distance, p, spread.Median, median, shift, distance >= StrongDistance && p < StrongPValue);
    }
}
