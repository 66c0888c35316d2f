using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Advice.Probes;

/// <summary>Which held-out samples the probe of each subsample got right.</summary>
internal sealed class CurveTrials
{
    private readonly List<int> _sizes = [];
    private readonly List<Trial[]> _trials = [];
    private readonly int _held;

    private CurveTrials(int held) => _held = held;

    /// <param name="Rows">Held-out samples.</param>
    /// <param name="Right">Whether each of them was predicted right.</param>
    private sealed record Trial(int[] Rows, bool[] Right);

    public static CurveTrials Run(FeatureMatrix train, int[] labels, FeatureMatrix validation, int[] validationLabels, int classes, LearningCurveOptions options, MatrixProducts products)
    {
        bool own = validation.Rows > 0;
        var (held, heldLabels) = own ? (validation, validationLabels) : (train, labels);
        double strength = CrossValidation.Run(First(train, labels, options.MostSamples, options.Seed, out int[] seen), seen, classes, CrossValidation.UsualFolds, options.Seed, default, default, products).Strength;
        var trials = new CurveTrials(held.Rows);
        int repeats = Math.Max(1, options.Subsamples);
        var orders = new int[repeats][];
        var rows = new int[repeats][];
        for (int r = 0; r < repeats; r++)
        {
            ulong seed = CounterRandom.Key(options.Seed, 0, (ulong)r, 0);
            int[] order = Folds.NestedOrder(labels, seed);
            int[] fold = own ? [] : Folds.Stratified(labels, Math.Min(CrossValidation.UsualFolds, labels.Length), seed);
            orders[r] = own ? order : [.. order.Where(i => fold[i] != 0)];
            rows[r] = [.. Enumerable.Range(0, held.Rows).Where(i => own || fold[i] == 0)];
        }
        int most = Math.Min(orders.Min(o => o.Length), options.MostSamples);
        foreach (double share in options.Shares)
        {
            int size = (int)Math.Round(share * most);
            if (size < 1 || (trials._sizes.Count > 0 && size <= trials._sizes[^1])) continue;
            // All samples are the same every time, as long as the held-out ones are.
            int count = own && size == train.Rows ? 1 : repeats;
            trials._sizes.Add(size);
            trials._trials.Add([.. Enumerable.Range(0, count).Select(r => Try(orders[r][..size], rows[r]))]);
        }
        return trials;

        Trial Try(int[] chosen, int[] asked)
        {
            var probe = LinearProbe.Fit(train, labels, chosen, classes, [strength], products)[0];
            int[] best = LinearProbe.Best(probe.Scores(own ? held : held.Select(asked), products), classes);
            return new Trial(asked, [.. asked.Select((row, i) => best[i] == heldLabels[row])]);
        }
    }

    public CurvePoint[] Points()
    {
        var points = new CurvePoint[_sizes.Count];
        for (int p = 0; p < points.Length; p++) points[p] = Point(p, [.. _trials[p].Select(t => t.Right.Count(right => right) / (double)t.Right.Length)], p > 0 ? points[p - 1].Deviation : 0);
        return points;
    }

    /// <summary>The points with subsamples and held-out samples drawn anew, with replacement; deviations are those of the points as measured.</summary>
    public CurvePoint[] Resampled(ulong key, uint resampling, CurvePoint[] measured)
    {
        ulong stream = CounterRandom.Key(key, resampling, 0, 0);
        var times = new int[_held];
        for (int i = 0; i < _held; i++) times[CounterRandom.Below(stream, (ulong)i, _held)]++;
        var points = new CurvePoint[_sizes.Count];
        for (int p = 0; p < points.Length; p++)
        {
            var trials = _trials[p];
            double sum = 0;
            for (int i = 0; i < trials.Length; i++)
            {
                // Subsamples of one draw contain each other, so a draw is taken at all sizes or at none.
                var trial = trials[CounterRandom.Below(stream, (ulong)(_held + i), trials.Length)];
                sum += Share(trial, times);
            }
            points[p] = measured[p] with { Accuracy = sum / trials.Length };
        }
        return points;
    }

    private CurvePoint Point(int p, double[] accuracies, double otherwise)
    {
        double mean = accuracies.Average();
        double deviation = accuracies.Length > 1 ? Math.Sqrt(accuracies.Sum(a => (a - mean) * (a - mean)) / (accuracies.Length - 1)) : otherwise;
        return new CurvePoint(_sizes[p], mean, deviation, accuracies.Length);
    }

    private static double Share(Trial trial, int[] times)
    {
        int right = 0, all = 0;
        for (int i = 0; i < trial.Rows.Length; i++)
        {
            all += times[trial.Rows[i]];
            if (trial.Right[i]) right += times[trial.Rows[i]];
        }
        return all > 0 ? right / (double)all : trial.Right.Count(r => r) / (double)trial.Right.Length;
    }

    private static FeatureMatrix First(FeatureMatrix train, int[] labels, int most, ulong seed, out int[] seen)
    {
        if (train.Rows <= most)
        {
            seen = labels;
            return train;
        }
        int[] chosen = Folds.NestedOrder(labels, seed)[..most];
        seen = [.. chosen.Select(i => labels[i])];
        return train.Select(chosen);
    }
}
