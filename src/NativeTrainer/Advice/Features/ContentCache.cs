using System.Security.Cryptography;
using System.Text;
using NativeTrainer.Imaging;
using NativeTrainer.Weights;

namespace NativeTrainer.Advice.Features;

/// <summary>
/// Bytes by content hash, in a folder of <see cref="CacheSegment"/>s for one kind of result. Each writer adds files of its own, whole or not at all,
/// so several processes may write at once; what is damaged is not there, and is computed again. Small files are joined when there are many.
/// </summary>
internal sealed class ContentCache : IDisposable
{
    private const int ManySegments = 8;
    private const long SmallSegment = 64 << 20;

    private readonly string _folder;
    private readonly List<CacheSegment> _segments = [];
    private readonly Dictionary<ContentHash, (CacheSegment Segment, CacheSegment.Entry Entry)> _index = [];
    private readonly Dictionary<ContentHash, byte[]> _added = [];
    private readonly Lock _gate = new();
    private long _addedBytes;

    /// <param name="root">The folder of all caches.</param>
    /// <param name="kind">Everything besides the content that decides the result.</param>
    public ContentCache(string root, string kind)
    {
        _folder = Path.Combine(root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(kind)))[..32]);
        foreach (string path in Files())
        {
            if (CacheSegment.Open(path) is not { } segment)
            {
                TryDelete(path);
                continue;
            }
            _segments.Add(segment);
            foreach (var entry in segment.Entries) _index.TryAdd(entry.Key, (segment, entry));
        }
    }

    /// <summary>Whether so much waits to be written that <see cref="Save"/> is due.</summary>
    public bool IsFull => Volatile.Read(ref _addedBytes) >= SmallSegment;

    /// <summary>From any thread; null where there is nothing, or nothing whole.</summary>
    public byte[]? Find(ContentHash key) => _index.TryGetValue(key, out var at) ? at.Segment.Read(at.Entry) : null;

    /// <summary>From any thread.</summary>
    public void Add(ContentHash key, byte[] bytes)
    {
        lock (_gate)
        {
            if (_added.TryAdd(key, bytes)) _addedBytes += bytes.Length;
        }
    }

    /// <summary>Writes what was added, and marks what was there as used. Not while other threads add.</summary>
    /// <exception cref="UserException">The folder cannot be written; the cache is as it was.</exception>
    public void Save()
    {
        foreach (var segment in _segments) Touch(segment.Path);
        if (_added.Count == 0) return;
        var joined = _segments.Where(s => s.Bytes < SmallSegment).ToArray();
        if (joined.Length < ManySegments) joined = [];
        try
        {
            Directory.CreateDirectory(_folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{_folder}: cannot be made ({error.Message})", error);
        }
        AtomicFile.Write(Path.Combine(_folder, Guid.NewGuid().ToString("N") + CacheSegment.Extension), stream => CacheSegment.Write(stream, Records(joined)));
        foreach (var segment in joined) TryDelete(segment.Path);
        _added.Clear();
        _addedBytes = 0;
    }

    public void Dispose()
    {
        foreach (var segment in _segments) segment.Dispose();
    }

    private IEnumerable<(ContentHash Key, byte[] Bytes)> Records(CacheSegment[] joined)
    {
        foreach (var (key, bytes) in _added) yield return (key, bytes);
        foreach (var segment in joined)
        {
            foreach (var entry in segment.Entries)
            {
                if (_added.ContainsKey(entry.Key) || _index[entry.Key].Segment != segment || segment.Read(entry) is not { } bytes) continue;
                yield return (entry.Key, bytes);
            }
        }
    }

    private string[] Files()
    {
        try
        {
            return Directory.Exists(_folder) ? [.. Directory.GetFiles(_folder, "*" + CacheSegment.Extension).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Joined by another process meanwhile, or not ours to touch.
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Left for the next time.
        }
    }
}
