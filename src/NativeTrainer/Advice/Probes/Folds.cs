using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Advice.Probes;

/// <summary>Random divisions that keep the shares of classes, as pure functions of the seed.</summary>
public static class Folds
{
    private const uint FoldOp = 0xF01D, OrderOp = 0x0DE2;

    /// <summary>Deals samples into folds so that each has its share of every class, and of all samples.</summary>
    /// <param name="labels">Class index of each sample.</param>
    /// <param name="folds">At least 2.</param>
    /// <param name="seed">Another seed, another division.</param>
    /// <param name="groups">Samples with the same number of 0 or more stay together (copies, bursts); −1 is a group of its own. Null where there are none.</param>
    /// <returns>Fold of each sample. With few samples some folds lack some classes.</returns>
    public static int[] Stratified(ReadOnlySpan<int> labels, int folds, ulong seed, ReadOnlySpan<int> groups = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        int n = labels.Length, classes = 0;
        foreach (int label in labels) classes = Math.Max(classes, label + 1);
        var units = new Dictionary<int, List<int>>();
        for (int i = 0; i < n; i++)
        {
            int key = groups.IsEmpty || groups[i] < 0 ? -1 - i : groups[i];
            if (!units.TryGetValue(key, out var members)) units[key] = members = [];
            members.Add(i);
        }
        // Large groups first: single samples even out what they leave.
        var first = labels.ToArray();
        int[] places = Shuffled(n, CounterRandom.Key(seed, 0, 0, FoldOp));
        var order = units.Values.OrderByDescending(u => u.Count).ThenBy(u => first[u[0]]).ThenBy(u => places[u[0]]);
        var (ofClass, total, result) = (new int[folds, classes], new int[folds], new int[n]);
        foreach (var unit in order)
        {
            int best = 0, label = first[unit[0]];
            for (int f = 1; f < folds; f++)
            {
                if ((ofClass[f, label], total[f]).CompareTo((ofClass[best, label], total[best])) < 0) best = f;
            }
            foreach (int i in unit)
            {
                result[i] = best;
                ofClass[best, first[i]]++;
                total[best]++;
            }
        }
        return result;
    }

    /// <summary>
    /// An order of all samples of which any beginning has about the shares of the whole: subsamples of growing size that contain each other.
    /// Every class comes once before any comes more often than its share.
    /// </summary>
    public static int[] NestedOrder(ReadOnlySpan<int> labels, ulong seed)
    {
        int n = labels.Length;
        int[] given = labels.ToArray(), places = Shuffled(n, CounterRandom.Key(seed, 0, 0, OrderOp));
        var rank = new double[n];
        foreach (var members in Enumerable.Range(0, n).GroupBy(i => given[i]))
        {
            int[] shuffled = [.. members.OrderBy(i => places[i])];
            // The jth of m members stands at (j + u)/m of the way, the first at the very beginning.
            for (int j = 0; j < shuffled.Length; j++) rank[shuffled[j]] = j == 0 ? -1 : (j + CounterRandom.Uniform(seed, (ulong)shuffled[j])) / shuffled.Length;
        }
        return [.. Enumerable.Range(0, n).OrderBy(i => rank[i]).ThenBy(i => places[i])];
    }

    /// <summary>A permutation of 0 … n − 1 (Fisher and Yates).</summary>
    internal static int[] Shuffled(int n, ulong key)
    {
        int[] order = [.. Enumerable.Range(0, n)];
        for (int i = n - 1; i > 0; i--)
        {
            int j = CounterRandom.Below(key, (ulong)i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
