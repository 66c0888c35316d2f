using System.Runtime.InteropServices;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Features;

/// <summary>
/// One pass: threads of the pool read, look up, decode and measure a window of pictures ahead, in order; the caller's thread gathers the crops that
/// are left into batches for the network.
/// </summary>
internal sealed class PicturePass
{
    /// <summary>Batches that may be in the making besides the one in use.</summary>
    private const int BatchesAhead = 2;

    private readonly IReadOnlyList<Sample> _samples;
    private readonly FeatureNetwork? _network;
    private readonly PassCaches _caches;
    private readonly PictureReader _reader;
    private readonly Action<string> _note;
    private readonly TaskFactory _factory;
    private readonly Task<PictureReader.Outcome>?[] _window;
    private readonly int _batch, _width;
    private readonly float[] _values; // (samples, width)
    private readonly int[] _rows; // Samples of the batch that is being gathered.
    private readonly byte[] _pixels; // (batch, size, size, 3)
    private readonly float[] _features; // (batch, width)
    private int _started, _gathered, _fromCache;
    private bool _noted;

    public PicturePass(IReadOnlyList<Sample> samples, FeatureNetwork? network, IReadOnlyList<IPictureMeasure> measures, PassCaches caches, int threads, int batch, Action<string> note)
    {
        (_samples, _network, _caches, _batch, _note) = (samples, network, caches, batch, note);
        _width = network?.Width ?? 0;
        _values = new float[checked(samples.Count * _width)];
        _reader = new PictureReader(network, measures, caches, _values);
        _factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler);
        _window = new Task<PictureReader.Outcome>?[(BatchesAhead + 1) * Math.Max(batch, threads)];
        _rows = new int[batch];
        _pixels = network is null ? [] : new byte[checked(batch * network.Size * network.Size * 3)];
        _features = new float[batch * _width];
    }

    public FeatureSet Run(Action<int>? progress, CancellationToken stop)
    {
        var hashes = new ContentHash[_samples.Count];
        var unusable = new List<UnusablePicture>();
        try
        {
            for (int i = 0; i < _samples.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                var outcome = Take(i);
                hashes[i] = outcome.Hash;
                if (outcome.Failure is { } failure) unusable.Add(new UnusablePicture(i, _samples[i].Path, failure.Failure, failure.Reason));
                else if (outcome.Crop is { } crop) Gather(i, crop, hashes);
                else if (_network is not null) _fromCache++;
                if ((i + 1) % _batch == 0 || i + 1 == _samples.Count) progress?.Invoke(i + 1);
            }
            Flush(hashes);
        }
        finally
        {
            WaitForReaders();
            Save();
        }
        return Collect(hashes, unusable);
    }

    private PictureReader.Outcome Take(int sample)
    {
        for (int end = Math.Min(sample + _window.Length, _samples.Count); _started < end; _started++)
        {
            int next = _started;
            _window[next % _window.Length] = _factory.StartNew(() => _reader.Read(next, _samples[next]));
        }
        ref var slot = ref _window[sample % _window.Length];
        var task = slot!;
        slot = null;
        return task.GetAwaiter().GetResult();
    }

    private void Gather(int sample, RgbImage crop, ContentHash[] hashes)
    {
        crop.Pixels.CopyTo(_pixels, _gathered * crop.Pixels.Length);
        _rows[_gathered++] = sample;
        if (_gathered == _batch) Flush(hashes);
    }

    private void Flush(ContentHash[] hashes)
    {
        if (_gathered == 0) return;
        _network!.Run(_pixels, _gathered, _features.AsSpan(0, _gathered * _width));
        for (int i = 0; i < _gathered; i++)
        {
            var features = _features.AsSpan(i * _width, _width);
            foreach (float value in features)
            {
                if (!float.IsFinite(value)) throw new UserException($"{_samples[_rows[i]].Path}: the weights give features that are not finite for it. Are they those of a run that diverged?");
            }
            features.CopyTo(_values.AsSpan(_rows[i] * _width));
            _caches.Features?.Add(hashes[_rows[i]], MemoryMarshal.AsBytes(features).ToArray());
        }
        _gathered = 0;
        if (!_caches.AreFull) return;
        WaitForReaders();
        Save();
    }

    // Their results stay in the window.
    private void WaitForReaders()
    {
        foreach (var task in _window)
        {
            ((Task?)task)?.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
    }

    private void Save()
    {
        if (_caches.Save() is not { } problem || _noted) return;
        _noted = true;
        _note($"features are not kept for the next time: {problem}");
    }

    private FeatureSet Collect(ContentHash[] hashes, List<UnusablePicture> unusable)
    {
        var left = unusable.Select(u => u.Index).ToHashSet();
        int[] indices = [.. Enumerable.Range(0, _samples.Count).Where(i => !left.Contains(i))];
        var values = _values;
        if (left.Count > 0)
        {
            values = new float[indices.Length * _width];
            for (int i = 0; i < indices.Length; i++) _values.AsSpan(indices[i] * _width, _width).CopyTo(values.AsSpan(i * _width));
        }
        return new FeatureSet([.. indices.Select(i => _samples[i])], indices, values, _width) { Unusable = unusable, Hashes = hashes, FromCache = _fromCache };
    }
}
