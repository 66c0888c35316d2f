using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Advice.Features;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Splits;

/// <summary>A split to make or to mend.</summary>
public sealed record LeakFreeSplitOptions
{
    /// <summary>As for training.</summary>
    public required string Data { get; init; }

    /// <summary>Weights whose features help to find copies; null goes by hashes and thumbnails.</summary>
    public string? Weights { get; init; }

    /// <summary>Mend the split that there is, moving as little as possible, instead of dividing anew.</summary>
    public bool Fix { get; init; }

    /// <summary>An edited <c>audit.csv</c> to apply first; null for none.</summary>
    public string? Corrections { get; init; }

    public double ValidationFraction { get; init; } = 0.2;

    public double TestFraction { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>0 takes all processors; the split does not depend on it.</summary>
    public int Threads { get; init; }
}

/// <summary>A split in which no group lies in two parts.</summary>
/// <param name="Manifest">To be written as a CSV.</param>
/// <param name="Moves">Pictures that changed their part; empty where all was divided anew.</param>
/// <param name="Duplicates">Copies that were found.</param>
/// <param name="Series">Series of shots that were kept together.</param>
/// <param name="Mended">The data had a split, which was mended.</param>
public sealed record LeakFreeSplitResult(SplitManifest Manifest, IReadOnlyList<SplitMove> Moves, DuplicateReport Duplicates, IReadOnlyList<RelatedGroup> Series, bool Mended);

/// <summary>Divides a data set so that copies, series of shots and given groups stay in one part.</summary>
public static class LeakFreeSplit
{
    /// <param name="progress">May be called from any thread.</param>
    /// <exception cref="UserException">The data set cannot be opened, or a share is out of range.</exception>
    public static LeakFreeSplitResult Make(LeakFreeSplitOptions options, Action<AuditProgress>? progress = null, CancellationToken stop = default)
    {
        var index = DatasetIndex.Open(options.Data, new DatasetOptions { ValidationFraction = 0, AllowStraddling = true, Fix = options.Corrections });
        var samples = AuditInput.SamplesOf(index);
        Sample[] pictures = [.. samples.Select(sample => sample.Sample)];
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var signatures = new SignatureMeasure(pictures.Length);
        using var store = new FeatureStore(new FeatureOptions { Weights = options.Weights, Threads = threads });
        var set = store.Compute(pictures, [signatures], done => progress?.Invoke(new AuditProgress("looking at pictures", done, pictures.Length)), stop);
        // What gives no picture stays where its name puts it.
        PictureRecord[] records = [.. set.Indices.Select(i => new PictureRecord(pictures[i].Path, pictures[i].Label, samples[i].Split, pictures[i].Group, signatures.Signatures[i]!))];
        float[]? features = set.Width > 0 ? set.Values : null;
        var duplicates = DuplicateFinder.Find(records, features, new DuplicateOptions { Threads = threads, Decode = i => pictures[set.Indices[i]].Pixels ?? ImageDecoder.Decode(records[i].Path).Image }, stop);
        var series = RelatedPictures.Find(records, index.Classes, features);
        int[][] together = [.. duplicates.Groups.Select(group => group.Members).Concat(series.Select(group => group.Members)).Select(members => members.Select(i => set.Indices[i]).ToArray())];
        bool mend = options.Fix && index.Split(SplitName.Val).Count + index.Split(SplitName.Test).Count > 0;
        if (mend)
        {
            var repaired = SplitRepair.Repair(pictures, [.. samples.Select(sample => sample.Split)], index.Classes, together, options.Seed);
            return new LeakFreeSplitResult(repaired.Manifest, repaired.Moves, duplicates, series, true);
        }
        var shares = new SplitOptions { ValidationFraction = options.ValidationFraction, TestFraction = options.TestFraction, Seed = options.Seed };
        return new LeakFreeSplitResult(SplitMaker.Make(pictures, index.Classes, together, shares), [], duplicates, series, false);
    }
}
