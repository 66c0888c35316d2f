using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT201: classes with few training pictures.</summary>
internal sealed class TooFewCheck : IAuditCheck
{
    /// <summary>Below: fine-tuning deeper layers is a gamble; a head on frozen features is not.</summary>
    private const int Few = 20;

    /// <summary>Below: even a head fits single pictures.</summary>
    private const int VeryFew = 5;

    public IReadOnlyList<FindingKind> Kinds { get; } = [AmountKinds.TooFew];

    public AuditNeeds Needs => AuditNeeds.Files;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        int[] counts = input.UsableCounts(SplitName.Train);
        int[] few = [.. Enumerable.Range(0, counts.Length).Where(c => counts[c] < Few).OrderBy(c => counts[c])];
        if (few.Length == 0) yield break;
        int least = counts[few[0]];
        string names = Amount.List([.. few.Select(c => $"{input.Index.Classes[c]} ({Amount.Of(counts[c])})")]);
        yield return new Finding
        {
            Kind = AmountKinds.TooFew,
            Severity = least < VeryFew ? Severity.Warning : Severity.Advice,
            Summary = few.Length == counts.Length
                ? $"Every class has fewer than {Few} training pictures, the smallest {Amount.Of(least)}: {names}."
                : $"{Amount.Of(few.Length, "class has", "classes have")} fewer than {Few} training pictures: {names}.",
            Advice = $"Collect more of {(few.Length == 1 ? "it" : "these")} first. Until then {(least < StrategyRule.FewShot ? $"fit a head in closed form to frozen features, --strategy few-shot: below {StrategyRule.FewShot} pictures a class nothing but a head can be fitted" : "train the head alone on frozen features: --strategy head, or --strategy few-shot in seconds")}.",
            Figures = [new("classes", few.Length), new("fewest", least), new("threshold", Few)],
        };
    }
}
