using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Imaging;
using NativeTrainer.Tests.Training;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.LearningRates;

/// <summary>Range tests of a small network on pictures written by the test.</summary>
public sealed class LearningRateFinderTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 12, validation: 2);

    [Fact]
    public void HeadAndBackboneAreTestedAndAFallIsFound()
    {
        var result = LearningRateFinder.Run(Options(TrainingStrategy.TwoStage), _ => { });
        Assert.Equal(["head", "backbone"], result.Tests.Select(t => t.Group));
        Assert.Equal([true, false], result.Tests.Select(t => t.OnFeatures));
        Assert.Equal(["conv1", "layer1", "layer2", "layer3"], result.Tests[1].Parts);
        Assert.Equal(RangeOutcome.Found, result.Tests[0].Suggestion.Outcome);
        Assert.Equal(["head", "full"], result.Tests[0].Stages.Select(s => s.Stage));
        Assert.Equal(new StepBudget("full", 2, 6, MeanFactor: 1), Assert.Single(result.Tests[1].Stages));
    }

    [Fact]
    public void WhereAllLearnFromTheFirstStepAllAreTestedTogether()
    {
        var test = Assert.Single(LearningRateFinder.Run(Options(TrainingStrategy.Full), _ => { }).Tests);
        Assert.Equal(("all", 10.0, RangeOutcome.Found), (test.Group, test.HeadFactor, test.Suggestion.Outcome));
    }

    [Fact]
    public void LayersAreTestedFromTheLastAndFrozenOnesAreNot()
    {
        var options = Options(TrainingStrategy.TwoStage);
        options = options with { PerLayer = true, Steps = 16, Training = options.Training with { Freeze = ["conv1", "layer1"] } };
        Assert.Equal(["head", "layer3", "layer2"], LearningRateFinder.Run(options, _ => { }).Tests.Select(t => t.Group));
    }

    [Fact]
    public void TheLossesDoNotDependOnThreads()
    {
        var options = Options(TrainingStrategy.TwoStage) with { Steps = 20 };
        var one = LearningRateFinder.Run(options with { Training = options.Training with { Threads = 1 } }, _ => { });
        var two = LearningRateFinder.Run(options, _ => { });
        Assert.Equal(one.Tests.SelectMany(t => t.Points).Select(p => p.Loss), two.Tests.SelectMany(t => t.Points).Select(p => p.Loss));
    }

    [Fact]
    public void WeightsAreUntouchedToTheBit()
    {
        var options = Options(TrainingStrategy.TwoStage) with { Steps = 16 };
        using var setup = TrainingSetup.Open(options.Training, TrainingSetup.OpenDevice, _ => { });
        using var data = new TrainingData(setup.Index, setup.Options, setup.Model.Spec.Preprocessing, _ => { }, CancellationToken.None);
        float[] before = Values(setup);
        var tests = LearningRateFinder.Run(options, setup, data, 36, CancellationToken.None);
        Assert.Equal(2, tests.Count);
        Assert.True(before.AsSpan().SequenceEqual(Values(setup)));
    }

    [Fact]
    public void ADivergenceEndsTheTestEarly()
    {
        var options = Options(TrainingStrategy.Full) with { Low = 10, High = 1e6, Steps = 60 };
        var test = Assert.Single(LearningRateFinder.Run(options with { Training = options.Training with { BatchNorm = BatchNormPolicy.Eval } }, _ => { }).Tests);
        Assert.True(test.Points.Count < 60, $"{test.Points.Count} points");
        Assert.NotEqual(RangeOutcome.Flat, test.Suggestion.Outcome);
    }

    [Theory]
    [InlineData(3, 0, 0, "--steps 3")]
    [InlineData(60, 0.1, 0.01, "--from")]
    public void WrongOptionsAreNamed(int steps, double low, double high, string expected)
    {
        var error = Assert.Throws<UserException>(() => LearningRateFinder.Run(Options(TrainingStrategy.Full) with { Steps = steps, Low = low, High = high }, _ => { }));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _pictures.Dispose();

    private RangeTestOptions Options(TrainingStrategy strategy)
        => new() { Training = _pictures.Options("none") with { Strategy = strategy, Size = 32, Batch = 6, Epochs = 2, HeadEpochs = 4, LearningRate = 0.005f }, Steps = 40 };

    private static float[] Values(TrainingSetup setup)
    {
        var values = new float[setup.Model.Parameters.FlatWithBuffers.Count];
        setup.Device.Download<float>(setup.Model.Parameters.FlatWithBuffers, values);
        return values;
    }
}
