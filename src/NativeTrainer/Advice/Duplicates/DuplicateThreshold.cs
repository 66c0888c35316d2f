using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>
/// What counts as the same, for one data set. Pictures of different classes are no copies of each other (but for the few that are labelled wrong), so
/// the nearest of these show how alike mere look-alikes get: photographs stay far below <see cref="Usual"/>, icons or small gray clothes do not.
/// </summary>
internal static class DuplicateThreshold
{
    /// <summary>
    /// Copies of photographs keep a detail correlation above 0.93 through all that is planted by the benchmark; the nearest pictures of different
    /// classes stay below 0.71.
    /// </summary>
    public const float Usual = 0.85f;

    // So many deviations above the middle of the look-alikes, on Fisher's scale, where correlations are about normal. Middle and deviation are robust:
    // up to half of the neighbours may be copies with wrong labels.
    private const double Deviations = 5;

    private const float Highest = 0.99f;

    private const int Sampled = 512, Neighbours = 4, LeastScores = 30;

    /// <param name="views">Gives a picture ready for alignment.</param>
    public static float Of(IReadOnlyList<PictureRecord> pictures, IReadOnlyList<int> considered, Func<int, AlignmentView> views, DuplicateOptions options, CancellationToken stop)
    {
        int count = Math.Min(Sampled, considered.Count);
        var scores = new float[count][];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = stop }, () => new ThumbnailAligner(), (i, _, aligner) =>
        {
            int picture = considered[(int)((long)i * considered.Count / count)];
            scores[i] = Scores(picture, pictures, considered, views, aligner);
            return aligner;
        }, _ => { });
        double[] fisher = [.. scores.SelectMany(s => s).Where(s => s > 0).Select(s => Math.Atanh(Math.Min(s, 0.9999))).Order()];
        if (fisher.Length < LeastScores) return options.LeastDetail;
        double middle = fisher[fisher.Length / 2];
        double[] away = [.. fisher.Select(f => Math.Abs(f - middle)).Order()];
        // 1.4826 times the median distance from the median is the deviation of normal values.
        double limit = Math.Tanh(middle + Deviations * 1.4826 * away[away.Length / 2]);
        return Math.Clamp((float)limit, options.LeastDetail, Math.Max(Highest, options.LeastDetail));
    }

    private static float[] Scores(int picture, IReadOnlyList<PictureRecord> pictures, IReadOnlyList<int> considered, Func<int, AlignmentView> views, ThumbnailAligner aligner)
    {
        var (hash, label) = (pictures[picture].Signature.Hash, pictures[picture].Label);
        Span<(int Distance, int Other)> nearest = stackalloc (int, int)[Neighbours];
        nearest.Fill((int.MaxValue, -1));
        foreach (int other in considered)
        {
            if (pictures[other].Label == label) continue;
            int distance = hash.Distance(pictures[other].Signature.Hash), place = Neighbours;
            while (place > 0 && (distance, other).CompareTo(nearest[place - 1]) < 0) place--;
            if (place == Neighbours) continue;
            nearest[place..^1].CopyTo(nearest[(place + 1)..]);
            nearest[place] = (distance, other);
        }
        aligner.SetTemplate(views(picture));
        var scores = new List<float>(Neighbours);
        foreach (var (_, other) in nearest)
        {
            if (other >= 0) scores.Add(aligner.Align(views(other), 0).Detail);
        }
        return [.. scores];
    }
}
