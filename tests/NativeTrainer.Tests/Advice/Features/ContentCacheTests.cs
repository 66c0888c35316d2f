using NativeTrainer.Advice.Features;

namespace NativeTrainer.Tests.Advice.Features;

public sealed class ContentCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Root => _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatWasSavedIsFoundAgain()
    {
        Save(("a", [1, 2, 3]), ("empty", []));
        using var cache = Open();
        Assert.Equal([1, 2, 3], cache.Find(Key("a"))!);
        Assert.Empty(cache.Find(Key("empty"))!);
        Assert.Null(cache.Find(Key("b")));
    }

    [Fact]
    public void KindsDoNotMix()
    {
        Save(("a", [1]));
        using var other = new ContentCache(Root, "another kind");
        Assert.Null(other.Find(Key("a")));
    }

    [Fact]
    public void TwoWritersBothKeepTheirRecords()
    {
        using (ContentCache first = Open(), second = Open())
        {
            first.Add(Key("a"), [1]);
            second.Add(Key("a"), [1]);
            second.Add(Key("b"), [2]);
            first.Save();
            second.Save();
        }
        using var cache = Open();
        Assert.Equal([1], cache.Find(Key("a"))!);
        Assert.Equal([2], cache.Find(Key("b"))!);
    }

    [Fact]
    public void ManySmallFilesAreJoinedAndNothingIsLost()
    {
        for (byte i = 0; i < 20; i++) Save(($"{i}", [i]));
        Assert.InRange(Segments().Length, 1, 8);
        using var cache = Open();
        for (byte i = 0; i < 20; i++) Assert.Equal([i], cache.Find(Key($"{i}"))!);
    }

    [Fact]
    public void EveryDamagedByteIsNoticed()
    {
        Save(("a", [1, 2, 3, 4]), ("b", [5, 6, 7, 8]));
        string file = Segments()[0];
        byte[] whole = File.ReadAllBytes(file);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0x10;
            File.WriteAllBytes(file, damaged);
            using var cache = Open();
            var (a, b) = (cache.Find(Key("a")), cache.Find(Key("b")));
            Assert.True(a is null || a.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[1, 2, 3, 4]));
            Assert.True(b is null || b.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[5, 6, 7, 8]));
            Assert.True(a is null || b is null, $"byte {i} was changed and nothing missed it");
        }
    }

    [Fact]
    public void FilesThatAreCutOffAreAsGoodAsAbsent()
    {
        Save(("a", [1, 2, 3, 4]));
        string file = Segments()[0];
        byte[] whole = File.ReadAllBytes(file);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            using var cache = Open();
            Assert.Null(cache.Find(Key("a")));
        }
    }

    [Fact]
    public void TheLeastRecentlyUsedGoesFirst()
    {
        Save(("old", new byte[1000]));
        string old = Segments()[0];
        Save(("new", new byte[1000]));
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        FeatureCacheFolder.Trim(Root, 1500);
        using var cache = Open();
        Assert.Null(cache.Find(Key("old")));
        Assert.NotNull(cache.Find(Key("new")));
    }

    [Fact]
    public void WhatDeadWritersLeftIsTidiedAfterADay()
    {
        string dead = _folder.File("kind/.x.segment.tmp", "half"), alive = _folder.File("kind/.y.segment.tmp", "half");
        File.SetLastWriteTimeUtc(dead, DateTime.UtcNow.AddDays(-2));
        FeatureCacheFolder.Trim(Root, long.MaxValue);
        Assert.False(File.Exists(dead));
        Assert.True(File.Exists(alive));
    }

    private ContentCache Open() => new(Root, "kind");

    private void Save(params (string Key, byte[] Bytes)[] records)
    {
        using var cache = Open();
        foreach (var (key, bytes) in records) cache.Add(Key(key), bytes);
        cache.Save();
    }

    private string[] Segments() => Directory.GetFiles(Root, "*" + CacheSegment.Extension, SearchOption.AllDirectories);

    private static ContentHash Key(string text) => ContentHash.Of(System.Text.Encoding.UTF8.GetBytes(text));
}
