using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Runs.Checks;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT406 before any option is chosen: whether the mirror images of the usual augmentation stay near their class. Crops, its other part, are tried by <c>plan</c>.</summary>
internal sealed class MirrorImageCheck : IAuditCheck
{
    private const string Usual = "light";

    public IReadOnlyList<FindingKind> Kinds { get; } = [TrainingKinds.UnsafeAugmentation];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features | AuditNeeds.Mirrored;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        int[] known = MirroredPictures.Known(input);
        if (known.Length <= input.Measured.Classes) return [];
        var risks = Risks(input, known);
        var finding = risks.Count > 0 ? LabelSafetyCheck.OfFeatures(risks, Usual) : LabelSafetyCheck.OfNames(input.Index.Classes, new TrainOptions { Data = "", Augment = Usual });
        return finding is null ? [] : [finding];
    }

    private static IReadOnlyList<AugmentationRisk> Risks(AuditInput input, int[] known)
    {
        var (measured, mirrored) = (input.Measured, input.Mirrored!);
        if (mirrored.Tried.Length == 0) return [];
        int[] own = [.. mirrored.Tried.Select(position => Array.BinarySearch(known, position))];
        var neighbours = new ClassNeighbours(measured.Features.Select(known).Values, measured.Labels(known));
        int[] plain = neighbours.Classify(measured.Features.Select(mirrored.Tried).Values, own, AugmentationSafety.Neighbours), turned = neighbours.Classify(mirrored.Features, own, AugmentationSafety.Neighbours);
        return AugmentationSafety.Judge(measured.Labels(mirrored.Tried), input.Index.Classes, plain, [("hflip", [turned])]).Risks;
    }
}
