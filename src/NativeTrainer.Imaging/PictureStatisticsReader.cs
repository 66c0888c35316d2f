namespace NativeTrainer.Imaging;

/// <summary>Measures the pictures of samples, in parallel; the result depends on the samples alone.</summary>
public static class PictureStatisticsReader
{
    private const int Block = 64;

    /// <param name="samples">Whole pictures or crops; neighbours of one file are decoded together.</param>
    /// <param name="threads">At least 1.</param>
    /// <param name="progress">Called now and then with the number of samples done.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <returns>For each sample its figures, null where its file gives no picture, and what was wrong with such files.</returns>
    public static (PictureStatistics?[] Statistics, IReadOnlyList<DecodeProblem> Problems) Read(IReadOnlyList<Sample> samples, int threads, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        var statistics = new PictureStatistics?[samples.Count];
        var problems = new DecodeProblem?[samples.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        for (int start = 0; start < samples.Count; start += Block * threads)
        {
            int end = Math.Min(start + Block * threads, samples.Count);
            Parallel.For(start, end, parallel, () => new Resizer(), (i, _, resizer) =>
            {
                (statistics[i], problems[i]) = Read(samples[i], resizer);
                return resizer;
            }, _ => { });
            progress?.Invoke(end);
        }
        return (statistics, [.. problems.OfType<DecodeProblem>()]);
    }

    /// <summary>Measures one sample's picture.</summary>
    /// <param name="sample">A file, a part of one, or pixels.</param>
    /// <param name="resizer">Of the calling thread.</param>
    public static (PictureStatistics? Statistics, DecodeProblem? Problem) Read(Sample sample, Resizer resizer)
    {
        if (sample.Pixels is { } pixels)
        {
            var part = sample.Crop?.Within(pixels.Width, pixels.Height) is { } crop ? pixels.Cut(crop) : pixels;
            return (PictureStatistics.Of(part, part.Width, part.Height, resizer), null);
        }
        var result = ImageDecoder.Decode(sample.Path, new DecodeTarget(PictureStatistics.NormalSide) { Region = sample.Crop });
        if (!result.Success) return (null, new DecodeProblem(sample.Path, result.Failure, result.Reason));
        return (PictureStatistics.Of(result.Image, result.FullWidth, result.FullHeight, resizer), null);
    }
}
