namespace NativeTrainer.Imaging;

public enum SamplingKind
{
    /// <summary>The order of the data set.</summary>
    Sequential,

    /// <summary>Each picture once per epoch, in a new order each epoch.</summary>
    Shuffle,

    /// <summary>Each class equally often (to within one picture), in a new order each epoch: pictures of small classes repeat, some of large classes are left out.</summary>
    Balanced,
}

/// <summary>
/// The order in which an epoch visits the pictures: a pure function of (seed, epoch), the same on every machine and for any number of threads,
/// so a resumed run visits the same pictures.
/// </summary>
public sealed class Sampler
{
    private readonly int[] _labels;
    private readonly SamplingKind _kind;
    private readonly ulong _seed;

    /// <param name="labels">Class index of each picture, 0 or more.</param>
    /// <param name="kind">How often and in which order pictures come.</param>
    /// <param name="seed">The run's seed.</param>
    public Sampler(IReadOnlyList<int> labels, SamplingKind kind, ulong seed)
        => (_labels, _kind, _seed) = ([.. labels], kind, seed);

    /// <summary>Pictures per epoch: as many as the data set has.</summary>
    public int Count => _labels.Length;

    /// <summary>Indices of the epoch's pictures.</summary>
    /// <param name="epoch">From 0.</param>
    public int[] Order(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (_kind == SamplingKind.Balanced) return Balanced(epoch);
        int[] order = [.. Enumerable.Range(0, _labels.Length)];
        if (_kind == SamplingKind.Shuffle) Shuffle(order, SplitMix.Key(_seed, (ulong)epoch));
        return order;
    }

    private int[] Balanced(int epoch)
    {
        var classes = Enumerable.Range(0, _labels.Length).GroupBy(i => _labels[i]).OrderBy(c => c.Key).Select(c => c.ToArray()).ToArray();
        for (int c = 0; c < classes.Length; c++) Shuffle(classes[c], SplitMix.Key(_seed, (ulong)epoch, (ulong)c + 1));
        // Where the count is no multiple of the classes, which of them get one picture more changes with the epoch.
        int[] turn = [.. Enumerable.Range(0, classes.Length)];
        Shuffle(turn, SplitMix.Key(_seed, (ulong)epoch, (ulong)classes.Length + 1));
        var order = new int[_labels.Length];
        for (int i = 0; i < order.Length; i++)
        {
            int[] members = classes[turn[i % classes.Length]];
            order[i] = members[i / classes.Length % members.Length];
        }
        Shuffle(order, SplitMix.Key(_seed, (ulong)epoch));
        return order;
    }

    // Fisher and Yates, from the end.
    private static void Shuffle(int[] items, ulong key)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = SplitMix.Below(key, (ulong)i, i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
