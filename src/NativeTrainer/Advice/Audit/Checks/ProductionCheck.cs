using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Pictures;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT612: pictures of use that are unlike those of training.</summary>
internal sealed class ProductionCheck : IAuditCheck
{
    public IReadOnlyList<FindingKind> Kinds { get; } = [DirtyDataKinds.ProductionMismatch];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Production;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var shifts = DistributionShifts.Find([.. input.Measured.Of(SplitName.Train).Select(input.Measured.Statistics)], input.Production!);
        if (PropertyShiftCheck.Finding(DirtyDataKinds.ProductionMismatch, shifts, "production pictures", "production", "Label some production pictures and add them to training and validation; until then expect less than validation shows. --augment strong narrows the gap a little.") is { } finding)
            yield return finding;
    }
}
