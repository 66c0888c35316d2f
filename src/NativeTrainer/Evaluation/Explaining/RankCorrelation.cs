namespace NativeTrainer.Evaluation.Explaining;

/// <summary>Spearman's rank correlation (1904): Pearson's of the ranks, equal values sharing their mean rank. How alike two heat maps are (Adebayo et al., NeurIPS 2018).</summary>
public static class RankCorrelation
{
    /// <returns>−1…1; NaN where all values of one are equal.</returns>
    public static double Of(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        if (first.Length != second.Length) throw new ArgumentException($"{first.Length} values against {second.Length}");
        double[] a = Ranks(first), b = Ranks(second);
        double mean = (a.Length + 1) / 2.0, product = 0, ofA = 0, ofB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (a[i] - mean) * (b[i] - mean);
            ofA += (a[i] - mean) * (a[i] - mean);
            ofB += (b[i] - mean) * (b[i] - mean);
        }
        return ofA == 0 || ofB == 0 ? double.NaN : product / Math.Sqrt(ofA * ofB);
    }

    private static double[] Ranks(ReadOnlySpan<float> values)
    {
        float[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start];) end++;
            for (int i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2.0;
        }
        return ranks;
    }
}
