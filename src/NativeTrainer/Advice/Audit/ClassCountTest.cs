namespace NativeTrainer.Advice.Audit;

/// <summary>Whether two counts per class can come from one mixture.</summary>
internal static class ClassCountTest
{
    /// <summary>Half of Σ |share in a − share in b|: the share of pictures that would have to change class.</summary>
    public static double TotalVariation(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        double n = Sum(a), m = Sum(b), distance = 0;
        for (int c = 0; c < a.Length; c++) distance += Math.Abs(a[c] / n - b[c] / m);
        return distance / 2;
    }

    /// <summary>The p of Pearson's chi-squared test of homogeneity; classes that both lack do not count.</summary>
    public static double ChiSquaredP(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        double n = Sum(a), m = Sum(b), statistic = 0;
        int classes = 0;
        for (int c = 0; c < a.Length; c++)
        {
            double both = a[c] + b[c];
            if (both == 0) continue;
            classes++;
            double expectedA = both * n / (n + m), expectedB = both * m / (n + m);
            statistic += (a[c] - expectedA) * (a[c] - expectedA) / expectedA + (b[c] - expectedB) * (b[c] - expectedB) / expectedB;
        }
        return classes < 2 ? 1 : Distributions.ChiSquareTail(statistic, classes - 1);
    }

    private static double Sum(ReadOnlySpan<int> counts)
    {
        long sum = 0;
        foreach (int count in counts) sum += count;
        return sum;
    }
}
