using NativeTrainer.Advice.Features;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>The one pass over the files that fills <see cref="PictureFacts"/>: measuring every picture, or where no check asks for that, reading bytes alone.</summary>
internal static class PictureSurvey
{
    private const int FilesPerReport = 64;

    /// <summary>Decodes and measures every picture once and, in a full audit with weights, computes its features. Results are kept on disk by content: another audit of the same pictures, or another run on them, decodes none.</summary>
    /// <param name="needs">What the checks will ask for.</param>
    public static AuditInput Measure(AuditInput input, AuditOptions options, AuditNeeds needs, IReadOnlyList<Sample>? production, Action<AuditProgress>? progress, CancellationToken stop)
    {
        Sample[] samples = [.. input.Samples.Select(sample => sample.Sample)];
        var (signatures, statistics) = (new SignatureMeasure(samples.Length), new StatisticsMeasure(samples.Length));
        bool full = options.Mode == AuditMode.Full;
        var network = new FeatureOptions { Weights = full && needs.HasFlag(AuditNeeds.Features) ? options.Weights : null, Size = options.Size, Threads = input.Threads };
        using var store = new FeatureStore(network);
        var set = store.Compute(samples, [signatures, statistics], done => progress?.Invoke(new AuditProgress("looking at pictures", done, samples.Length)), stop);
        var problems = set.Unusable.ToDictionary(picture => picture.Index, picture => new DecodeProblem(picture.Path, picture.Failure, picture.Reason));
        var facts = new PictureFacts[samples.Length];
        for (int i = 0; i < facts.Length; i++)
        {
            facts[i] = new PictureFacts
            {
                ContentHash = set.Hashes[i].IsNone ? null : set.Hashes[i].ToString(),
                Problem = problems.GetValueOrDefault(i),
                Signature = signatures.Signatures[i],
                Statistics = statistics.Statistics[i],
            };
        }
        var measured = input with
        {
            Pictures = facts,
            Decoded = Enum.GetValues<SplitName>().ToHashSet(),
            Features = network.Weights is null ? null : new AuditFeatures(Spread(set, samples.Length), set.Width, network),
            Production = production is null ? null : Statistics(production, input.Threads, progress, stop),
        };
        return network.Weights is null || !needs.HasFlag(AuditNeeds.Mirrored) ? measured : measured with { Mirrored = MirroredPictures.Of(measured, store, stop) };
    }

    /// <summary>Hashes each file, and no more.</summary>
    /// <param name="threads">Files read at the same time.</param>
    /// <param name="progress">Hears the number of files done, from any thread.</param>
    public static PictureFacts[] Read(IReadOnlyList<AuditSample> samples, int threads, Action<int>? progress, CancellationToken stop)
    {
        var facts = new PictureFacts[samples.Count];
        int done = 0;
        Parallel.For(0, samples.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = stop }, i =>
        {
            facts[i] = Read(samples[i].Sample);
            int count = Interlocked.Increment(ref done);
            if (count % FilesPerReport == 0 || count == samples.Count) progress?.Invoke(count);
        });
        return facts;
    }

    private static PictureStatistics?[] Statistics(IReadOnlyList<Sample> production, int threads, Action<AuditProgress>? progress, CancellationToken stop)
        => PictureStatisticsReader.Read(production, threads, done => progress?.Invoke(new AuditProgress("looking at production pictures", done, production.Count)), stop).Statistics;

    // One row per sample; those of pictures that do not decode stay 0.
    private static float[] Spread(FeatureSet set, int samples)
    {
        var values = new float[checked(samples * set.Width)];
        for (int i = 0; i < set.Count; i++) set.Row(i).CopyTo(values.AsSpan(set.Indices[i] * set.Width));
        return values;
    }

    private static PictureFacts Read(Sample sample)
    {
        if (sample.Pixels is { } pixels) return new PictureFacts { ContentHash = ContentHash.Of(pixels).ToString() };
        using var file = PictureFile.Read(sample.Path);
        if (file.Failure is { } failure) return new PictureFacts { Problem = new DecodeProblem(sample.Path, failure.Failure, failure.Reason) };
        return new PictureFacts { ContentHash = ContentHash.Of(file.Bytes, sample.Crop).ToString() };
    }
}
