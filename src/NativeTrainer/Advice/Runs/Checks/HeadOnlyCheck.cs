using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Evaluation;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Runs.Checks;

/// <summary>NT404, of a result: only the head was trained, and pictures and accuracy leave room for more. A trained head is a probe of the features.</summary>
internal static class HeadOnlyCheck
{
    /// <returns>Null where other layers learned too, or where the head alone is right.</returns>
    public static Finding? Of(RunFacts run, ClassificationMetrics best)
    {
        if (!run.HeadOnly || run.Options.Weights is null) return null;
        var (advised, choices) = StrategyRule.Advise(run.Options, new HashSet<string>(), run.Data, new TransferEvidence { LinearProbeAccuracy = best.Accuracy });
        if (advised.Strategy is TrainingStrategy.Head or TrainingStrategy.FewShot) return null;
        string strategy = StrategyRule.Word(advised.Strategy);
        return new Finding
        {
            Kind = TrainingKinds.HeadOnly,
            Severity = Severity.Note,
            Summary = $"Only the head was trained; the layers below never adapted to {Amount.Number(run.Data.ImagesPerClass, "0")} pictures a class, and accuracy is {Amount.Number(best.Accuracy, "0.000")}.",
            Advice = $"Try --strategy {strategy} and compare on the same validation pictures: {choices.Single(c => c.Option == "--strategy").Reason}.",
            Figures = [new("imagesPerClass", run.Data.ImagesPerClass), new("accuracy", best.Accuracy)],
        };
    }
}
