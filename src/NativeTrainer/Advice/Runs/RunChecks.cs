using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Audit.Checks;
using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Advice.Runs.Checks;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Runs;

/// <summary>What is wrong with a run's options on its data, before the first step, and with its result.</summary>
internal static class RunChecks
{
    /// <summary>Pictures on which an augmentation is tried, at most, and a class at least.</summary>
    private const int MostPictures = 96, LeastPerClass = 8;

    private const int StemPictures = 16;

    /// <summary>Forward passes for the trial of an augmentation, over those that the run's own epochs amount to.</summary>
    private const double TrialShare = 0.05;

    /// <summary>Passes that a picture costs in training: forward, and backward for twice as much.</summary>
    private const int PassesOfTraining = 3;

    private static readonly IRunCheck[] All = [new RateRuleCheck(), new StrategyFitCheck(), new NoAugmentationCheck(), new LabelSafetyCheck(), new PreprocessingCheck()];

    /// <summary>The kinds that were looked for before the first step.</summary>
    /// <param name="tried">The augmentation, on features: names alone are no check.</param>
    public static IReadOnlyList<FindingKind> Looked(bool tried) => [.. All.SelectMany(check => check.Kinds).Where(kind => tried || kind != TrainingKinds.UnsafeAugmentation)];

    /// <summary>The kinds that a result is looked at for.</summary>
    public static IReadOnlyList<FindingKind> KindsOfResult { get; } = [MetricKinds.BelowBaseline, TrainingKinds.HeadOnly];

    public static bool AreRatesGiven(TrainOptions asked) => asked.LearningRate > 0 || asked.LearningRateFor.Count > 0;

    public static DataShape Shape(TrainingData data)
    {
        var counts = new int[data.Classes.Count];
        foreach (var sample in data.Train.Samples) counts[sample.Label]++;
        return new DataShape(data.Classes, counts, data.Validation.Samples.Count);
    }

    /// <summary>The first layer on some of the run's pictures.</summary>
    public static StemStatistics? Stem(TrainingSetup setup, TrainingData data)
    {
        if (setup.Options.Weights is null) return null;
        int count = Math.Min(StemPictures, data.Train.Samples.Count);
        int[] chosen = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * data.Train.Samples.Count / count))];
        var resizer = new Resizer();
        return StemStatistics.Of(setup.Card, [.. data.Train.Epoch(chosen).SelectMany(batch => batch.Images.Take(batch.Count).Select(i => resizer.CentreCrop(new RgbImage([.. i.Pixels], i.Width, i.Height), data.Size, data.Size)).ToArray())]);
    }

    /// <param name="except">Kinds that were looked for by better means.</param>
    public static IReadOnlyList<Finding> Before(RunFacts run, params IReadOnlyList<FindingKind> except)
        => [.. All.SelectMany(check => check.Run(run)).Where(finding => !except.Contains(finding.Kind))];

    public static IReadOnlyList<Finding> After(RunFacts run, ClassificationMetrics best)
        => [.. new[] { BaselineCheck.Of(best), HeadOnlyCheck.Of(run, best) }.OfType<Finding>()];

    /// <summary>Tries the options' augmentation on pictures of the run, where that costs little beside the run itself.</summary>
    /// <returns>Null where it would cost much, or where there is nothing to measure by.</returns>
    public static IReadOnlyList<AugmentationRisk>? Risks(TrainingSetup setup, TrainingData data)
    {
        if (setup.Options.Weights is null) return null;
        long visits = setup.Stages.Where(stage => !stage.OnFeatures).Sum(stage => (long)stage.Epochs) * data.Train.Samples.Count;
        int pictures = TrialPictures(AugmentationOptions.Parse(setup.Options.Augment), visits, data.Train.Samples.Count);
        return pictures < LeastPerClass * data.Classes.Count ? null : AugmentationChoice.Risks(setup, data, pictures, versions: 1);
    }

    /// <param name="visits">Pictures that the run takes through the network in training.</param>
    internal static int TrialPictures(AugmentationOptions augmentation, long visits, int images)
    {
        int passes = 1 + AugmentationSafety.Kinds(augmentation).Count;
        return (int)Math.Min(Math.Min(MostPictures, images), TrialShare * PassesOfTraining * visits / passes);
    }

    /// <summary>The audit's report with findings of the run among its own, ordered and allowed alike.</summary>
    /// <param name="looked">The kinds that were looked for.</param>
    public static AuditReport Add(AuditReport report, IEnumerable<Finding> findings, IReadOnlyList<FindingKind> looked, IReadOnlyList<string> allow)
        => report with
        {
            Findings = new AuditPolicy([], allow).Judge(report.Findings.Concat(findings)),
            Checked = [.. report.Checked.Concat(looked).DistinctBy(kind => kind.Code).OrderBy(kind => kind.Code, StringComparer.Ordinal)],
            NotChecked = [.. report.NotChecked.Select(part => part with { Kinds = [.. part.Kinds.Except(looked)] }).Where(part => part.Kinds.Count > 0)],
        };
}
