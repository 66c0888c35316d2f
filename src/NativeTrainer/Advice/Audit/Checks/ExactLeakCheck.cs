using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT102: the same bytes in two parts. Training data among what measures refuses; a picture shared by validation and test is a warning.</summary>
internal sealed class ExactLeakCheck : IAuditCheck
{
    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.ExactDuplicate];

    public AuditNeeds Needs => AuditNeeds.Files;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        if (Between(input, SplitName.Train, SplitName.Val) is { } validation) yield return validation;
        if (Between(input, SplitName.Train, SplitName.Test) is { } test) yield return test;
        if (Between(input, SplitName.Val, SplitName.Test) is { } measuring) yield return measuring;
    }

    private static Finding? Between(AuditInput input, SplitName from, SplitName to)
    {
        var evidence = new List<Evidence>();
        int measured = 0;
        foreach (int[] copies in input.Copies)
        {
            AuditSample[] first = [.. Members(input, copies, from)], second = [.. Members(input, copies, to)];
            if (first.Length == 0 || second.Length == 0) continue;
            measured += second.Length;
            // The copy that is trained on goes, so that the measuring part keeps its size.
            evidence.Add(new Evidence([.. first.Select(sample => EvidenceOf.File(sample, new SuggestedFix(FixAction.Drop))), .. second.Select(sample => EvidenceOf.File(sample))], "the same bytes"));
        }
        if (measured == 0) return null;
        int all = input.Index.Split(to).Count;
        string part = to == SplitName.Val ? "validation" : "test", other = from == SplitName.Train ? "are also trained on" : "are also validation pictures";
        double share = measured / (double)all;
        return new Finding
        {
            Kind = LeakageKinds.ExactDuplicate,
            Severity = from == SplitName.Train ? Severity.Refusal : Severity.Warning,
            Summary = $"{Amount.Of(measured)} of {Amount.Of(all)} {part} pictures ({Amount.Percent(share)}) {other}, byte for byte.",
            Advice = from == SplitName.Train
                ? $"Divide anew without leaks: 'nativetrainer split DATA --fix'. Or drop the training {(evidence.Count == 1 ? "copy" : "copies")} that audit.csv lists: 'nativetrainer train --fix audit.csv'."
                : "Keep each of these pictures in one part only: what chose the best epoch must not be the test too. audit.csv drops them from validation.",
            Figures = [new($"{part}Leaking", measured), new($"{part}Images", all), new("share", share)],
            Evidence = evidence,
        };
    }

    private static IEnumerable<AuditSample> Members(AuditInput input, int[] copies, SplitName split) => copies.Select(i => input.Samples[i]).Where(sample => sample.Split == split);
}
