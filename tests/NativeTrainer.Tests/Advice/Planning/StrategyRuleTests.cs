using NativeTrainer.Advice.Planning;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.Planning;

public class StrategyRuleTests
{
    private static readonly HashSet<string> Nothing = [];

    private static readonly TrainOptions Pretrained = new() { Data = "photos", Weights = "r50.safetensors" };

    [Theory]
    [InlineData(4, 0.80, TrainingStrategy.FewShot)]
    [InlineData(40, 0.80, TrainingStrategy.TwoStage)]
    [InlineData(40, 1.00, TrainingStrategy.Head)]
    [InlineData(40, 0.35, TrainingStrategy.Full)]
    public void SizeAndSimilarityChooseTheStrategy(int perClass, double probe, TrainingStrategy expected)
        => Assert.Equal(expected, Advise(Pretrained, Shape(perClass), probe).Options.Strategy);

    [Fact]
    public void FeaturesNoBetterThanRandomOnesMeanAllLayers()
    {
        var evidence = new TransferEvidence { LinearProbeAccuracy = 0.7, RandomNetworkAccuracy = 0.68 };
        Assert.Equal(TrainingStrategy.Full, StrategyRule.Advise(Pretrained, Nothing, Shape(100), evidence).Options.Strategy);
    }

    [Fact]
    public void FewShotsAreNamedAndTakeNeitherEpochsNorRates()
    {
        var choices = Advise(Pretrained, Shape(3), 0.6).Choices;
        Assert.Contains("few shots", choices.Single(c => c.Option == "--strategy").Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(choices, c => c.Option is "--epochs" or "--head-epochs" or "--lr" or "--lr-for");
        Assert.Equal("none", choices.Single(c => c.Option == "--augment").Value);
    }

    [Fact]
    public void WithoutWeightsAllLayersLearnForLongAtTenTimesTheRate()
    {
        var (options, _) = StrategyRule.Advise(new TrainOptions { Data = "photos", Model = "resnet18" }, Nothing, Shape(100), new TransferEvidence());
        Assert.Equal((TrainingStrategy.Full, "medium"), (options.Strategy, options.Augment));
        Assert.Equal(0.05, options.LearningRate, 1e-6);
        Assert.True(options.Epochs > 50);
    }

    [Fact]
    public void EveryChoiceHasAReasonAndIsInTheOptions()
    {
        var (options, choices) = Advise(Pretrained, Shape(20), 0.8);
        Assert.Equal(choices.Count, choices.Select(c => c.Option).Distinct().Count());
        Assert.All(choices, choice => Assert.True(choice.Reason.Length > 20 && !choice.Given, choice.ToString()));
        Assert.Equal($"{options.Epochs}", choices.Single(c => c.Option == "--epochs").Value);
        Assert.Equal($"{options.Batch}", choices.Single(c => c.Option == "--batch").Value);
        Assert.Equal(options.Augment, choices.Single(c => c.Option == "--augment").Value);
    }

    [Fact]
    public void WhatTheUserGaveWinsAndIsMarked()
    {
        var given = Pretrained with { Strategy = TrainingStrategy.Gradual, Epochs = 3, Batch = 5, LearningRate = 0.123f, Augment = "strong", Metric = SelectionMetric.Loss };
        var (options, choices) = StrategyRule.Advise(given, new HashSet<string> { "--strategy", "--epochs", "--batch", "--lr", "--augment", "--metric" }, Shape(4), new TransferEvidence { KnnAccuracy = 0.9 });
        Assert.Equal(given with { HeadEpochs = options.HeadEpochs }, options);
        Assert.Equal(["--strategy", "--batch", "--epochs", "--lr", "--augment", "--metric"], choices.Where(c => c.Given).Select(c => c.Option));
        Assert.Equal("gradual", choices[0].Value);
        Assert.Contains("advised was few-shot", choices[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void FewerImagesMakeMoreEpochsAtAHigherRateOfTheBackboneAlone()
    {
        var (few, many) = (Advise(Pretrained, Shape(10), 0.8).Options, Advise(Pretrained, Shape(400), 0.8).Options);
        Assert.True(few.Epochs > many.Epochs && few.HeadEpochs > many.HeadEpochs && few.LearningRate > many.LearningRate, $"{few} against {many}");
        Assert.Equal(many.LearningRate, few.LearningRateFor["fc"]);
    }

    [Fact]
    public void ARateThatTheUserGaveIsTheHeadsToo()
    {
        var (options, choices) = StrategyRule.Advise(Pretrained with { LearningRate = 0.001f }, new HashSet<string> { "--lr" }, Shape(10), new TransferEvidence { KnnAccuracy = 0.8 });
        Assert.Empty(options.LearningRateFor);
        Assert.True(choices.Single(c => c.Option == "--lr").Given);
    }

    [Fact]
    public void UnequalClassesChangeTheMetric()
    {
        var shape = new DataShape(["a", "b"], [300, 30], 60);
        Assert.Equal(SelectionMetric.BalancedAccuracy, StrategyRule.Advise(Pretrained, Nothing, shape, new TransferEvidence { KnnAccuracy = 0.95 }).Options.Metric);
    }

    private static (TrainOptions Options, IReadOnlyList<PlanChoice> Choices) Advise(TrainOptions options, DataShape shape, double probe)
        => StrategyRule.Advise(options, Nothing, shape, new TransferEvidence { KnnAccuracy = probe });

    private static DataShape Shape(int perClass) => new(["a", "b", "c", "d"], [perClass, perClass, perClass, perClass], 40);
}
