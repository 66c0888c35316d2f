using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT104: classes mixed in other proportions than in training.</summary>
internal sealed class ClassSharesCheck : IAuditCheck
{
    private const double Chance = 0.001, Some = 0.1, Much = 0.25;

    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.ClassShares];

    public AuditNeeds Needs => AuditNeeds.Files;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        foreach (var split in (SplitName[])[SplitName.Val, SplitName.Test])
        {
            if (Compare(input, split) is { } finding) yield return finding;
        }
    }

    private static Finding? Compare(AuditInput input, SplitName split)
    {
        int[] train = input.UsableCounts(SplitName.Train), other = input.UsableCounts(split);
        int trained = train.Sum(), measured = other.Sum();
        if (trained == 0 || measured == 0) return null;
        double distance = ClassCountTest.TotalVariation(train, other), p = ClassCountTest.ChiSquaredP(train, other);
        if (distance < Some || p >= Chance) return null;
        double Difference(int c) => other[c] / (double)measured - train[c] / (double)trained;
        int most = Enumerable.Range(0, train.Length).MaxBy(c => Math.Abs(Difference(c)));
        string part = split == SplitName.Val ? "validation" : "test";
        return new Finding
        {
            Kind = LeakageKinds.ClassShares,
            Severity = distance >= Much ? Severity.Warning : Severity.Advice,
            Summary = $"Classes are mixed differently: {Amount.Percent(distance)} of the {part} pictures would have to change class to match training; {input.Index.Classes[most]} is {Amount.Percent(train[most] / (double)trained)} of training and {Amount.Percent(other[most] / (double)measured)} of {part}.",
            Advice = "If both come from one source, divide anew class by class: 'nativetrainer split DATA --fix'. If the difference is meant, choose by --metric balanced-accuracy.",
            Figures = [new($"{part}TotalVariation", distance), new("pValue", p), new("trainImages", trained), new($"{part}Images", measured)],
        };
    }
}
