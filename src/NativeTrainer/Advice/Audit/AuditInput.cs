using NativeTrainer.Advice.Features;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>One labelled picture of the data set.</summary>
/// <param name="Sample">Path, label, group.</param>
/// <param name="Class">The label's name.</param>
internal sealed record AuditSample(Sample Sample, SplitName Split, string Class)
{
    public string Path => Sample.Path;
}

/// <summary>What one file showed when it was read. A check's measurement of single pictures is another member here, filled in <see cref="PictureSurvey"/>.</summary>
internal sealed record PictureFacts
{
    /// <summary>SHA-256 of the file's bytes, hexadecimal; of the pixels for pictures without a file. Null where it could not be read.</summary>
    public string? ContentHash { get; init; }

    /// <summary>Why there is no picture; null where there is one, or where nobody looked (<see cref="AuditInput.Decoded"/>).</summary>
    public DecodeProblem? Problem { get; init; }

    /// <summary>What copies are told by; null where nobody looked.</summary>
    public PictureSignature? Signature { get; init; }

    /// <summary>Light, sharpness, colour, size; null where nobody looked.</summary>
    public PictureStatistics? Statistics { get; init; }
}

/// <summary>Features of a network's last pooling layer.</summary>
/// <param name="Values">(samples, <paramref name="Width"/>), row-major, in the order of <see cref="AuditInput.Samples"/>; rows of pictures that do not decode are 0.</param>
/// <param name="Options">The weights that gave them, and how.</param>
internal sealed record AuditFeatures(float[] Values, int Width, FeatureOptions Options)
{
    public string Weights => Options.Weights!;
}

/// <summary>Everything the checks look at, gathered once. What was not gathered is null, and checks that need it do not run.</summary>
internal sealed record AuditInput
{
    public required DatasetIndex Index { get; init; }

    /// <summary>Train, then val, then test, each in the data set's order.</summary>
    public required IReadOnlyList<AuditSample> Samples { get; init; }

    /// <summary>Of each sample.</summary>
    public required IReadOnlyList<PictureFacts> Pictures { get; init; }

    /// <summary>Parts whose every file was decoded.</summary>
    public required IReadOnlySet<SplitName> Decoded { get; init; }

    public AuditFeatures? Features { get; init; }

    /// <summary>Null where nobody computed them.</summary>
    public MirroredPictures? Mirrored { get; init; }

    /// <summary>Statistics of unlabelled pictures as the network will meet them, null for those that do not decode; null where none were given.</summary>
    public IReadOnlyList<PictureStatistics?>? Production { get; init; }

    /// <summary>At least 1; findings do not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Of checks that draw at random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The samples with a picture; for checks that need <see cref="AuditNeeds.Measures"/>.</summary>
    public MeasuredPictures Measured => field ??= new MeasuredPictures(this);

    /// <summary>Groups of two or more samples with the same content, in the order of their first sample; members are indices into <see cref="Samples"/>, ascending.</summary>
    public IReadOnlyList<int[]> Copies => field ??= FindCopies();

    public AuditNeeds Has => AuditNeeds.Files | (Decoded.Count > 0 ? AuditNeeds.Decoding : 0) | (Pictures.Any(picture => picture.Signature is not null) ? AuditNeeds.Measures | AuditNeeds.Copies : 0)
        | (Features is null ? 0 : AuditNeeds.Features) | (Mirrored is null ? 0 : AuditNeeds.Mirrored) | (Production is null ? 0 : AuditNeeds.Production);

    public static IReadOnlyList<AuditSample> SamplesOf(DatasetIndex index)
        => [.. Enum.GetValues<SplitName>().SelectMany(split => index.Split(split).Select(sample => new AuditSample(sample, split, index.Classes[sample.Label])))];

    /// <summary>Pictures per class of a part, those that do not decode left out.</summary>
    public int[] UsableCounts(SplitName split)
    {
        var counts = new int[Index.Classes.Count];
        for (int i = 0; i < Samples.Count; i++)
        {
            if (Samples[i].Split == split && Pictures[i].Problem is null) counts[Samples[i].Sample.Label]++;
        }
        return counts;
    }

    private IReadOnlyList<int[]> FindCopies()
    {
        var groups = new Dictionary<string, List<int>>();
        for (int i = 0; i < Samples.Count; i++)
        {
            // A file that is listed twice is one file, and damaged ones often are the same empty bytes.
            if (Pictures[i] is not { ContentHash: string hash, Problem: null }) continue;
            if (!groups.TryGetValue(hash, out var members)) groups[hash] = members = [];
            members.Add(i);
        }
        return [.. groups.Values.Where(members => members.Count > 1).OrderBy(members => members[0]).Select(members => members.ToArray())];
    }
}
