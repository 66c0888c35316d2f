namespace NativeTrainer.Imaging;

/// <summary>
/// Chooses what validates. Which pictures are chosen depends on the seed and on their names, not on their place in a list: another run chooses the
/// same, and a few new pictures move few others.
/// </summary>
internal static class ValidationSplit
{
    /// <param name="names">A name for each sample that is the same on every machine.</param>
    /// <param name="labels">Class index of each sample.</param>
    /// <param name="groups">Group of each sample, null for a group of its own.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="fraction">0 &lt; fraction &lt; 1, of each class.</param>
    /// <param name="seed">The run's seed.</param>
    /// <returns>For each sample, whether it validates. Every class keeps at least one sample for training.</returns>
    public static bool[] Choose(IReadOnlyList<string> names, int[] labels, IReadOnlyList<string?> groups, int classes, double fraction, ulong seed)
    {
        // A file that is listed twice is a group, too: one copy of it must not validate what the other trains.
        if (groups.All(g => g is null) && names.Distinct().Count() == names.Count) return Stratified(names, labels, fraction, seed);
        return Grouped(names, labels, groups, classes, fraction, seed);
    }

    // Of n samples of a class round(n · fraction) validate, at least 1 and at most n − 1; a class of one only trains.
    private static bool[] Stratified(IReadOnlyList<string> names, int[] labels, double fraction, ulong seed)
    {
        var chosen = new bool[labels.Length];
        foreach (var members in Enumerable.Range(0, labels.Length).GroupBy(i => labels[i]))
        {
            var order = members.OrderBy(i => SplitMix.Hash(seed, names[i])).ThenBy(i => names[i], StringComparer.Ordinal).ToArray();
            if (order.Length < 2) continue;
            int count = Math.Clamp((int)Math.Round(order.Length * fraction), 1, order.Length - 1);
            foreach (int i in order.AsSpan(0, count)) chosen[i] = true;
        }
        return chosen;
    }

    // Greedy, in the order of a hash: whole groups go to validation where that brings its class counts nearer to their targets. The largest first would fit
    // better, but then what validates would be little else than large groups.
    private static bool[] Grouped(IReadOnlyList<string> names, int[] labels, IReadOnlyList<string?> groups, int classes, double fraction, ulong seed)
    {
        var sets = Enumerable.Range(0, labels.Length).GroupBy(i => groups[i] is { } group ? "group " + group : "name " + names[i])
            .OrderBy(set => SplitMix.Hash(seed, set.Key)).ThenBy(set => set.Key, StringComparer.Ordinal)
            .Select(set => set.ToArray()).ToArray();
        var total = new int[classes];
        foreach (int label in labels) total[label]++;
        var taken = new int[classes];
        var chosen = new bool[labels.Length];
        foreach (int[] set in sets)
        {
            double distance = DistanceWith(set, labels, taken, total, fraction);
            if (distance < Distance(taken, total, fraction)) Take(set);
        }
        // Where every group of a class is larger than the fraction, the one that fits best validates all the same.
        for (int c = 0; c < classes; c++)
        {
            if (total[c] < 2 || taken[c] > 0) continue;
            var best = sets.Where(set => !chosen[set[0]] && set.Any(i => labels[i] == c)).Select(set => (Set: set, Distance: DistanceWith(set, labels, taken, total, fraction)))
                .Where(s => double.IsFinite(s.Distance)).DefaultIfEmpty((Set: [], Distance: 0)).MinBy(s => s.Distance);
            Take(best.Set);
        }
        if (taken.All(count => count == 0))
            throw new UserException("no group can be set aside for validation: each holds all pictures of some class (files with the same bytes are a group). Give a split column, or a validation fraction of 0.");
        return chosen;

        void Take(int[] set)
        {
            foreach (int i in set)
            {
                chosen[i] = true;
                taken[labels[i]]++;
            }
        }
    }

    // Infinite where a class would have nothing left to train on.
    private static double DistanceWith(int[] set, int[] labels, int[] taken, int[] total, double fraction)
    {
        var with = (int[])taken.Clone();
        foreach (int i in set) with[labels[i]]++;
        return set.Any(i => with[labels[i]] == total[labels[i]]) ? double.PositiveInfinity : Distance(with, total, fraction);
    }

    // Σ (taken − target)² / total: each class counts by its share and not by its size.
    private static double Distance(int[] taken, int[] total, double fraction)
    {
        double sum = 0;
        for (int c = 0; c < total.Length; c++)
        {
            double difference = taken[c] - total[c] * fraction;
            if (total[c] > 0) sum += difference * difference / total[c];
        }
        return sum;
    }
}
