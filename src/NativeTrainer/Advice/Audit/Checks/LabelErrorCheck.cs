using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Labels;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT610: labels that the other pictures contradict.</summary>
internal sealed class LabelErrorCheck : IAuditCheck
{
    /// <summary>Share of sure candidates that public sets have on average (3.3 %: Northcutt, Athalye and Mueller, "Pervasive label errors in test sets", NeurIPS 2021), rounded down.</summary>
    private const double Usual = 0.03;

    /// <summary>Probability of the given label, and of the suggestion, from which a candidate is counted as sure.</summary>
    private const double Unlikely = 0.05, Likely = 0.8;

    public IReadOnlyList<FindingKind> Kinds { get; } = [DirtyDataKinds.LabelErrors];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features | AuditNeeds.Copies;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] all = [.. Enumerable.Range(0, measured.Records.Count)], labels = measured.Labels(all);
        if (labels.Distinct().Count() < 2 || labels.Length < 2 * measured.Classes) yield break;
        var errors = LabelErrors.Find(measured.Features, labels, measured.Classes, input.Seed, measured.CopyGroups(all, stop), input.Threads);
        if (errors.Candidates.Count == 0) yield break;
        int sure = errors.Candidates.Count(candidate => candidate.GivenProbability < Unlikely && candidate.SuggestedProbability > Likely);
        double share = sure / (double)labels.Length;
        yield return new Finding
        {
            Kind = DirtyDataKinds.LabelErrors,
            Severity = share >= Usual ? Severity.Warning : Severity.Note,
            Summary = $"{Amount.Of(errors.Candidates.Count, "label looks", "labels look")} wrong to a probe that learned from the other pictures, {Amount.Of(sure)} of {Amount.Of(labels.Length)} ({Amount.Percent(share)}) with little doubt.",
            Advice = "Look at them from the top: in audit.csv set relabel or drop where the label is wrong, keep where the picture is merely hard, and give it back with --fix audit.csv.",
            Figures = [new("candidates", errors.Candidates.Count), new("sure", sure), new("estimatedNoise", errors.NoiseRate), new("pictures", labels.Length)],
            Evidence = [.. errors.Candidates.Select(candidate => Evidence(input, candidate))],
        };
    }

    private static Evidence Evidence(AuditInput input, LabelErrorCandidate candidate)
    {
        string suggested = input.Index.Classes[candidate.Suggested];
        return new Evidence([EvidenceOf.File(input.Measured.Sample(candidate.Sample), new SuggestedFix(FixAction.Keep, suggested))],
            $"looks like {suggested} ({Amount.Number(candidate.SuggestedProbability, "0.00")}), labelled {input.Index.Classes[candidate.Given]} ({Amount.Number(candidate.GivenProbability, "0.00")})", candidate.Score);
    }
}
