using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT206: the same bytes several times in one part, under one class.</summary>
internal sealed class RepeatedFilesCheck : IAuditCheck
{
    /// <summary>Share of a part above which it is more than a note.</summary>
    private const double Few = 0.01;

    public IReadOnlyList<FindingKind> Kinds { get; } = [AmountKinds.RepeatedFiles];

    public AuditNeeds Needs => AuditNeeds.Files;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var evidence = new List<Evidence>();
        var surplus = new int[Enum.GetValues<SplitName>().Length];
        foreach (int[] copies in input.Copies)
        {
            foreach (var group in copies.Select(i => input.Samples[i]).GroupBy(sample => (sample.Split, sample.Class)).Where(group => group.Count() > 1))
            {
                surplus[(int)group.Key.Split] += group.Count() - 1;
                evidence.Add(new Evidence([.. group.Select((sample, i) => EvidenceOf.File(sample, i == 0 ? null : new SuggestedFix(FixAction.Drop)))], $"the same bytes, {group.Count()} times"));
            }
        }
        if (evidence.Count == 0) yield break;
        int count = surplus.Sum();
        double worst = Enum.GetValues<SplitName>().Max(split => surplus[(int)split] / (double)Math.Max(input.Index.Split(split).Count, 1));
        yield return new Finding
        {
            Kind = AmountKinds.RepeatedFiles,
            Severity = worst > Few ? Severity.Advice : Severity.Note,
            Summary = $"{Amount.Of(count, "file repeats", "files repeat")} another of the same part and class: there are {Amount.Pictures(input.Samples.Count - count)}, not {Amount.Of(input.Samples.Count)}.",
            Advice = "Drop all copies but one: audit.csv has the rows, --fix audit.csv applies them.",
            Figures = [new("surplusFiles", count), new("largestShareOfAPart", worst)],
            Evidence = evidence,
        };
    }
}
