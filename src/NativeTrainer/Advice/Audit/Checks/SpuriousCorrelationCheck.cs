using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Pictures;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT611: brightness, size or background that gives the class away.</summary>
internal sealed class SpuriousCorrelationCheck : IAuditCheck
{
    public IReadOnlyList<FindingKind> Kinds { get; } = [DirtyDataKinds.SpuriousCorrelation];

    public AuditNeeds Needs => AuditNeeds.Measures;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] train = measured.Of(SplitName.Train);
        var found = ClassCorrelations.Find([.. train.Select(measured.Statistics)], measured.Labels(train), measured.Classes, input.Seed, [.. train.Select(i => measured.Records[i].Group)]);
        ClassCorrelation[] strong = [.. found.Where(correlation => correlation.Strong)];
        if (found.Count == 0) yield break;
        var shown = strong.Length > 0 ? strong : [found[0]];
        var first = shown[0];
        string name = input.Index.Classes[first.Class];
        yield return new Finding
        {
            Kind = DirtyDataKinds.SpuriousCorrelation,
            Severity = strong.Length > 0 ? Severity.Warning : Severity.Note,
            Summary = $"The {first.Property.Words} alone names the class with a balanced accuracy of {Amount.Number(first.BalancedAccuracy, "0.00")} where chance is {Amount.Number(1.0 / measured.Classes, "0.00")}; most of all it sets {name} apart.{(shown.Length > 1 ? $" So do {Amount.List([.. shown.Skip(1).Select(correlation => correlation.Property.Words)])}." : "")}",
            Advice = strong.Length > 0
                ? $"Collect pictures of {name} and of the others with the same camera, light and export, or remove the difference (crop, resize) from all; else the network learns it in place of the object."
                : "Worth knowing, and usual where colour or light is part of the class.",
            Figures = [.. shown.SelectMany(correlation => (Figure[])[new($"{correlation.Property.Name}BalancedAccuracy", correlation.BalancedAccuracy), new($"{correlation.Property.Name}Skill", correlation.Skill)])],
        };
    }
}
