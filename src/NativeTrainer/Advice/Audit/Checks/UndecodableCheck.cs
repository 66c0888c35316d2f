using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT601: files that give no picture.</summary>
internal sealed class UndecodableCheck : IAuditCheck
{
    /// <summary>Share of a class in one part from which the class is no longer what it was.</summary>
    private const double Many = 0.05;

    public IReadOnlyList<FindingKind> Kinds { get; } = [DirtyDataKinds.Undecodable];

    public AuditNeeds Needs => AuditNeeds.Decoding;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var bad = Enumerable.Range(0, input.Samples.Count).Where(i => input.Pictures[i].Problem is not null).ToList();
        if (bad.Count == 0) yield break;
        var worst = bad.Select(i => input.Samples[i]).GroupBy(sample => (sample.Split, sample.Class))
            .Select(group => (group.Key, Count: group.Count(), Of: input.Index.Split(group.Key.Split).Count(sample => input.Index.Classes[sample.Label] == group.Key.Class)))
            .OrderByDescending(group => group.Count / (double)group.Of).First();
        double share = worst.Count / (double)worst.Of;
        string hit = share >= Many ? $" {worst.Key.Class} loses {Amount.Of(worst.Count)} of its {Amount.Of(worst.Of)} in {worst.Key.Split.ToString().ToLowerInvariant()}." : "";
        yield return new Finding
        {
            Kind = DirtyDataKinds.Undecodable,
            Severity = share >= Many ? Severity.Warning : Severity.Advice,
            Summary = $"{Amount.Of(bad.Count)} of {Amount.Of(input.Samples.Count)} files give no picture and are left out.{hit}",
            Advice = "Export or download them again, or drop them: audit.csv has the rows, --fix audit.csv applies them.",
            Figures = [new("files", bad.Count), new("allFiles", input.Samples.Count), new("largestShareOfAClass", share)],
            Evidence = [.. bad.Select(i => new Evidence([EvidenceOf.File(input.Samples[i], new SuggestedFix(FixAction.Drop))], input.Pictures[i].Problem!.Reason))],
        };
    }
}
