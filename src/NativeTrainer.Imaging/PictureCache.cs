using System.Collections.Concurrent;

namespace NativeTrainer.Imaging;

/// <summary>The samples that have a picture, and as many of their pictures as the budget holds: the first of the data set, in its order.</summary>
internal sealed class PictureCache
{
    private readonly IPictureTransform _transform;
    private readonly ConcurrentBag<Resizer> _resizers = [];
    private readonly ResizeFilter _filter;
    private RgbImage?[] _images = [];

    private PictureCache(IPictureTransform transform, ResizeFilter filter) => (_transform, _filter) = (transform, filter);

    public Sample[] Samples { get; private set; } = [];

    public long Bytes { get; private set; }

    public long LargestImagePixels { get; private set; }

    /// <summary>The picture if it is in memory.</summary>
    public RgbImage? this[int sample] => _images[sample];

    /// <summary>Decodes all samples and keeps those that the budget holds.</summary>
    public static (PictureCache Cache, List<DecodeProblem> Problems) Fill(
        Sample[] samples, IPictureTransform transform, BatchOptions options, Action<int>? progress, CancellationToken cancellation)
    {
        var cache = new PictureCache(transform, options.Filter);
        var problems = new List<DecodeProblem>();
        var (kept, images) = (new List<Sample>(samples.Length), new List<RgbImage?>(samples.Length));
        // Blocks in order, so that which pictures are kept does not depend on which thread was first.
        int block = 16 * options.Threads;
        var results = new DecodeResult[block];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
        for (int start = 0; start < samples.Length; start += block)
        {
            int first = start, count = Math.Min(block, samples.Length - start);
            Parallel.ForEach(Runs(samples.AsSpan(first, count)), parallel, run => cache.Read(samples, first + run.Start, results.AsSpan(run.Start, run.Count)));
            for (int i = 0; i < count; i++)
            {
                var (sample, result) = (samples[start + i], results[i]);
                if (result.Success)
                {
                    kept.Add(sample);
                    images.Add(cache.Keep(result.Image, options.CacheBytes));
                    continue;
                }
                if (options.Strict) throw new UserException($"{sample.Path}: {result.Reason}. Mend or remove it, or run without --strict to leave such files out.");
                problems.Add(new DecodeProblem(sample.Path, result.Failure, result.Reason));
            }
            progress?.Invoke(start + count);
        }
        if (kept.Count == 0 && problems.Count > 0)
            throw new UserException($"none of the {samples.Length} files can be decoded; the first is {problems[0].Path}, which {problems[0].Reason}");
        (cache.Samples, cache._images) = ([.. kept], [.. images]);
        return (cache, problems);
    }

    /// <summary>Some of the pictures, under samples that may have other labels.</summary>
    public PictureCache Part(Sample[] samples, IReadOnlyList<int> places)
    {
        RgbImage?[] images = [.. places.Select(place => _images[place])];
        return new PictureCache(_transform, _filter) { Samples = samples, _images = images, Bytes = images.Sum(image => image?.Pixels.LongLength ?? 0), LargestImagePixels = LargestImagePixels };
    }

    /// <summary>Decodes and resizes a sample's picture, from any thread.</summary>
    public RgbImage Decode(int sample)
    {
        var result = Read(Samples[sample]);
        return result.Image ?? throw new UserException($"{Samples[sample].Path}: {result.Reason}, though it could be decoded when the run began. Restore the file and resume.");
    }

    // Neighbours that are parts of one file are decoded together.
    private static List<(int Start, int Count)> Runs(ReadOnlySpan<Sample> samples)
    {
        var runs = new List<(int Start, int Count)>();
        for (int i = 0; i < samples.Length; i++)
        {
            bool same = i > 0 && samples[i].Crop is not null && samples[i].Path == samples[i - 1].Path && samples[i].Pixels is null && samples[i - 1].Pixels is null;
            if (same) runs[^1] = (runs[^1].Start, runs[^1].Count + 1);
            else runs.Add((i, 1));
        }
        return runs;
    }

    private void Read(Sample[] samples, int first, Span<DecodeResult> results)
    {
        if (results.Length == 1)
        {
            results[0] = Read(samples[first]);
            return;
        }
        var targets = new DecodeTarget[results.Length];
        for (int i = 0; i < targets.Length; i++) targets[i] = _transform.Target with { Region = samples[first + i].Crop };
        ImageDecoder.Decode(samples[first].Path, targets).CopyTo(results);
        for (int i = 0; i < targets.Length; i++) results[i] = Transform(results[i]);
    }

    private DecodeResult Read(Sample sample)
        => Transform(sample.Pixels is { } pixels ? Cut(pixels, sample.Crop) : ImageDecoder.Decode(sample.Path, _transform.Target with { Region = sample.Crop }));

    private static DecodeResult Cut(RgbImage pixels, PixelRegion? crop)
    {
        if (crop is not { } wanted) return DecodeResult.Of(pixels);
        return wanted.Within(pixels.Width, pixels.Height) is { } part ? DecodeResult.Of(pixels.Cut(part))
            : DecodeResult.Failed(DecodeFailure.OutsidePicture, $"has {pixels.Width}×{pixels.Height} pixels, and the box {wanted.X},{wanted.Y},{wanted.Width},{wanted.Height} lies outside");
    }

    private DecodeResult Transform(DecodeResult result)
    {
        if (!result.Success) return result;
        if (!_resizers.TryTake(out var resizer)) resizer = new Resizer(_filter);
        var image = _transform.Apply(result.Image, resizer);
        _resizers.Add(resizer);
        return DecodeResult.Of(image);
    }

    private RgbImage? Keep(RgbImage image, long budget)
    {
        LargestImagePixels = Math.Max(LargestImagePixels, (long)image.Width * image.Height);
        if (Bytes + image.Pixels.LongLength > budget) return null;
        Bytes += image.Pixels.LongLength;
        return image;
    }
}
