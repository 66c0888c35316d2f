using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Runs.Checks;

/// <summary>NT403: what learns, against what the amount of data and, where they were looked at, the features advise.</summary>
internal sealed class StrategyFitCheck : IRunCheck
{
    public FindingKind[] Kinds { get; } = [TrainingKinds.StrategyMisfit];

    public IEnumerable<Finding> Run(RunFacts run) => Of(run.Options, run.Data, run.Evidence) is { } finding ? [finding] : [];

    /// <returns>Null where the strategy fits, or where <c>--freeze</c> or <c>--train-only</c> say more than a strategy.</returns>
    public static Finding? Of(TrainOptions options, DataShape data, TransferEvidence evidence)
    {
        if (options.Freeze.Count + options.TrainOnly.Count > 0) return null;
        var (advised, choices) = StrategyRule.Advise(options, new HashSet<string>(), data, evidence);
        if (Weigh(options, advised.Strategy, data, evidence) is not { } severity) return null;
        var choice = choices.Single(c => c.Option == "--strategy");
        List<Figure> figures = [new("imagesPerClass", data.ImagesPerClass), new("chance", data.Chance)];
        if (evidence.ProbeAccuracy is double probe) figures.Add(new("probeAccuracy", probe));
        return new Finding
        {
            Kind = TrainingKinds.StrategyMisfit,
            Severity = severity,
            Summary = $"{Learns(options.Strategy)} (--strategy {StrategyRule.Word(options.Strategy)}), and --strategy {choice.Value} fits better: {choice.Reason}.",
            Advice = $"Give --strategy {choice.Value}, or let --auto choose; 'nativetrainer plan DATA' says why.",
            Figures = figures,
        };
    }

    // What costs accuracy is advice or more, what costs time alone is a note.
    private static Severity? Weigh(TrainOptions options, TrainingStrategy advised, DataShape data, TransferEvidence evidence)
    {
        return (options.Strategy, advised) switch
        {
            var (given, wanted) when given == wanted => null,
            (TrainingStrategy.Full, TrainingStrategy.FewShot) => Severity.Warning,
            (TrainingStrategy.Head, TrainingStrategy.FewShot) => Severity.Note,
            (_, TrainingStrategy.FewShot) => Severity.Advice,
            (TrainingStrategy.FewShot, TrainingStrategy.Head) => null,
            (_, TrainingStrategy.Head) => Severity.Note,
            (TrainingStrategy.Head or TrainingStrategy.FewShot, TrainingStrategy.Full) => Severity.Warning,
            (_, TrainingStrategy.Full) => Severity.Note,
            // Measured (advice-quality strategies): all layers at once ended below the head first, by 3 to 8 points on hymenoptera.
            (TrainingStrategy.Full, _) => evidence.ProbeAccuracy is null ? Severity.Note : Severity.Advice,
            // Whether more than the head pays is told by its result; and one stage at a time did as well as all at once.
            _ => null,
        };
    }

    private static string Learns(TrainingStrategy strategy) => strategy switch
    {
        TrainingStrategy.FewShot => "A head is fitted in closed form",
        TrainingStrategy.Head => "The head alone learns",
        TrainingStrategy.TwoStage => "The head learns, then all layers",
        TrainingStrategy.Gradual => "The head learns, then one stage after another",
        _ => "All layers learn from the first step",
    };
}
