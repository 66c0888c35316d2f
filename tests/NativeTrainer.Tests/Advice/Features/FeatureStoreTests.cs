using System.Collections.Concurrent;
using NativeTrainer.Advice.Features;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Tests.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Advice.Features;

public sealed class FeatureStoreTests : IDisposable
{
    private const int Size = 32;

    private readonly SmallPictures _pictures = new(5, 2);
    private readonly IReadOnlyList<Sample> _samples;

    public FeatureStoreTests() => _samples = DatasetIndex.Open(_pictures.Data).Split(SplitName.Train);

    private string CacheFolder => _pictures.In("cache");

    private FeatureOptions Options => new() { Weights = _pictures.Weights, Size = Size, Threads = 2, Batch = 4, CacheFolder = CacheFolder };

    public void Dispose() => _pictures.Dispose();

    [Fact]
    public void FeaturesAreThoseOfEvaluation()
    {
        var weights = ModelFile.Load(_pictures.Weights);
        using var device = new CpuDevice(1);
        using var model = ModelTransfer.Load(_pictures.Weights, weights, device);
        using var session = new InferenceSession(model, Size, 4, InferenceOutput.Features);
        using var arena = device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        using var source = BatchSource.Eval(_samples, Size, weights.Spec.Preprocessing.CropRatio, new BatchOptions { BatchSize = 4 });
        source.Prepare();
        Assert.Equal(session.Run(source), Compute(Options).Values);
    }

