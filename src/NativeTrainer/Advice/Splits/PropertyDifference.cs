namespace NativeTrainer.Advice.Splits;

/// <summary>Whether a property of pictures, such as brightness or size, differs between two splits.</summary>
/// <param name="Distance">Kolmogorov and Smirnov's D: the largest difference of the two cumulative shares, 0 to 1. This is the effect; with many pictures a small one is sure, too.</param>
/// <param name="PValue">Chance of such a D where both are drawn alike; asymptotic, so rather too large for small sets and values that repeat.</param>
/// <param name="FirstMedian">Of the first split.</param>
/// <param name="SecondMedian">Of the second.</param>
public readonly record struct PropertyDifference(double Distance, double PValue, double FirstMedian, double SecondMedian)
{
    /// <summary>The two-sample Kolmogorov-Smirnov test.</summary>
    /// <param name="first">Values of one split, finite, at least one.</param>
    /// <param name="second">Values of the other.</param>
    public static PropertyDifference Between(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        if (first.IsEmpty || second.IsEmpty) throw new ArgumentException($"{first.Length} and {second.Length} values cannot be compared");
        float[] a = first.ToArray(), b = second.ToArray();
        Array.Sort(a);
        Array.Sort(b);
        double distance = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            float value = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= value) i++;
            while (j < b.Length && b[j] <= value) j++;
            distance = Math.Max(distance, Math.Abs((double)i / a.Length - (double)j / b.Length));
        }
        double size = Math.Sqrt((double)a.Length * b.Length / (a.Length + b.Length));
        // Stephens' correction for finite samples.
        return new PropertyDifference(distance, Distributions.KolmogorovTail((size + 0.12 + 0.11 / size) * distance), Median(a), Median(b));
    }

    private static double Median(float[] sorted) => (sorted[(sorted.Length - 1) / 2] + (double)sorted[sorted.Length / 2]) / 2;
}
