using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Features;

/// <summary>The caches of one pass: of the features and of each measure, all absent where nothing is kept.</summary>
internal sealed class PassCaches : IDisposable
{
    private readonly ContentCache?[] _measures;

    /// <param name="root">Null keeps nothing.</param>
    /// <param name="network">Null computes no features.</param>
    public PassCaches(string? root, FeatureNetwork? network, IReadOnlyList<IPictureMeasure> measures)
    {
        _measures = new ContentCache?[measures.Count];
        if (root is null) return;
        if (network is not null) Features = new ContentCache(root, network.Key);
        // Measures see the picture at the scale at which it was decoded for this size.
        int shortSide = PictureReader.ShortSide(network);
        for (int i = 0; i < measures.Count; i++) _measures[i] = new ContentCache(root, $"measure|{measures[i].Name}|{measures[i].Version}|{shortSide}");
    }

    public ContentCache? Features { get; }

    public ContentCache? Measure(int measure) => _measures[measure];

    /// <summary>Whether so much waits to be written that <see cref="Save"/> is due.</summary>
    public bool AreFull => All.Any(c => c.IsFull);

    /// <returns>Why it could not be written; null where it was.</returns>
    public string? Save()
    {
        try
        {
            foreach (var cache in All) cache.Save();
            return null;
        }
        catch (UserException error)
        {
            return error.Message;
        }
    }

    public void Dispose()
    {
        foreach (var cache in All) cache.Dispose();
    }

    private IEnumerable<ContentCache> All => _measures.Append(Features).OfType<ContentCache>();
}
