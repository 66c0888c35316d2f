using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Pictures;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT105: parts whose pictures differ in size, light or sharpness.</summary>
internal sealed class PropertyShiftCheck : IAuditCheck
{
    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.ImageProperties];

    public AuditNeeds Needs => AuditNeeds.Measures;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        PictureStatistics?[] train = [.. measured.Of(SplitName.Train).Select(measured.Statistics)];
        foreach (var split in (SplitName[])[SplitName.Val, SplitName.Test])
        {
            var shifts = DistributionShifts.Find(train, [.. measured.Of(split).Select(measured.Statistics)]);
            string part = split == SplitName.Val ? "validation" : "test";
            if (Finding(LeakageKinds.ImageProperties, shifts, $"{part} pictures", part, "Take both from the same source, or divide anew at random: 'nativetrainer split DATA --fix'. If production looks like the measuring part, train on such pictures too.") is { } finding)
                yield return finding;
        }
    }

    /// <summary>What strongly shifted properties say of two sets; null where none is.</summary>
    /// <param name="what">The second set, in words.</param>
    /// <param name="name">The second set, in the names of figures.</param>
    internal static Finding? Finding(FindingKind kind, IReadOnlyList<DistributionShift> shifts, string what, string name, string advice)
    {
        DistributionShift[] strong = [.. shifts.Where(shift => shift.Strong)];
        if (strong.Length == 0) return null;
        var first = strong[0];
        return new Finding
        {
            Kind = kind,
            Severity = Severity.Warning,
            Summary = $"The {first.Property.Words} of {what} is unlike training's (Kolmogorov-Smirnov distance {Amount.Number(first.Distance, "0.00")}, {(first.MedianOfSecond > first.MedianOfFirst ? "higher" : "lower")}){(strong.Length > 1 ? $"; so are {Amount.List([.. strong.Skip(1).Select(shift => shift.Property.Words)])}" : "")}.",
            Advice = advice,
            Figures = [.. strong.SelectMany(shift => (Figure[])[new($"{name}{char.ToUpperInvariant(shift.Property.Name[0])}{shift.Property.Name[1..]}Distance", shift.Distance), new($"{name}{char.ToUpperInvariant(shift.Property.Name[0])}{shift.Property.Name[1..]}Shift", shift.Shift)])],
        };
    }
}
