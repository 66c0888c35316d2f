using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT101: pictures that were trained on, in another size, quality, light or crop. Files with the same bytes are <see cref="ExactLeakCheck"/>'s.</summary>
internal sealed class NearLeakCheck : IAuditCheck
{
    /// <summary>Likeness from which a pair refuses: below, a person has to say whether it is a copy. Drawn pictures of one kind reach 0.88.</summary>
    private const float BeyondDoubt = 0.9f;

    /// <summary>Short side below which different things look alike, as shirts do at 28 pixels.</summary>
    private const int Tiny = 64;

    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.NearDuplicate];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Copies;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var report = input.Measured.Duplicates(stop);
        if (Between(input, report, SplitName.Train, SplitName.Val) is { } validation) yield return validation;
        if (Between(input, report, SplitName.Train, SplitName.Test) is { } test) yield return test;
        if (Between(input, report, SplitName.Val, SplitName.Test) is { } measuring) yield return measuring;
    }

    private static Finding? Between(AuditInput input, DuplicateReport report, SplitName from, SplitName to)
    {
        DuplicatePair[] pairs = [.. report.Leaks.Where(pair => pair.Kind != DuplicateKind.SameFile && Joins(pair, from, to)).OrderByDescending(pair => pair.Detail).ThenBy(pair => pair.First).ThenBy(pair => pair.Second)];
        if (pairs.Length == 0) return null;
        int measured = pairs.Select(pair => In(pair, to)).Distinct().Count(), all = input.Index.Split(to).Count;
        string part = to == SplitName.Val ? "validation" : "test", other = from == SplitName.Train ? "training" : "validation";
        return new Finding
        {
            Kind = LeakageKinds.NearDuplicate,
            Severity = from == SplitName.Train && pairs.Any(pair => IsSure(input.Measured, pair)) ? Severity.Refusal : Severity.Warning,
            Summary = $"{Amount.Of(measured)} of {Amount.Of(all)} {part} pictures ({Amount.Percent(measured / (double)all)}) {(measured == 1 ? "shows what a" : "show what")} {other} {(measured == 1 ? "picture shows" : "pictures show")}, in another size, quality, light or crop, or a moment later.",
            Advice = "Look at the pairs. If they are copies, divide anew so that they stay together: 'nativetrainer split DATA --fix'; or drop the copies that audit.csv lists: --fix audit.csv.",
            Figures = [new($"{part}Leaking", measured), new("pairs", pairs.Length), new($"{part}Images", all), new("threshold", report.Threshold)],
            Evidence = [.. pairs.Select(pair => Evidence(input, pair, from, to))],
        };
    }

    private static bool IsSure(MeasuredPictures measured, DuplicatePair pair)
        => pair.Kind == DuplicateKind.SamePixels || (pair.Detail >= BeyondDoubt && ((int[])[pair.First, pair.Second]).All(i => measured.Statistics(i) is { ShortSide: >= Tiny }));

    private static Evidence Evidence(AuditInput input, DuplicatePair pair, SplitName from, SplitName to)
    {
        var (first, second) = (input.Measured.Sample(In(pair, from)), input.Measured.Sample(In(pair, to)));
        string how = pair.Kind switch
        {
            DuplicateKind.SamePixels => "the same pixels",
            DuplicateKind.Mirrored => $"mirrored, {Amount.Number(pair.Detail, "0.00")} alike",
            _ => $"{Amount.Number(pair.Detail, "0.00")} alike",
        };
        return new Evidence([EvidenceOf.File(first, new SuggestedFix(FixAction.Drop)), EvidenceOf.File(second)], how, pair.Detail);
    }

    private static bool Joins(DuplicatePair pair, SplitName a, SplitName b) => (pair.FirstSplit == a && pair.SecondSplit == b) || (pair.FirstSplit == b && pair.SecondSplit == a);

    private static int In(DuplicatePair pair, SplitName split) => pair.FirstSplit == split ? pair.First : pair.Second;
}
