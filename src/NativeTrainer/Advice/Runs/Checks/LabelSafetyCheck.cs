using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Runs.Checks;

/// <summary>NT406: an augmentation that moves pictures of a class away from it on frozen features; where nothing was measured or seen, what the classes' names say.</summary>
internal sealed class LabelSafetyCheck : IRunCheck
{
    private const int RisksNamed = 3;

    public FindingKind[] Kinds { get; } = [TrainingKinds.UnsafeAugmentation];

    public IEnumerable<Finding> Run(RunFacts run)
    {
        var finding = run.Risks is { Count: > 0 } risks ? OfFeatures(risks, run.Options.Augment) : OfNames(run.Data.Classes, run.Options);
        return finding is null ? [] : [finding];
    }

    /// <param name="risks">At least one.</param>
    /// <param name="augment">The text of <c>--augment</c> that was tried.</param>
    public static Finding OfFeatures(IReadOnlyList<AugmentationRisk> risks, string augment)
    {
        var worst = risks.OrderByDescending(risk => risk.Plain - risk.Augmented).ToList();
        string named = string.Join("; ", worst.Take(RisksNamed).Select(risk =>
            $"{risk.Kind} of '{risk.Class}': {Amount.Percent(risk.Augmented)} still look like their class, {Amount.Percent(risk.Plain)} as they are, and most others like '{risk.Towards}'"));
        return new Finding
        {
            Kind = TrainingKinds.UnsafeAugmentation,
            Severity = Severity.Warning,
            Summary = $"Augmented pictures leave their class on frozen features: {named}{(worst.Count > RisksNamed ? $"; and {worst.Count - RisksNamed} more" : "")}.",
            Advice = $"Give --augment {Without(augment, worst.Select(risk => risk.Kind))}, or look at 'nativetrainer augment-preview' whether people would still name the class.",
            Figures = [new("risks", worst.Count), new("plainAgreement", worst[0].Plain), new("augmentedAgreement", worst[0].Augmented)],
        };
    }

    /// <returns>Null where the names say nothing, or the options do not mirror.</returns>
    public static Finding? OfNames(IReadOnlyList<string> classes, TrainOptions options)
    {
        var augmentation = AugmentationOptions.Parse(options.Augment);
        string[] mirrors = [.. AugmentationSafety.Kinds(augmentation).Select(kind => kind.Kind).Where(kind => kind is "hflip" or "vflip")];
        foreach (string kind in mirrors)
        {
            if (MirroredNames.Pair(classes, kind) is not var (one, other)) continue;
            return Hint(Severity.Advice, $"{kind} turns pictures of '{one}' into ones of '{other}', by their names.", kind);
        }
        return mirrors.Length > 0 && MirroredNames.AreCharacters(classes)
            ? Hint(Severity.Note, $"The classes are named by single characters: if they are digits or letters, {string.Join(" and ", mirrors)} makes others of them, or none.", mirrors)
            : null;

        Finding Hint(Severity severity, string summary, params string[] kinds) => new()
        {
            Kind = TrainingKinds.UnsafeAugmentation,
            Severity = severity,
            Summary = summary,
            Advice = $"If so, give --augment {Without(options.Augment, kinds)}.",
        };
    }

    private static string Without(string augment, IEnumerable<string> kinds)
        => AugmentationOptions.Parse($"{augment},{string.Join(',', kinds.Distinct().Select(AugmentationSafety.Off))}").ToString();
}
