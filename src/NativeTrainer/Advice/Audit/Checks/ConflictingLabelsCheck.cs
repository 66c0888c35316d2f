using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT205: the same bytes under several classes.</summary>
internal sealed class ConflictingLabelsCheck : IAuditCheck
{
    public IReadOnlyList<FindingKind> Kinds { get; } = [AmountKinds.ConflictingLabels];

    public AuditNeeds Needs => AuditNeeds.Files;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var evidence = new List<Evidence>();
        int files = 0;
        foreach (int[] copies in input.Copies)
        {
            AuditSample[] members = [.. copies.Select(i => input.Samples[i])];
            string[] labels = [.. members.Select(sample => sample.Class).Distinct().Order(StringComparer.Ordinal)];
            if (labels.Length < 2) continue;
            files += members.Length;
            // Which label is right only a person can see: every row says keep until then.
            evidence.Add(new Evidence([.. members.Select(sample => EvidenceOf.File(sample, new SuggestedFix(FixAction.Keep, labels.First(label => label != sample.Class))))],
                $"labelled {Amount.List(labels)}"));
        }
        if (evidence.Count == 0) yield break;
        yield return new Finding
        {
            Kind = AmountKinds.ConflictingLabels,
            Severity = Severity.Warning,
            Summary = $"{Amount.Of(evidence.Count, "picture lies", "pictures lie")} under more than one class, in {Amount.Of(files, "file", "files")} with the same bytes.",
            Advice = "Decide each one: in audit.csv set drop or relabel for the wrong copies, and give it back with --fix audit.csv.",
            Figures = [new("pictures", evidence.Count), new("files", files)],
            Evidence = evidence,
        };
    }
}
