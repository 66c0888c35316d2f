namespace NativeTrainer.Imaging;

/// <summary>
/// Decodes what the cache lacks ahead of one epoch's reader: at most a window of pictures is in the making or waiting, on at most
/// <see cref="BatchOptions.Threads"/> threads of the pool. Cached pictures pass straight through and cost no allocation.
/// </summary>
internal sealed class PicturePrefetch
{
    private readonly PictureCache _cache;
    private readonly int[] _order;
    private readonly TaskFactory _factory;
    private readonly Task<RgbImage>?[] _window;
    private int _started;

    public PicturePrefetch(PictureCache cache, BatchOptions options, int[] order, int first)
    {
        (_cache, _order, _started) = (cache, order, first);
        _factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, options.Threads).ConcurrentScheduler);
        _window = new Task<RgbImage>?[(options.PrefetchBatches + 1) * options.BatchSize];
    }

    /// <summary>The picture at a position of the order; positions are taken one after the other.</summary>
    public RgbImage Take(int position)
    {
        for (int end = Math.Min(position + _window.Length, _order.Length); _started < end; _started++) Start(_started);
        ref var slot = ref _window[position % _window.Length];
        var task = slot;
        slot = null;
        return task is null ? _cache[_order[position]]! : task.GetAwaiter().GetResult();
    }

    private void Start(int position)
    {
        int sample = _order[position];
        if (_cache[sample] is null) StartDecoding(position, sample);
    }

    // In a method of its own, so that the closure is made only where there is something to decode.
    private void StartDecoding(int position, int sample) => _window[position % _window.Length] = _factory.StartNew(() => _cache.Decode(sample));
}
