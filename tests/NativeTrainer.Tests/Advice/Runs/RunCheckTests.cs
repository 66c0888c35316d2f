using NativeTrainer.Advice.Augmentations;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Advice.Runs;
using NativeTrainer.Advice.Runs.Checks;
using NativeTrainer.Evaluation;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.Runs;

/// <summary>Each check of a run's options on a mistake, and just below it.</summary>
public class RunCheckTests
{
    [Theory]
    [InlineData(TrainingStrategy.FewShot)]
    [InlineData(TrainingStrategy.Head)]
    [InlineData(TrainingStrategy.TwoStage)]
    [InlineData(TrainingStrategy.Gradual)]
    public void TheDefaultsOnAnOrdinarySetAreFine(TrainingStrategy strategy) => Assert.Empty(RunChecks.Before(Facts(new TrainOptions { Data = "photos", Weights = "w", Strategy = strategy }, 100)));

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.05f, null)]
    [InlineData(OptimizerKind.Sgd, 0.051f, "NT401")]
    [InlineData(OptimizerKind.Sgd, 9e-5f, null)] // 296 steps of a cosine want 8.1e-5
    [InlineData(OptimizerKind.Sgd, 7e-5f, "NT402")]
    [InlineData(OptimizerKind.AdamW, 1e-3f, null)]
    [InlineData(OptimizerKind.AdamW, 2e-3f, "NT401")]
    [InlineData(OptimizerKind.AdamW, 5e-7f, "NT402")]
    public void ARateFarFromWhatSuitsStepsAndBatchIsNamed(OptimizerKind optimizer, float rate, string? code)
    {
        // Of the backbone alone: the head has its usual rate.
        float head = optimizer == OptimizerKind.Sgd ? 0.005f : 1e-3f;
        var findings = RunChecks.Before(Facts(new TrainOptions { Data = "photos", Weights = "w", Optimizer = optimizer, LearningRate = rate, LearningRateFor = new Dictionary<string, float> { ["fc"] = head } }, 150));
        Assert.Equal(code is null ? [] : [code], findings.Select(f => f.Kind.Code));
        if (code is null) return;
        Assert.Equal(Severity.Warning, findings[0].Severity);
        Assert.StartsWith("backbone: rate ", findings[0].Summary, StringComparison.Ordinal);
        Assert.Equal(optimizer == OptimizerKind.Sgd ? 0.005 : 1e-4, findings[0].Figures.Single(f => f.Name == "advised").Value, 1e-9);
        Assert.Contains("is advised", findings[0].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void ABatchThatLeavesNoStepsAsksForAHigherRateAndOneOfTheUsersIsAWarning()
    {
        var options = new TrainOptions { Data = "photos", Weights = "w", Strategy = TrainingStrategy.Head, Batch = 400, Epochs = 2 };
        var finding = Assert.Single(RunChecks.Before(Facts(options, 100)));
        Assert.Equal(("NT402", Severity.Advice), (finding.Kind.Code, finding.Severity));
        Assert.Equal(Severity.Warning, RunChecks.Before(Facts(options with { LearningRate = 0.005f }, 100)).Single().Severity);
        Assert.Empty(RunChecks.Before(Facts(options with { Batch = 16 }, 100)));
    }

    [Theory]
    [InlineData(TrainingStrategy.Full, 7, null, Severity.Warning)]
    [InlineData(TrainingStrategy.TwoStage, 7, null, Severity.Advice)]
    [InlineData(TrainingStrategy.Head, 7, null, Severity.Note)]
    [InlineData(TrainingStrategy.FewShot, 7, null, null)]
    [InlineData(TrainingStrategy.FewShot, 40, 0.8, null)]
    [InlineData(TrainingStrategy.FewShot, 40, 0.3, Severity.Warning)]
    [InlineData(TrainingStrategy.TwoStage, 8, null, null)]
    [InlineData(TrainingStrategy.Full, 40, null, Severity.Note)]
    [InlineData(TrainingStrategy.Full, 40, 0.8, Severity.Advice)]
    [InlineData(TrainingStrategy.Gradual, 40, 0.8, null)]
    [InlineData(TrainingStrategy.Head, 40, 0.3, Severity.Warning)]
    [InlineData(TrainingStrategy.Full, 40, 0.3, null)]
    [InlineData(TrainingStrategy.TwoStage, 40, 1.0, Severity.Note)]
    public void AStrategyThatDoesNotFitAmountAndFeaturesIsNamed(TrainingStrategy strategy, int perClass, double? probe, Severity? severity)
    {
        var options = new TrainOptions { Data = "photos", Weights = "w", Strategy = strategy };
        Assert.Equal(severity, StrategyFitCheck.Of(options, Shape(perClass), new TransferEvidence { KnnAccuracy = probe })?.Severity);
        Assert.Null(StrategyFitCheck.Of(options with { Freeze = ["conv1"] }, Shape(perClass), new TransferEvidence { KnnAccuracy = probe }));
    }

    [Theory]
    [InlineData("none", TrainingStrategy.TwoStage, 199, true)]
    [InlineData("none", TrainingStrategy.TwoStage, 200, false)]
    [InlineData("none", TrainingStrategy.Head, 20, false)]
    [InlineData("light", TrainingStrategy.TwoStage, 20, false)]
    [InlineData("none,translate=0.1", TrainingStrategy.Full, 20, false)]
    [InlineData("none,cutmix=1", TrainingStrategy.Full, 20, false)]
    public void LayersThatSeeTheSameFewPixelsAskForAugmentation(string augment, TrainingStrategy strategy, int perClass, bool found)
    {
        var finding = RunChecks.Before(Facts(new TrainOptions { Data = "photos", Weights = "w", Strategy = strategy, Augment = augment }, perClass)).SingleOrDefault(f => f.Kind.Code == "NT405");
        Assert.Equal(found, finding is not null);
        if (finding is not null) Assert.Contains("--augment light", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAugmentationThatMovesAClassNamesItAndWhatToGive()
    {
        var risk = new AugmentationRisk("hflip", "b", Plain: 0.95, Augmented: 0.4, "d", "");
        var run = Facts(new TrainOptions { Data = "photos", Weights = "w", Augment = "medium" }, 100);
        var finding = Assert.Single(RunChecks.Before(run with { Risks = [risk] }));
        Assert.Equal(("NT406", Severity.Warning), (finding.Kind.Code, finding.Severity));
        Assert.Contains("hflip of 'b': 40 % still look like their class, 95 % as they are, and most others like 'd'", finding.Summary, StringComparison.Ordinal);
        Assert.Contains("--augment medium,hflip=0", finding.Advice, StringComparison.Ordinal);
        Assert.Empty(RunChecks.Before(run with { Risks = [] }));
    }

    [Theory]
    [InlineData("light", Severity.Advice, "left_turn", "right_turn", "straight")]
    [InlineData("light", Severity.Note, "0", "6", "9")]
    [InlineData("light", null, "lefty", "right", "cleft")]
    [InlineData("light,hflip=0", null, "left", "right", "x")]
    [InlineData("light", null, "0", "10", "9")]
    public void NamesTellOfMirrorImages(string augment, Severity? severity, params string[] classes)
        => Assert.Equal(severity, LabelSafetyCheck.OfNames(classes, new TrainOptions { Data = "photos", Augment = augment })?.Severity);

    [Theory]
    [InlineData(224, null, null, null)]
    [InlineData(96, null, null, Severity.Note)]
    [InlineData(74, null, null, Severity.Advice)]
    [InlineData(448, null, null, Severity.Note)]
    [InlineData(449, null, null, Severity.Advice)]
    [InlineData(224, "mean and std are assumed", null, Severity.Note)]
    [InlineData(224, null, 0.05, Severity.Warning)]
    [InlineData(224, null, 0.2, null)]
    [InlineData(224, null, 9.0, Severity.Warning)]
    public void AnInputUnlikeThatOfTheWeightsIsNamed(int size, string? assumed, double? stem, Severity? severity)
    {
        var run = Facts(new TrainOptions { Data = "photos", Weights = "w", Strategy = TrainingStrategy.Head, Size = size }, 100) with { Assumed = assumed, Stem = stem is double ratio ? new StemStatistics(ratio) : null };
        var finding = RunChecks.Before(run).SingleOrDefault();
        Assert.Equal(severity, finding?.Severity);
        if (finding is not null) Assert.Equal("NT303", finding.Kind.Code);
    }

    [Theory]
    [InlineData(TrainingStrategy.Head, 100, 0.90, true)]
    [InlineData(TrainingStrategy.Head, 100, 0.99, false)] // nothing is left to learn
    [InlineData(TrainingStrategy.Head, 7, 0.90, false)] // too few for more
    [InlineData(TrainingStrategy.TwoStage, 100, 0.90, false)]
    public void AResultOfTheHeadAloneSaysThatMoreWasNotTried(TrainingStrategy strategy, int perClass, double accuracy, bool found)
    {
        var run = Facts(new TrainOptions { Data = "photos", Weights = "w", Strategy = strategy }, perClass);
        var finding = RunChecks.After(run, Metrics(accuracy)).SingleOrDefault(f => f.Kind.Code == "NT404");
        Assert.Equal(found ? Severity.Note : null, finding?.Severity);
        if (found) Assert.Contains("--strategy two-stage", finding!.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAugmentationIsTriedOnlyWhereTheRunIsLongEnough()
    {
        var medium = AugmentationOptions.Parse("medium"); // eight passes a picture
        Assert.Equal(96, RunChecks.TrialPictures(medium, visits: 8 * 1200, images: 1200));
        Assert.Equal(36, RunChecks.TrialPictures(medium, visits: 8 * 244, images: 244));
        Assert.Equal(0, RunChecks.TrialPictures(medium, visits: 20, images: 20));
    }

    private static DataShape Shape(int perClass) => new(["ant", "bee", "cow", "dog"], [perClass, perClass, perClass, perClass], 200);

    private static RunFacts Facts(TrainOptions asked, int perClass)
    {
        using var device = new NativeTrainer.Kernels.Devices.CpuDevice(1);
        using var model = new ResNet(SmallNetworks.Spec(), device);
        var saved = new Preprocessing();
        var options = ResolvedOptions.For(asked, model.Spec with { Preprocessing = saved }, fromScratch: false);
        var (stages, data) = (TrainingStage.For(model, options), Shape(perClass));
        return RunFacts.Of(model, options, stages, data, RunChecks.AreRatesGiven(asked)) with { Saved = saved };
    }

    private static ClassificationMetrics Metrics(double accuracy)
    {
        int right = (int)(200 * accuracy);
        return ClassificationMetrics.Compute([.. Enumerable.Range(0, 200).SelectMany(i => Row((i < right ? i : i + 1) % 4))], [.. Enumerable.Range(0, 200).Select(i => i % 4)], ["ant", "bee", "cow", "dog"]);

        static float[] Row(int label) => [.. Enumerable.Range(0, 4).Select(c => c == label ? 0.7f : 0.1f)];
    }
}
