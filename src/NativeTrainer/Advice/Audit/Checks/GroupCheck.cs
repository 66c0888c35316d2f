using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Splits;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT103: series that lie on both sides of a split.</summary>
internal sealed class GroupCheck : IAuditCheck
{
    /// <summary>Share of the validation pictures that belong to such series from which their figure is one of the series and not of the class.</summary>
    private const double Much = 0.05;

    private const int Shown = 4; // pictures of each part

    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.GroupStraddles];

    public AuditNeeds Needs => AuditNeeds.Measures;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        // A folder name is a hint too weak to accuse by; the split maker heeds it all the same.
        RelatedGroup[] groups = [.. measured.Related.Where(group => group is { Straddles: true, Kind: RelationKind.CaptureTime or RelationKind.FileNames } && Parts(measured, group).Contains(SplitName.Train))];
        if (groups.Length == 0) yield break;
        int hit = groups.SelectMany(group => group.Members).Distinct().Count(i => measured.Records[i].Split != SplitName.Train);
        int all = input.Index.Split(SplitName.Val).Count + input.Index.Split(SplitName.Test).Count;
        double share = hit / (double)Math.Max(all, 1);
        yield return new Finding
        {
            Kind = LeakageKinds.GroupStraddles,
            Severity = share >= Much ? Severity.Warning : Severity.Advice,
            Summary = $"{Amount.Of(groups.Length, "series of shots lies", "series of shots lie")} on both sides of the split, with {Amount.Of(hit)} of {Amount.Of(all)} pictures that measure ({Amount.Percent(share)}).",
            Advice = "Keep each series in one part: 'nativetrainer split DATA --fix', or a 'group' column in a CSV.",
            Figures = [new("series", groups.Length), new("measuringPictures", hit), new("share", share)],
            Evidence = [.. groups.OrderByDescending(group => group.Members.Count).Select(group => new Evidence(
                [.. Some(measured, group, train: true), .. Some(measured, group, train: false)],
                $"{(group.Kind == RelationKind.CaptureTime ? "one camera within seconds" : "names that count on")}: {group.Name}"))],
        };
    }

    private static HashSet<SplitName> Parts(MeasuredPictures measured, RelatedGroup group) => [.. group.Members.Select(i => measured.Records[i].Split)];

    private static IEnumerable<EvidenceFile> Some(MeasuredPictures measured, RelatedGroup group, bool train)
        => group.Members.Where(i => measured.Records[i].Split == SplitName.Train == train).Take(Shown).Select(i => EvidenceOf.File(measured.Sample(i)));
}
