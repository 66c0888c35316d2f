using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT203: validation pictures that are unlike everything their class was trained on.</summary>
internal sealed class CoverageCheck : IAuditCheck
{
    /// <summary>Share of a class's validation pictures that lie far from all of its training pictures.</summary>
    private const double Many = 0.4;

    private const int FewestFar = 5;

    public IReadOnlyList<FindingKind> Kinds { get; } = [AmountKinds.Coverage];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] train = measured.Of(SplitName.Train), val = measured.Of(SplitName.Val);
        if (train.Length == 0) yield break;
        var classes = ClassCoverage.Measure(measured.Features.Select(train), measured.Labels(train), measured.Features.Select(val), measured.Labels(val), threads: input.Threads);
        CoverageOfClass[] poor = [.. classes.Where(c => c.Far >= FewestFar && c.Far >= Many * c.Validation).OrderByDescending(c => c.Far / (double)c.Validation)];
        if (poor.Length == 0) yield break;
        yield return new Finding
        {
            Kind = AmountKinds.Coverage,
            Severity = Severity.Warning,
            Summary = $"{Amount.Of(poor.Length, "class is", "classes are")} measured on pictures unlike those trained on: {Amount.List([.. poor.Select(c => $"{input.Index.Classes[c.Label]} ({Amount.Of(c.Far)} of {Amount.Of(c.Validation)} far from all {Amount.Of(c.Samples)})")])}.",
            Advice = "Collect training pictures of the kinds that only the measuring part has, or divide anew at random: 'nativetrainer split DATA --fix'.",
            Figures = [new("classes", poor.Length), new("worstFar", poor[0].Far), new("worstOf", poor[0].Validation), new("worstModes", poor[0].Modes)],
        };
    }
}
