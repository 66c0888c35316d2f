using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT108: nothing is kept that no decision sees.</summary>
internal sealed class TestPartCheck : IAuditCheck
{
    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.NoTest];

    public AuditNeeds Needs => AuditNeeds.Files;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        if (input.Index.Split(SplitName.Test).Count > 0) yield break;
        yield return new Finding
        {
            Kind = LeakageKinds.NoTest,
            Severity = Severity.Note,
            Summary = "There is no test part: the best epoch is chosen by the validation pictures, so their figure is a little too good.",
            Advice = "Keep some pictures apart as test/ (or split=test in a CSV) and look at them once, at the end: 'nativetrainer evaluate --split test'.",
            Figures = [new("validationImages", input.Index.Split(SplitName.Val).Count)],
        };
    }
}
