using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.Features;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Advice.Runs.Checks;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>
/// NT406 before any option is chosen: whether the mirror images of the usual augmentation stay near their class. Few pictures, for each is a pass of the network more; crops, its other
/// part, are tried by <c>plan</c>.
/// </summary>
internal sealed class MirrorImageCheck : IAuditCheck
{
    private const int MostMirrored = 64, MostSamples = 2000;

    /// <summary>Short side that pictures are decoded to before they are mirrored, at least.</summary>
    private const int DecodedSide = 512;

    private const string Usual = "light";

    public IReadOnlyList<FindingKind> Kinds { get; } = [TrainingKinds.UnsafeAugmentation];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] train = measured.Of(SplitName.Train), all = measured.Labels(train);
        if (train.Length <= measured.Classes) return [];
        int[] known = [.. Folds.NestedOrder(all, input.Seed).Take(MostSamples).Order()], labels = [.. known.Select(i => all[i])];
        // Each class equally often, so that rare ones are judged too.
        int[] tried = [.. new Sampler(labels, SamplingKind.Balanced, input.Seed).Order(0).Distinct().Take(MostMirrored).Order()];
        Sample[] mirrored = [.. tried.Select(i => Mirrored(measured.Sample(train[known[i]]).Sample)).OfType<Sample>()];
        var risks = mirrored.Length < tried.Length ? [] : Risks(input, measured.Features.Select([.. known.Select(i => train[i])]), labels, tried, mirrored, stop);
        var finding = risks.Count > 0 ? LabelSafetyCheck.OfFeatures(risks, Usual) : LabelSafetyCheck.OfNames(input.Index.Classes, new TrainOptions { Data = "", Augment = Usual });
        return finding is null ? [] : [finding];
    }

    private static IReadOnlyList<AugmentationRisk> Risks(AuditInput input, FeatureMatrix features, int[] labels, int[] tried, Sample[] mirrored, CancellationToken stop)
    {
        using var store = new FeatureStore(input.Features!.Options with { Cache = false });
        var seen = store.Compute(mirrored, stop: stop);
        var neighbours = new ClassNeighbours(features.Values, labels);
        int[] plain = neighbours.Classify(features.Select(tried).Values, tried, AugmentationSafety.Neighbours), turned = neighbours.Classify(seen.Values, tried, AugmentationSafety.Neighbours);
        return AugmentationSafety.Judge([.. tried.Select(i => labels[i])], input.Index.Classes, plain, [("hflip", [turned])]).Risks;
    }

    private static Sample? Mirrored(Sample sample)
    {
        if (SamplePicture.Decode(sample, DecodedSide) is not { } picture) return null;
        var mirror = new byte[picture.Pixels.Length];
        for (int y = 0; y < picture.Height; y++)
            for (int x = 0; x < picture.Width; x++)
                picture.Pixels.AsSpan((y * picture.Width + x) * 3, 3).CopyTo(mirror.AsSpan((y * picture.Width + picture.Width - 1 - x) * 3));
        return new Sample(sample.Path, sample.Label) { Pixels = new RgbImage(mirror, picture.Width, picture.Height) };
    }
}
