namespace NativeTrainer.Advice.Labels;

/// <summary>How well a score puts what is sought first.</summary>
public static class RankingQuality
{
    /// <summary>Average precision: the mean, over the samples sought, of the share sought among all ranked at least as high. Samples of equal score count as ranked alike, so their order does not help.</summary>
    /// <param name="scores">Higher comes first.</param>
    /// <param name="sought">Whether each sample is one.</param>
    /// <returns>0…1, for a random score about the share sought; NaN where nothing is sought.</returns>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<bool> sought)
    {
        if (scores.Length != sought.Length) throw new ArgumentException($"{scores.Length} scores for {sought.Length} samples");
        var keys = scores.ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length).OrderByDescending(i => keys[i])];
        double sum = 0;
        int found = 0;
        for (int start = 0; start < order.Length;)
        {
            int end = start, hits = 0;
            for (; end < order.Length && keys[order[end]] == keys[order[start]]; end++) hits += sought[order[end]] ? 1 : 0;
            found += hits;
            sum += hits * (found / (double)end);
            start = end;
        }
        return sum / found;
    }
}
