using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT204 and NT205: many pictures of few scenes in training, and look-alikes under different labels.</summary>
internal sealed class RedundancyCheck : IAuditCheck
{
    /// <summary>Scenes a picture below which a class is smaller than it looks.</summary>
    private const double Some = 0.9, Few = 0.7;

    public IReadOnlyList<FindingKind> Kinds { get; } = [AmountKinds.Redundancy, AmountKinds.ConflictingLabels];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Copies;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var report = input.Measured.Duplicates(stop);
        if (Redundant(input, report) is { } redundant) yield return redundant;
        if (Conflicts(input, report) is { } conflicts) yield return conflicts;
    }

    private static Finding? Redundant(AuditInput input, DuplicateReport report)
    {
        int pictures = report.Scenes.Sum(scene => scene.Pictures), scenes = report.Scenes.Sum(scene => scene.Scenes);
        if (scenes == pictures || pictures == 0) return null;
        var worst = report.Scenes.Where(scene => scene.Pictures > 0).MinBy(scene => scene.Scenes / (double)scene.Pictures);
        double share = scenes / (double)pictures, least = worst.Scenes / (double)worst.Pictures;
        var groups = report.Groups.OrderByDescending(group => group.Members.Count).ThenBy(group => group.Members[0]);
        return new Finding
        {
            Kind = AmountKinds.Redundancy,
            Severity = least < Few ? Severity.Warning : share < Some ? Severity.Advice : Severity.Note,
            Summary = $"{Amount.Pictures(pictures)} show {Amount.Of(scenes, "distinct scene", "distinct scenes")}; fewest in {input.Index.Classes[worst.Label]}: {Amount.Pictures(worst.Pictures)}, {Amount.Of(worst.Scenes, "scene", "scenes")}.",
            Advice = "Count scenes, not pictures, when you judge whether there is enough; collect other places, days and cameras before more of the same.",
            Figures = [new("pictures", pictures), new("scenes", scenes), new("scenesPerPicture", share), new("leastScenesPerPicture", least)],
            Evidence = [.. groups.Select(group => new Evidence([.. group.Members.Take(6).Select(i => EvidenceOf.File(input.Measured.Sample(i)))], $"one scene, {Amount.Pictures(group.Members.Count)}"))],
        };
    }

    // Those with the same bytes are another check's.
    private static Finding? Conflicts(AuditInput input, DuplicateReport report)
    {
        DuplicatePair[] pairs = [.. report.Conflicts.Where(pair => pair.Kind != DuplicateKind.SameFile).OrderByDescending(pair => pair.Detail).ThenBy(pair => pair.First)];
        if (pairs.Length == 0) return null;
        return new Finding
        {
            Kind = AmountKinds.ConflictingLabels,
            Severity = Severity.Warning,
            Summary = $"{Amount.Of(pairs.Length, "pair of copies has", "pairs of copies have")} different labels.",
            Advice = "Decide each one: in audit.csv set drop or relabel for the wrong copy, and give it back with --fix audit.csv.",
            Figures = [new("pairs", pairs.Length), new("threshold", report.Threshold)],
            Evidence = [.. pairs.Select(pair => Pair(input.Measured.Sample(pair.First), input.Measured.Sample(pair.Second), pair.Detail))],
        };
    }

    // Which label is right only a person can see: both rows say keep until then.
    private static Evidence Pair(AuditSample first, AuditSample second, float detail) => new(
        [EvidenceOf.File(first, new SuggestedFix(FixAction.Keep, second.Class)), EvidenceOf.File(second, new SuggestedFix(FixAction.Keep, first.Class))], $"labelled {first.Class} and {second.Class}", detail);
}
