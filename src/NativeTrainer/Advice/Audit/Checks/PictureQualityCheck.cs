using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Pictures;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT602 to NT609: pictures that are dark, blurred, blank or unlike the rest of their set.</summary>
internal sealed class PictureQualityCheck : IAuditCheck
{
    /// <summary>Share of the set from which it is more than a few strays.</summary>
    private const double Many = 0.02;

    private static readonly Dictionary<PictureIssue, (FindingKind Kind, string One, string Many, string Unit)> Issues = new()
    {
        [PictureIssue.Tiny] = (DirtyDataKinds.Tiny, "picture is tiny", "pictures are tiny", "pixels on the short side"),
        [PictureIssue.Dark] = (DirtyDataKinds.Dark, "picture is dark", "pictures are dark", "brightness"),
        [PictureIssue.Bright] = (DirtyDataKinds.Bright, "picture is overexposed", "pictures are overexposed", "brightness"),
        [PictureIssue.Blurry] = (DirtyDataKinds.Blurry, "picture is blurred", "pictures are blurred", "sharpness"),
        [PictureIssue.LowInformation] = (DirtyDataKinds.LowInformation, "picture shows almost nothing", "pictures show almost nothing", "of it flat"),
        [PictureIssue.OddAspect] = (DirtyDataKinds.OddAspect, "picture has odd proportions", "pictures have odd proportions", "width to height"),
        [PictureIssue.OddSize] = (DirtyDataKinds.OddSize, "picture has an odd size", "pictures have odd sizes", "pixels"),
        [PictureIssue.Gray] = (DirtyDataKinds.GrayAmongColour, "picture is gray among colour ones", "pictures are gray among colour ones", "of it coloured"),
    };

    public IReadOnlyList<FindingKind> Kinds { get; } = [.. Issues.Values.Select(issue => issue.Kind)];

    public AuditNeeds Needs => AuditNeeds.Measures;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        var outliers = PictureOutliers.Find([.. Enumerable.Range(0, measured.Records.Count).Select(measured.Statistics)]);
        foreach (var issue in outliers.GroupBy(outlier => outlier.Issue).OrderBy(issue => issue.Key))
        {
            var (kind, one, many, unit) = Issues[issue.Key];
            PictureOutlier[] found = [.. issue];
            int extreme = found.Count(outlier => outlier.Extreme);
            double share = found.Length / (double)measured.Records.Count;
            yield return new Finding
            {
                Kind = kind,
                // A few strays are in every set; pictures in which nobody sees anything are worth a minute.
                Severity = share >= Many && extreme > 0 ? Severity.Warning : extreme > 0 ? Severity.Advice : Severity.Note,
                Summary = $"{Amount.Of(found.Length, one, many)}{(extreme > 0 && extreme < found.Length ? $", {Amount.Of(extreme)} of them beyond doubt" : "")}.",
                Advice = "Look at them: drop in audit.csv what no person could name, keep what production will show too, and give it back with --fix audit.csv.",
                Figures = [new("pictures", found.Length), new("extreme", extreme), new("share", share), new("typical", found[0].Typical)],
                Evidence = [.. found.Select(outlier => new Evidence([EvidenceOf.File(measured.Sample(outlier.Index), new SuggestedFix(outlier.Extreme ? FixAction.Drop : FixAction.Keep))],
                    $"{Amount.Number(outlier.Value, "0.###")} {unit}, typically {Amount.Number(outlier.Typical, "0.###")}", outlier.Score))],
            };
        }
    }
}
