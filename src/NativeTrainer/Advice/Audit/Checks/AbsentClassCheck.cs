using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT109: classes that a measuring part lacks.</summary>
internal sealed class AbsentClassCheck : IAuditCheck
{
    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.ClassAbsent];

    public AuditNeeds Needs => AuditNeeds.Files;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        foreach (var split in (SplitName[])[SplitName.Val, SplitName.Test])
        {
            if (Absent(input, split) is { } finding) yield return finding;
        }
    }

    private static Finding? Absent(AuditInput input, SplitName split)
    {
        int[] counts = input.UsableCounts(split);
        string[] absent = [.. input.Index.Classes.Where((_, c) => counts[c] == 0)];
        if (absent.Length == 0 || absent.Length == counts.Length) return null;
        string part = split == SplitName.Val ? "validation" : "test";
        return new Finding
        {
            Kind = LeakageKinds.ClassAbsent,
            Severity = Severity.Warning,
            Summary = $"{Amount.Of(absent.Length)} of {Amount.Of(counts.Length)} classes {(absent.Length == 1 ? "has" : "have")} no {part} picture: {Amount.List(absent)}.",
            Advice = "Move a share of each class there, or divide anew class by class: 'nativetrainer split DATA --fix'.",
            Figures = [new($"{part}ClassesAbsent", absent.Length), new("classes", counts.Length)],
        };
    }
}