    [Fact]
    public void TheSecondPassComesFromTheCacheBitForBit()
    {
        var first = Compute(Options);
        var second = Compute(Options);
        Assert.Equal(0, first.FromCache);
        Assert.Equal(_samples.Count, second.FromCache);
        Assert.Equal(first.Values, second.Values);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 1)]
    [InlineData(3, 16)]
    public void NeitherThreadsNorBatchesChangeABit(int threads, int batch)
        => Assert.Equal(Compute(Options with { Cache = false }).Values, Compute(Options with { Cache = false, Threads = threads, Batch = batch }).Values);

    [Fact]
    public void OtherSizesWeightsAndSeedsHaveResultsOfTheirOwn()
    {
        var plain = Compute(Options);
        foreach (var other in (FeatureOptions[])[Options with { Size = 40 }, Options with { RandomSeed = 2 }, Options with { RandomSeed = 3 }])
        {
            var set = Compute(other);
            Assert.Equal(0, set.FromCache);
            Assert.NotEqual(plain.Values, set.Values);
        }
    }

    [Fact]
    public void ADamagedCacheIsComputedAgain()
    {
        var first = Compute(Options);
        foreach (string file in Directory.GetFiles(CacheFolder, "*", SearchOption.AllDirectories)) File.WriteAllBytes(file, File.ReadAllBytes(file)[..^3]);
        var second = Compute(Options);
        Assert.Equal(0, second.FromCache);
        Assert.Equal(first.Values, second.Values);
        Assert.Equal(_samples.Count, Compute(Options).FromCache);
    }

    [Fact]
    public void ACacheThatCannotBeWrittenIsANote()
    {
        File.WriteAllText(CacheFolder, "a file, no folder");
        var notes = new List<string>();
        using var store = new FeatureStore(Options, notes.Add);
        Assert.Equal(_samples.Count, store.Compute(_samples).Count);
        Assert.StartsWith("features are not kept for the next time: ", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutACacheNothingIsWritten()
    {
        Compute(Options with { Cache = false });
        Assert.False(Directory.Exists(CacheFolder));
    }

    [Fact]
    public void TwoPassesAtOnceAgree()
    {
        var results = new FeatureSet[2];
        Parallel.For(0, 2, i => results[i] = Compute(Options));
        Assert.Equal(results[0].Values, results[1].Values);
        Assert.Equal(_samples.Count, Compute(Options).FromCache);
    }

    [Fact]
    public void FilesWithoutAPictureAreNamedAndLeftOut()
    {
        string text = _pictures.In("notes.png"), gone = _pictures.In("gone.png");
        File.WriteAllText(text, "no picture");
        Sample[] samples = [new(text, 0), _samples[0], new(gone, 1), _samples[1]];
        using var store = new FeatureStore(Options);
        var set = store.Compute(samples);
        Assert.Equal([1, 3], set.Indices);
        Assert.Equal([_samples[0], _samples[1]], set.Samples);
        Assert.Equal(Compute(Options).Values[..(2 * set.Width)], set.Values);
        Assert.Equal([(0, text, DecodeFailure.NotAnImage), (2, gone, DecodeFailure.Unreadable)], set.Unusable.Select(u => (u.Index, u.Path, u.Failure)));
        Assert.Equal("is text", set.Unusable[0].Reason);
        Assert.True(set.Hashes[2].IsNone);
    }

    [Fact]
    public void NoSamplesAreNoError()
    {
        using var store = new FeatureStore(Options);
        Assert.Equal(0, store.Compute([]).Count);
    }

    [Fact]
    public void HashesAreThoseOfSha256()
        => Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ContentHash.Of("abc"u8).ToString());

    [Fact]
    public void MeasuresSeeEachPictureOnceAndThenTheCache()
    {
        var first = new SizeMeasure(_samples.Count);
        Compute(Options, first);
        Assert.Equal(_samples.Count, first.Measured.Count);
        Assert.All(first.Slots, slot => Assert.Equal("40x40", slot));
        var second = new SizeMeasure(_samples.Count);
        Compute(Options, second);
        Assert.Empty(second.Measured);
        Assert.Equal(first.Slots, second.Slots);
    }

    [Fact]
    public void AMeasureThatIsNewIsTakenWhereFeaturesAreKept()
    {
        Compute(Options);
        var measure = new SizeMeasure(_samples.Count);
        Assert.Equal(_samples.Count, Compute(Options, measure).FromCache);
        Assert.Equal(_samples.Count, measure.Measured.Count);
    }

    [Fact]
    public void AKeptResultThatAMeasureRefusesIsMeasuredAgain()
    {
        Compute(Options, new SizeMeasure(_samples.Count));
        var measure = new SizeMeasure(_samples.Count) { Refuses = true };
        Compute(Options, measure);
        Assert.Equal(_samples.Count, measure.Measured.Count);
    }

    [Fact]
    public void MeasuresNeedNoNetwork()
    {
        var measure = new SizeMeasure(_samples.Count);
        var set = Compute(Options with { Weights = null }, measure);
        Assert.Equal((_samples.Count, 0), (set.Count, set.Width));
        Assert.Equal(_samples.Count, measure.Measured.Count);
    }

    [Fact]
    public void PicturesInMemoryArePictures()
    {
        var pixels = ImageDecoder.Decode(_samples[0].Path).Image!;
        using var store = new FeatureStore(Options);
        var set = store.Compute([_samples[0], new Sample("in memory", 0) { Pixels = pixels }]);
        Assert.Equal(set.Row(0).ToArray(), set.Row(1).ToArray());
        Assert.NotEqual(set.Hashes[0], set.Hashes[1]);
    }

    // Larger than what the pass shrinks to, and lying on its side.
    [Fact]
    public void MeasuresHearTheSizeInTheFileAsItStandsUpright()
    {
        string path = _pictures.In("lying.jpg");
        ImageWriter.Write(new RgbImage(new byte[400 * 300 * 3], 400, 300), path);
        byte[] jpeg = File.ReadAllBytes(path);
        byte[] turned = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        File.WriteAllBytes(path, [.. jpeg[..2], .. turned, .. jpeg[2..]]);
        var measure = new SizeMeasure(1);
        using var store = new FeatureStore(Options);
        store.Compute([new Sample(path, 0)], [measure]);
        Assert.Equal("300x400", measure.Slots[0]);
        Assert.InRange(measure.Shortest, Size, 299);
    }

    [Fact]
    public void WhatWasComputedBeforeAnInterruptionIsKept()
    {
        using var store = new FeatureStore(Options with { Batch = 1 });
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => store.Compute(_samples, progress: done => { if (done == 3) stop.Cancel(); }, stop: stop.Token));
        Assert.Equal(3, Compute(Options with { Batch = 1 }).FromCache);
    }

    [Fact]
    public void TooSmallASizeIsRefused()
        => Assert.Contains("give at least 4", Assert.Throws<UserException>(() => new FeatureStore(Options with { Size = 3 })).Message, StringComparison.Ordinal);

    private FeatureSet Compute(FeatureOptions options, params IPictureMeasure[] measures)
    {
        using var store = new FeatureStore(options);
        return store.Compute(_samples, measures);
    }

    private sealed class SizeMeasure(int count) : IPictureMeasure
    {
        public string?[] Slots { get; } = new string?[count];

        public ConcurrentBag<int> Measured { get; } = [];

        public int Shortest { get; private set; }

        public bool Refuses { get; init; }

        public string Name => "size";

        public int Version => 1;

        public byte[] Measure(int sample, in MeasuredPicture picture)
        {
            Measured.Add(sample);
            Shortest = picture.Image.ShortSide;
            Slots[sample] = $"{picture.Width}x{picture.Height}";
            return System.Text.Encoding.UTF8.GetBytes(Slots[sample]!);
        }

        public bool Restore(int sample, ReadOnlySpan<byte> result)
        {
            if (!Refuses) Slots[sample] = System.Text.Encoding.UTF8.GetString(result);
            return !Refuses;
        }
    }
}
