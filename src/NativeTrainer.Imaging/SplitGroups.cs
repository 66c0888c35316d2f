namespace NativeTrainer.Imaging;

/// <summary>
/// Which pictures have to stay together: those of a given group, those that the caller found to belong together, and one file listed twice.
/// </summary>
internal sealed class SplitGroups
{
    private readonly DisjointSets _sets;

    /// <param name="samples">All pictures.</param>
    /// <param name="together">Lists of indices of pictures that belong together; they may overlap.</param>
    /// <param name="seed">Chooses the member that names a group.</param>
    public SplitGroups(IReadOnlyList<Sample> samples, IEnumerable<IReadOnlyList<int>> together, ulong seed)
    {
        _sets = new DisjointSets(samples.Count);
        var firsts = new Dictionary<string, int>();
        for (int i = 0; i < samples.Count; i++)
        {
            Join("file " + samples[i].Path, i);
            if (samples[i].Group is { } group) Join("group " + group, i);
        }
        foreach (var members in together)
        {
            for (int i = 1; i < members.Count; i++) _sets.Join(members[0], members[i]);
        }
        RelativeNames = DatasetFingerprint.RelativeNames([.. samples]);
        Names = new string?[samples.Count];
        foreach (int[] members in _sets.Groups())
        {
            string? name = Name(members, samples, seed);
            foreach (int i in members) Names[i] = name;
        }

        void Join(string key, int i)
        {
            if (!firsts.TryAdd(key, i)) _sets.Join(firsts[key], i);
        }
    }

    /// <summary>Of each picture: the given group where it is the only one, else one made of a member's name; null for a picture by itself without a group.</summary>
    public string?[] Names { get; }

    /// <summary>Of each picture, the same on every machine.</summary>
    public string[] RelativeNames { get; }

    /// <summary>All groups, also those of one picture.</summary>
    public IEnumerable<int[]> All() => _sets.Groups();

    // The member whose name hashes lowest names the group: one of k more members changes that with a chance of 1 in k.
    private string? Name(int[] members, IReadOnlyList<Sample> samples, ulong seed)
    {
        string[] given = [.. members.Select(i => samples[i].Group).OfType<string>().Distinct().Take(2)];
        if (given.Length == 1) return given[0];
        if (given.Length == 0 && members.Length == 1) return null;
        string name = RelativeNames[members.MinBy(i => (SplitMix.Hash(SplitMix.Key(seed, 1), RelativeNames[i]), RelativeNames[i]))];
        return $"scene {name}";
    }
}
