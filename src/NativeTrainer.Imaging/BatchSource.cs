namespace NativeTrainer.Imaging;

/// <summary>How a <see cref="BatchSource"/> reads.</summary>
public sealed record BatchOptions
{
    /// <summary>Pictures per batch; the last batch of an epoch may hold fewer.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Pictures decoded at the same time, at least 1. The results do not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Memory for decoded pictures, in bytes; pictures beyond it are decoded again each epoch.</summary>
    public long CacheBytes { get; init; } = 2_000_000_000;

    /// <summary>Batches decoded ahead of the one in use.</summary>
    public int PrefetchBatches { get; init; } = 2;

    /// <summary>Stop at the first file that cannot be decoded instead of leaving it out.</summary>
    public bool Strict { get; init; }

    public ResizeFilter Filter { get; init; } = ResizeFilter.Bilinear;
}

/// <summary>A file that gives no picture.</summary>
/// <param name="Path">The file.</param>
/// <param name="Failure">Its kind.</param>
/// <param name="Reason">One phrase: "is cut off: …".</param>
public sealed record DecodeProblem(string Path, DecodeFailure Failure, string Reason);

/// <summary>Pictures of one step. The object and its arrays are the source's, and are written anew for the next batch.</summary>
public sealed class Batch
{
    internal Batch(int capacity, int pixelBytes)
        => (Images, Labels, SampleIndices, Pixels) = (new RgbImage[capacity], new int[capacity], new int[capacity], new byte[checked(capacity * pixelBytes)]);

    /// <summary>Pictures in this batch; later entries of the arrays are left over.</summary>
    public int Count { get; internal set; }

    public RgbImage[] Images { get; }

    public int[] Labels { get; }

    /// <summary>Indices into <see cref="BatchSource.Samples"/>.</summary>
    public int[] SampleIndices { get; }

    /// <summary>For evaluation (N, Size, Size, 3); empty for training.</summary>
    public byte[] Pixels { get; }
}

/// <summary>
/// Decoded, resized pictures in the order asked for. <see cref="Prepare"/> decodes every file once: it fills the cache and finds the files that
/// give no picture, so that every epoch has the same samples. After that, cached pictures cost nothing and the others are decoded ahead of the step.
/// What comes, and in which order, depends neither on the number of threads nor on the cache.
/// </summary>
public sealed class BatchSource : IDisposable
{
    private readonly BatchOptions _options;
    private readonly IPictureTransform _transform;
    private readonly Sample[] _all;
    private readonly Batch _batch;
    private PictureCache? _cache;
    private List<DecodeProblem> _problems = [];

    private BatchSource(IReadOnlyList<Sample> samples, BatchOptions options, IPictureTransform transform, int pixelBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.PrefetchBatches);
        ArgumentOutOfRangeException.ThrowIfNegative(options.CacheBytes);
        (_all, _options, _transform) = ([.. samples], options, transform);
        _batch = new Batch(options.BatchSize, pixelBytes);
    }

    /// <summary>
    /// For training: whole pictures, shrunk to <paramref name="storeSize"/> where their short side is longer and never enlarged; the augmentation
    /// crops and scales them.
    /// </summary>
    /// <param name="samples">What may be visited.</param>
    /// <param name="storeSize">Short side in pixels: about 1.15 times the training size leaves crops their detail.</param>
    /// <param name="options">Reading.</param>
    public static BatchSource Train(IReadOnlyList<Sample> samples, int storeSize, BatchOptions options) => new(samples, options, new StoreTransform(storeSize), 0);

    /// <summary>For evaluation: short side to <paramref name="size"/> / <paramref name="cropRatio"/>, then the centre <paramref name="size"/> × <paramref name="size"/>.</summary>
    /// <param name="samples">What may be visited.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="cropRatio">0 &lt; ratio ≤ 1, such as 224 / 256 = 0.875.</param>
    /// <param name="options">Reading.</param>
    public static BatchSource Eval(IReadOnlyList<Sample> samples, int size, double cropRatio, BatchOptions options)
        => new(samples, options, new CropTransform(size, cropRatio), checked(size * size * 3));

    /// <summary>The samples that have a picture, in their given order; all of them before <see cref="Prepare"/>.</summary>
    public IReadOnlyList<Sample> Samples => _cache?.Samples ?? _all;

    /// <summary>Files that were left out, in the order of the samples.</summary>
    public IReadOnlyList<DecodeProblem> Problems => _problems;

    /// <summary>Memory that cached pictures take.</summary>
    public long CachedBytes => _cache?.Bytes ?? 0;

    /// <summary>Width · height of the largest picture that may come; known after <see cref="Prepare"/>.</summary>
    public long LargestImagePixels => _cache?.LargestImagePixels ?? 0;

    /// <summary>Decodes every file once. Call it before <see cref="Epoch"/>.</summary>
    /// <param name="progress">Called now and then with the number of files done.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="UserException">A file gives no picture and the source is strict, or no file gives one.</exception>
    public void Prepare(Action<int>? progress = null, CancellationToken cancellation = default)
        => (_cache, _problems) = PictureCache.Fill(_all, _transform, _options, progress, cancellation);

    /// <summary>Batches of an epoch of <paramref name="samples"/> pictures.</summary>
    public int BatchCount(int samples) => (samples + _options.BatchSize - 1) / _options.BatchSize;

    /// <summary>Visits pictures. One epoch at a time.</summary>
    /// <param name="order">Indices into <see cref="Samples"/>, as <see cref="Sampler.Order"/> gives them.</param>
    /// <param name="firstBatch">Where a resumed epoch goes on.</param>
    /// <returns>The one <see cref="Batch"/> object, filled anew each time.</returns>
    /// <exception cref="UserException">A file has gone or changed since <see cref="Prepare"/>.</exception>
    public IEnumerable<Batch> Epoch(int[] order, int firstBatch = 0)
    {
        var cache = _cache ?? throw new InvalidOperationException("call Prepare before Epoch");
        var ahead = new PicturePrefetch(cache, _options, order, firstBatch * _options.BatchSize);
        for (int start = firstBatch * _options.BatchSize; start < order.Length; start += _options.BatchSize)
        {
            _batch.Count = Math.Min(_options.BatchSize, order.Length - start);
            for (int i = 0; i < _batch.Count; i++) Fill(i, order[start + i], ahead.Take(start + i), cache);
            yield return _batch;
        }
    }

    /// <summary>A source over some of this one's pictures, which are not decoded again.</summary>
    /// <param name="samples">As the new source gives them; labels may be others than here.</param>
    /// <param name="places">Of each, its index into <see cref="Samples"/> of this source.</param>
    /// <param name="batchSize">Of the new source.</param>
    public BatchSource Part(IReadOnlyList<Sample> samples, IReadOnlyList<int> places, int batchSize)
    {
        var cache = _cache ?? throw new InvalidOperationException("call Prepare before Part");
        return new BatchSource(samples, _options with { BatchSize = batchSize }, _transform, _batch.Pixels.Length / _options.BatchSize) { _cache = cache.Part([.. samples], places) };
    }

    public void Dispose() => _cache = null;

    private void Fill(int slot, int sample, RgbImage image, PictureCache cache)
    {
        (_batch.Images[slot], _batch.Labels[slot], _batch.SampleIndices[slot]) = (image, cache.Samples[sample].Label, sample);
        if (_batch.Pixels.Length > 0) image.Pixels.CopyTo(_batch.Pixels, slot * image.Pixels.Length);
    }
}
