using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Features;

/// <summary>
/// Looks at every picture of a data set once: decoded ahead of the network, its features computed as evaluation would see it (centre crop, norms folded),
/// and everything else measured that was asked for. Results are the same for any number of threads, and with the cache or without.
/// </summary>
public sealed class FeatureStore : IDisposable
{
    private readonly FeatureOptions _options;
    private readonly FeatureNetwork? _network;
    private readonly Action<string> _note;

    /// <param name="options">Network, machine and cache.</param>
    /// <param name="note">Hears in one line where the cache could not be written.</param>
    /// <exception cref="UserException">The weights or the device cannot be used.</exception>
    public FeatureStore(FeatureOptions options, Action<string>? note = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        (_options, _note) = (options, note ?? (_ => { }));
        if (options.Weights is { } weights) _network = new FeatureNetwork(weights, options);
    }

    /// <summary>Features of a picture; 0 without a network.</summary>
    public int Width => _network?.Width ?? 0;

    /// <summary>What a picture is decoded for, in pixels: it comes no smaller, where the file has so much.</summary>
    internal int ShortSide => PictureReader.ShortSide(_network);

    /// <summary>One pass over pictures.</summary>
    /// <param name="samples">Any; labels are not looked at.</param>
    /// <param name="measures">What to measure beside the features, each with a name of its own.</param>
    /// <param name="progress">Called now and then with the number of samples done.</param>
    /// <param name="stop">Stops between pictures; what was computed until then stays in the cache.</param>
    /// <exception cref="UserException">The network gives features that are not finite.</exception>
    public FeatureSet Compute(IReadOnlyList<Sample> samples, IReadOnlyList<IPictureMeasure>? measures = null, Action<int>? progress = null, CancellationToken stop = default)
    {
        string? root = _options.Cache ? _options.CacheFolder ?? FeatureCacheFolder.Default : null;
        using var caches = new PassCaches(root, _network, measures ?? []);
        int threads = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
        var pass = new PicturePass(samples, _network, measures ?? [], caches, threads, _options.Batch, _note);
        var set = pass.Run(progress, stop);
        if (root is not null) FeatureCacheFolder.Trim(root, _options.CacheBytes);
        return set;
    }

    public void Dispose() => _network?.Dispose();
}
