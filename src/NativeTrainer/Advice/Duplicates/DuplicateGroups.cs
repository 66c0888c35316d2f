using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>
/// Joins pairs to groups, the surest first. A long chain of look-alikes could tie a whole class together, so that a link which is not sure by itself and
/// joins two groups has to be borne out by a second one between them, which may be weaker.
/// </summary>
/// <param name="pictures">All.</param>
/// <param name="threshold">Of pairs.</param>
/// <param name="link">Detail correlation of two pictures that may not have been compared yet.</param>
internal sealed class DuplicateGroups(IReadOnlyList<PictureRecord> pictures, float threshold, Func<int, int, float> link)
{
    // Above this, on the way from the threshold to 1, a link needs no other. Copies are; shots of a moment later are not always.
    private const float SurePart = 0.6f;

    // What bears a link out may be so far below the threshold: the second neighbour in a series of shots.
    private const float SupportMargin = 0.15f;

    // Members of each side that are tried.
    private const int Tried = 4;

    private readonly DisjointSets _sets = new(pictures.Count);

    public void AddCertain(IEnumerable<DuplicatePair> pairs)
    {
        foreach (var pair in pairs) _sets.Join(pair.First, pair.Second);
    }

    /// <returns>The pairs that were believed.</returns>
    public List<DuplicatePair> Add(List<DuplicatePair> pairs)
    {
        float sure = threshold + (1 - threshold) * SurePart;
        var believed = new List<DuplicatePair>();
        foreach (var pair in pairs.OrderByDescending(p => p.Detail).ThenBy(p => p.First).ThenBy(p => p.Second))
        {
            if (pair.Detail < sure && !_sets.Same(pair.First, pair.Second) && !BornOut(pair)) continue;
            _sets.Join(pair.First, pair.Second);
            believed.Add(pair);
        }
        return believed;
    }

    public IReadOnlyList<DuplicateGroup> Result()
        => [.. _sets.Groups().Where(g => g.Length > 1).Select(g => new DuplicateGroup(g,
            g.Any(i => pictures[i].Split != pictures[g[0]].Split), g.Any(i => pictures[i].Label != pictures[g[0]].Label)))];

    // A group that has two labels is a scene of both.
    public IReadOnlyList<SceneCount> Scenes()
        => [.. Enumerable.Range(0, pictures.Count).GroupBy(i => pictures[i].Label).OrderBy(c => c.Key)
            .Select(c => new SceneCount(c.Key, c.Count(), c.Select(_sets.Find).Distinct().Count()))];

    private bool BornOut(DuplicatePair pair)
    {
        int[] first = _sets.Members(pair.First), second = _sets.Members(pair.Second);
        if (first.Length == 1 && second.Length == 1) return true;
        foreach (int a in Spread(first))
        {
            foreach (int b in Spread(second))
            {
                if ((a, b) != (pair.First, pair.Second) && link(Math.Min(a, b), Math.Max(a, b)) >= threshold - SupportMargin) return true;
            }
        }
        return false;
    }

    private static IEnumerable<int> Spread(int[] members)
        => Enumerable.Range(0, Math.Min(Tried, members.Length)).Select(i => members[(int)((long)i * members.Length / Math.Min(Tried, members.Length))]);
}
