using System.Security.Cryptography;

namespace NativeTrainer.Imaging.Tests;

public class BatchSourceTests
{
    private const int Count = 23;

    // What comes depends neither on threads, nor on the cache, nor on how far ahead is read.
    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(1, long.MaxValue, 2)]
    [InlineData(2, 0, 2)]
    [InlineData(4, 5000, 1)]
    [InlineData(7, 20000, 5)]
    public void BatchesAreTheSameHoweverTheyAreRead(int threads, long cacheBytes, int prefetch)
    {
        using var folder = Mixed(out var samples);
        var options = new BatchOptions { BatchSize = 4, Threads = threads, CacheBytes = cacheBytes, PrefetchBatches = prefetch };
        var plain = new BatchOptions { BatchSize = 4, Threads = 1, CacheBytes = 0, PrefetchBatches = 0 };
        using var train = BatchSource.Train(samples, 20, options);
        using var trainPlain = BatchSource.Train(samples, 20, plain);
        Assert.Equal(TwoEpochs(trainPlain), TwoEpochs(train));
        using var eval = BatchSource.Eval(samples, 16, 0.875, options);
        using var evalPlain = BatchSource.Eval(samples, 16, 0.875, plain);
        Assert.Equal(TwoEpochs(evalPlain), TwoEpochs(eval));
        Assert.Equal(train.Problems, trainPlain.Problems);
        Assert.InRange(train.CachedBytes, cacheBytes > 0 ? 1 : 0, cacheBytes);
    }

    [Fact]
    public void AnEpochGoesOnWhereItWasStopped()
    {
        using var folder = Mixed(out var samples);
        using var source = BatchSource.Train(samples, 20, new BatchOptions { BatchSize = 4, Threads = 2, CacheBytes = 3000 });
        source.Prepare();
        int[] order = Sampler(source).Order(5);
        Assert.Equal(6, source.BatchCount(order.Length));
        var whole = source.Epoch(order).Select(Digest).ToList();
        for (int first = 0; first <= whole.Count; first++) Assert.Equal(whole[first..], source.Epoch(order, first).Select(Digest));
        // A reader that leaves in the middle does no harm.
        Assert.Equal(whole[0], Digest(source.Epoch(order).First()));
        Assert.Equal(whole, source.Epoch(order).Select(Digest));
    }

    [Fact]
    public void EachPictureComesOnceWithItsLabel()
    {
        using var folder = Mixed(out var samples);
        using var source = BatchSource.Train(samples, 20, new BatchOptions { BatchSize = 4, Threads = 2 });
        source.Prepare();
        var seen = new List<int>();
        var counts = new List<int>();
        foreach (var batch in source.Epoch(Sampler(source).Order(0)))
        {
            counts.Add(batch.Count);
            for (int i = 0; i < batch.Count; i++) Assert.Equal(source.Samples[batch.SampleIndices[i]].Label, batch.Labels[i]);
            seen.AddRange(batch.SampleIndices[..batch.Count]);
        }
        Assert.Equal([4, 4, 4, 4, 4, 3], counts);
        Assert.Equal(Enumerable.Range(0, Count), seen.Order());
    }

    [Fact]
    public void FilesWithoutAPictureAreNamedAndLeftOut()
    {
        using var folder = Mixed(out var samples);
        var broken = Break(folder, samples);
        int done = 0;
        using var source = BatchSource.Train(samples, 20, new BatchOptions { Threads = 3 });
        source.Prepare(count => done = count);
        Assert.Equal(samples.Length, done);
        Assert.Equal(broken, source.Problems);
        Assert.Equal(samples.Where(s => broken.All(p => p.Path != s.Path)), source.Samples);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void StrictStopsAtTheFirstOfThem(int threads)
    {
        using var folder = Mixed(out var samples);
        string path = Break(folder, samples)[0].Path;
        using var source = BatchSource.Train(samples, 20, new BatchOptions { Threads = threads, Strict = true });
        Assert.Equal($"{path}: is empty (0 bytes). Mend or remove it, or run without --strict to leave such files out.", Assert.Throws<UserException>(() => source.Prepare()).Message);
    }

    [Fact]
    public void NoPictureAtAllIsAMistake()
    {
        using var folder = new TempFolder();
        Sample[] samples = [new(folder.Write("a.jpg", "text"), 0), new(folder["b.jpg"], 1)];
        using var source = BatchSource.Eval(samples, 8, 1, new BatchOptions());
        Assert.Equal($"none of the 2 files can be decoded; the first is {samples[0].Path}, which is text", Assert.Throws<UserException>(() => source.Prepare()).Message);
    }

    [Fact]
    public void AFileThatVanishesLaterIsNamed()
    {
        using var folder = Mixed(out var samples);
        using var source = BatchSource.Train(samples, 20, new BatchOptions { CacheBytes = 0, Threads = 2 });
        source.Prepare();
        File.Delete(samples[9].Path);
        string message = Assert.Throws<UserException>(() => source.Epoch(Sampler(source).Order(0)).Count()).Message;
        Assert.StartsWith($"{samples[9].Path}: cannot be read", message);
        Assert.EndsWith("Restore the file and resume.", message);
    }

    [Fact]
    public void PreparingCanBeCancelled()
    {
        using var folder = Mixed(out var samples);
        using var source = BatchSource.Train([.. Enumerable.Repeat(samples, 20).SelectMany(s => s)], 20, new BatchOptions());
        using var stop = new CancellationTokenSource();
        int calls = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => source.Prepare(_ =>
        {
            calls++;
            stop.Cancel();
        }, stop.Token));
        Assert.Equal(1, calls);
        Assert.Throws<InvalidOperationException>(() => source.Epoch([0]).Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CachedBatchesAllocateNothing(bool training)
    {
        using var folder = Mixed(out var samples);
        var options = new BatchOptions { BatchSize = 2, Threads = 2 };
        using var source = training ? BatchSource.Train(samples, 20, options) : BatchSource.Eval(samples, 16, 0.875, options);
        source.Prepare();
        using var epoch = source.Epoch(Sampler(source).Order(0)).GetEnumerator();
        Assert.True(epoch.MoveNext());
        long before = GC.GetAllocatedBytesForCurrentThread();
        int batches = 1;
        while (epoch.MoveNext()) batches++;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(12, batches);
    }

    [Fact]
    public void TrainingPicturesAreShrunkButNeverEnlarged()
    {
        var large = Pictures.Noise(60, 40, 1);
        var small = Pictures.Noise(15, 300, 2);
        using var source = BatchSource.Train([InMemory(large), InMemory(small)], 20, new BatchOptions());
        source.Prepare();
        var batch = source.Epoch([0, 1]).Single();
        Assert.Equal(new Resizer().Resize(large, 30, 20).Pixels, batch.Images[0].Pixels);
        Assert.Same(small, batch.Images[1]);
        Assert.Equal(15 * 300, source.LargestImagePixels);
        Assert.Empty(batch.Pixels);
    }

    [Theory]
    [InlineData(ResizeFilter.Bilinear)]
    [InlineData(ResizeFilter.Bicubic)]
    public void EvaluationPicturesAreCentreCropsInOneArray(ResizeFilter filter)
    {
        RgbImage[] images = [Pictures.Noise(60, 40, 1), Pictures.Noise(7, 9, 2), Pictures.Noise(500, 1, 3)];
        using var source = BatchSource.Eval([.. images.Select(InMemory)], 16, 0.8, new BatchOptions { BatchSize = 5, Filter = filter });
        source.Prepare();
        var batch = source.Epoch([2, 0, 1]).Single();
        byte[] expected = [.. new[] { 2, 0, 1 }.SelectMany(i => new Resizer(filter).CentreCrop(images[i], 20, 16).Pixels)];
        Assert.Equal(expected, batch.Pixels[..expected.Length]);
        Assert.Equal(5 * 16 * 16 * 3, batch.Pixels.Length);
    }

    // Resized whole, this line would be longer than an int counts.
    [Fact]
    public void AnEndlessLineIsAPictureToo()
    {
        using var source = BatchSource.Eval([InMemory(new RgbImage(new byte[27_000_000], 9_000_000, 1))], 256, 1, new BatchOptions());
        source.Prepare();
        Assert.All(source.Epoch([0]).Single().Pixels[..(256 * 256 * 3)], value => Assert.Equal(0, value));
    }

    [Fact]
    public void TheBadImagesAreNamedAndTheOthersTrained()
    {
        var index = DatasetIndex.Open(Material.Path("bad-images"), new DatasetOptions { ValidationFraction = 0 });
        using var source = BatchSource.Train(index.Split(SplitName.Train), 256, new BatchOptions { BatchSize = 8, Threads = 2 });
        source.Prepare();
        string root = Material.Path("bad-images");
        string[] unusable = [.. ImageDecoderFileTests.Expected.Where(e => !char.IsDigit(e.Value[0])).Select(e => e.Key)
            .Where(f => !Path.GetFileName(f).StartsWith('.') && Path.GetFileName(f) is not ("Thumbs.db" or "directory.jpg")).Order(StringComparer.Ordinal)];
        Assert.Equal(unusable, source.Problems.Select(p => Path.GetRelativePath(root, p.Path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        int seen = source.Epoch(Sampler(source).Order(0)).Sum(b => b.Count);
        Assert.Equal(index.Split(SplitName.Train).Count - unusable.Length, seen);
    }

    // Sizes below and above the stored size, PNG and JPEG.
    private static TempFolder Mixed(out Sample[] samples)
    {
        var folder = new TempFolder();
        samples = new Sample[Count];
        for (int i = 0; i < Count; i++)
        {
            var image = Pictures.Noise(10 + 7 * (i % 9), 12 + 5 * (i % 7), i);
            samples[i] = new Sample(i % 2 == 0 ? folder.Write($"{i}.png", ImageWriter.EncodePng(image)) : folder.Write($"{i}.jpg", ImageWriter.EncodeJpeg(image)), i % 3);
        }
        return folder;
    }

    private static DecodeProblem[] Break(TempFolder folder, Sample[] samples)
    {
        File.Delete(samples[20].Path);
        File.WriteAllBytes(samples[3].Path, []);
        File.WriteAllText(samples[4].Path, "version https://git-lfs.github.com/spec/v1\n");
        return
        [
            new(samples[3].Path, DecodeFailure.Empty, "is empty (0 bytes)"),
            new(samples[4].Path, DecodeFailure.NotAnImage, "is a Git LFS pointer, not the picture: run 'git lfs pull'"),
            new(samples[20].Path, DecodeFailure.Unreadable, $"cannot be read (Could not find file '{samples[20].Path}'.)"),
        ];
    }

    private static Sample InMemory(RgbImage image) => new("memory", 0) { Pixels = image };

    private static Sampler Sampler(BatchSource source) => new([.. source.Samples.Select(s => s.Label)], SamplingKind.Shuffle, 11);

    private static List<string> TwoEpochs(BatchSource source)
    {
        source.Prepare();
        var sampler = Sampler(source);
        return [.. source.Epoch(sampler.Order(0)).Concat(source.Epoch(sampler.Order(1))).Select(Digest)];
    }

    // Everything that a reader sees of a batch.
    private static string Digest(Batch batch)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < batch.Count; i++) hash.AppendData(batch.Images[i].Pixels);
        hash.AppendData(batch.Pixels, 0, batch.Pixels.Length / batch.Images.Length * batch.Count);
        var (labels, indices) = (batch.Labels[..batch.Count], batch.SampleIndices[..batch.Count]);
        return $"{string.Join(' ', labels)} | {string.Join(' ', indices)} | {string.Join(' ', batch.Images[..batch.Count].Select(i => i.Width))} | {Convert.ToHexString(hash.GetHashAndReset())}";
    }
}
