using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Report;

/// <summary>A report with everything that one can hold.</summary>
internal static class SampleReport
{
    public const string Hostile = "<img src=x onerror=alert(1)>&\"'\u202E\u0007.jpg";

    public static AuditReport Make(string root, string name = "b.jpg") => new()
    {
        Data = "photos",
        Root = root,
        Mode = AuditMode.Full,
        Fingerprint = new string('a', 64),
        ContentFingerprint = new string('b', 64),
        ValidationMade = false,
        Classes = [new AuditClass("cat", 10, 4, 0), new AuditClass("dog", 12, 4, 0)],
        Findings =
        [
            new Finding
            {
                Kind = FindingCatalogue.Find("NT102"),
                Severity = Severity.Refusal,
                Summary = "1 of 8 validation pictures leaks.",
                Advice = "Run 'nativetrainer split DATA --fix'.",
                Figures = [new("share", 0.125), new("validationLeaking", 1)],
                Evidence =
                [
                    new Evidence([
                        new EvidenceFile(Path.Combine(root, "train", "cat", "a.jpg")) { Split = SplitName.Train, Label = "cat", Fix = new SuggestedFix(FixAction.Drop) },
                        new EvidenceFile(Path.Combine(root, "val", "cat", name)) { Split = SplitName.Val, Label = "cat" },
                    ], "the same bytes", 0.5),
                ],
            },
            new Finding { Kind = FindingCatalogue.Find("NT610"), Severity = Severity.Advice, Summary = "One label looks wrong.", Advice = "Look at it.", Allowed = true,
                Evidence = [new Evidence([new EvidenceFile(Path.Combine(root, "train", "dog", name)) { Split = SplitName.Train, Label = "dog", Fix = new SuggestedFix(FixAction.Keep, "cat") }], "cat 0.97")] },
        ],
        Checked = [FindingCatalogue.Find("NT102")],
        NotChecked = [new NotChecked([FindingCatalogue.Find("NT610")], "needs features: --weights FILE")],
    };
}
