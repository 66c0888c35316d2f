namespace NativeTrainer.Imaging;

/// <summary>A picture that changes its split.</summary>
/// <param name="Index">Of the sample.</param>
/// <param name="Group">The group that lay in more than one split.</param>
public sealed record SplitMove(int Index, SplitName From, SplitName To, string Group);

/// <summary>A split without straddling groups, and what was moved for it, in order of the samples.</summary>
public sealed record RepairedSplit(SplitManifest Manifest, IReadOnlyList<SplitMove> Moves);

/// <summary>
/// Mends a split whose groups lie in more than one part: each such group goes where most of it lies. Where that leaves a choice, to where the class counts
/// of the parts stay nearest to what they were; so of many pairs, half go each way, and no part shrinks.
/// </summary>
public static class SplitRepair
{
    /// <param name="samples">All pictures; their groups are kept together.</param>
    /// <param name="splits">Of each, as it is now.</param>
    /// <param name="classes">Class names.</param>
    /// <param name="together">Lists of indices of pictures that belong together, such as groups of duplicates; they may overlap.</param>
    /// <param name="seed">Decides the order in which groups are placed.</param>
    public static RepairedSplit Repair(IReadOnlyList<Sample> samples, IReadOnlyList<SplitName> splits, IReadOnlyList<string> classes, IEnumerable<IReadOnlyList<int>> together, ulong seed = 1)
    {
        if (splits.Count != samples.Count) throw new ArgumentException($"{splits.Count} splits for {samples.Count} samples", nameof(splits));
        var groups = new SplitGroups(samples, together, seed);
        var counts = new Counts(samples, splits, classes.Count + 1);
        SplitName[] mended = [.. splits];
        var straddling = groups.All().Where(g => g.Any(i => splits[i] != splits[g[0]]))
            .OrderBy(g => Targets(g, splits).Count).ThenBy(g => SplitMix.Hash(seed, groups.Names[g[0]]!)).ThenBy(g => g[0]);
        foreach (int[] group in straddling)
        {
            var target = Targets(group, splits).MinBy(t => (counts.DistanceWith(group, mended, t), t));
            // A class must not lose its last training pictures.
            if (!counts.KeepsTraining(group, mended, target)) target = SplitName.Train;
            foreach (int i in group)
            {
                counts.Move(i, mended[i], target);
                mended[i] = target;
            }
        }
        var moves = Enumerable.Range(0, samples.Count).Where(i => mended[i] != splits[i]).Select(i => new SplitMove(i, splits[i], mended[i], groups.Names[i]!));
        return new RepairedSplit(new SplitManifest(classes, [.. samples.Select((s, i) => s with { Group = groups.Names[i] })], mended), [.. moves]);
    }

    // The splits that need the fewest moves.
    private static List<SplitName> Targets(int[] group, IReadOnlyList<SplitName> splits)
    {
        var parts = group.CountBy(i => splits[i]).ToArray();
        int most = parts.Max(p => p.Value);
        return [.. parts.Where(p => p.Value == most).Select(p => p.Key).Order()];
    }

    private sealed class Counts
    {
        private readonly int[] _strata; // Of each sample.
        private readonly int[,] _first, _now; // (splits, strata)
        private readonly int[] _total; // (strata)

        public Counts(IReadOnlyList<Sample> samples, IReadOnlyList<SplitName> splits, int strata)
        {
            _strata = [.. samples.Select(s => s.Stratum(strata - 1))];
            _first = new int[Enum.GetValues<SplitName>().Length, strata];
            _total = new int[strata];
            for (int i = 0; i < samples.Count; i++)
            {
                _first[(int)splits[i], _strata[i]]++;
                _total[_strata[i]]++;
            }
            _now = (int[,])_first.Clone();
        }

        public void Move(int sample, SplitName from, SplitName to)
        {
            _now[(int)from, _strata[sample]]--;
            _now[(int)to, _strata[sample]]++;
        }

        // Σ (now − at first)² / total over splits and strata, once the group has moved.
        public double DistanceWith(int[] group, SplitName[] splits, SplitName target)
        {
            foreach (int i in group) Move(i, splits[i], target);
            double sum = 0;
            for (int s = 0; s < _now.GetLength(0); s++)
            {
                for (int c = 0; c < _total.Length; c++)
                {
                    double difference = _now[s, c] - _first[s, c];
                    if (_total[c] > 0) sum += difference * difference / _total[c];
                }
            }
            foreach (int i in group) Move(i, target, splits[i]);
            return sum;
        }

        public bool KeepsTraining(int[] group, SplitName[] splits, SplitName target)
            => target == SplitName.Train || group.GroupBy(i => _strata[i])
                .All(c => c.Count(i => splits[i] == SplitName.Train) is var leaving && (leaving == 0 || _now[(int)SplitName.Train, c.Key] > leaving));
    }
}
