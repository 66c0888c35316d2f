using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT502: so many classes that the first answer alone says little.</summary>
internal sealed class ManyClassesCheck : IAuditCheck
{
    private const int Many = 50;

    public IReadOnlyList<FindingKind> Kinds { get; } = [MetricKinds.ManyClasses];

    public AuditNeeds Needs => AuditNeeds.Files;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        int classes = input.Index.Classes.Count;
        if (classes < Many) yield break;
        yield return new Finding
        {
            Kind = MetricKinds.ManyClasses,
            Severity = Severity.Note,
            Summary = $"There are {Amount.Of(classes)} classes: the first answer alone says little about how useful the network is.",
            Advice = "Read top-5 beside the accuracy, and the most confused pairs: 'nativetrainer evaluate --out report'. Choose by --metric macro-f1 where classes are small.",
            Figures = [new("classes", classes)],
        };
    }
}
