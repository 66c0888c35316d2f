using System.Globalization;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.LearningRates;

/// <summary>What to test.</summary>
public sealed record RangeTestOptions
{
    /// <summary>The run whose rates are sought: its data, weights, strategy, augmentation, batch and optimizer.</summary>
    public required TrainOptions Training { get; init; }

    /// <summary>Optimizer steps of each test, 16 to 10000.</summary>
    public int Steps { get; init; } = 60;

    /// <summary>Test each stage of the network by itself instead of the backbone as one.</summary>
    public bool PerLayer { get; init; }

    /// <summary>First and last rate; 0 chooses by optimizer and group.</summary>
    public double Low { get; init; }

    public double High { get; init; }
}

/// <summary>The test of one group.</summary>
/// <param name="Group">head, backbone, all, or a stage of the network such as layer3.</param>
/// <param name="Parts">What it holds, as <c>--lr-for</c> names it.</param>
/// <param name="OnFeatures">Tested on features of un-augmented images, computed once.</param>
public sealed record RangeTest(string Group, IReadOnlyList<string> Parts, bool OnFeatures, IReadOnlyList<RangePoint> Points, RateSuggestion Suggestion)
{
    /// <summary>What the head takes in the test of all layers together, over the rate of the others; 1 elsewhere.</summary>
    public double HeadFactor { get; init; } = 1;

    /// <summary>The rate that the run's options give the group; where its parts have several, the highest.</summary>
    public required double ConfiguredRate { get; init; }

    /// <summary>Those of the run that train the group.</summary>
    public required IReadOnlyList<StepBudget> Stages { get; init; }
}

/// <summary>The tests, in the order in which the run trains their groups.</summary>
/// <param name="Options">As resolved: size, augmentation, batch.</param>
/// <param name="TrainImages">Of the whole run; the tests may have seen fewer.</param>
public sealed record RangeTestResult(TrainOptions Options, int TrainImages, IReadOnlyList<RangeTest> Tests);

/// <summary>
/// The learning-rate range test (Smith 2017) on the run's own network, images and steps: the rate grows by a constant factor from step to step, and the loss shows from which
/// rate on the network learns and at which it is thrown off. The loss is taken after each step on the same images, for that of each step's own tells more of its images than
/// of the rate. Each group is tested while the others stay fixed; where the run trains the head first, it is
/// trained before the backbone is tested; where all learn together from the first step, all are tested together.
/// </summary>
public static class LearningRateFinder
{
    private const int LeastSteps = 16, MostSteps = 10_000;

    /// <summary>Batches whose loss is taken after each step.</summary>
    private const int ProbeBatches = 2;

    /// <param name="note">Hears what the run would be told.</param>
    /// <exception cref="UserException">The options, the data or the weights cannot be used.</exception>
    public static RangeTestResult Run(RangeTestOptions options, Action<string> note, CancellationToken stop = default)
    {
        TrainOptionsValidator.Validate(options.Training);
        Validate(options);
        if (options.Training.Strategy == TrainingStrategy.FewShot) throw new UserException("--strategy few-shot fits its head in closed form, so there is no rate to find; give another strategy");
        // No test sees more images than its steps take.
        int images = (int)Math.Min(int.MaxValue, (long)options.Steps * options.Training.Batch * options.Training.Accumulate), all = 0;
        using var setup = TrainingSetup.Open(options.Training, TrainingSetup.OpenDevice, note, index =>
        {
            all = index.Split(SplitName.Train).Count;
            return index.Limited(images, 0, options.Training.Seed);
        });
        using var data = new TrainingData(setup.Index, setup.Options, setup.Model.Spec.Preprocessing, note, stop);
        return new RangeTestResult(setup.Options, all, Run(options, setup, data, all, stop));
    }

    /// <summary>On what is open already. The model's weights and running statistics are afterwards what they were, to the bit.</summary>
    /// <param name="trainImages">Of the whole run.</param>
    internal static IReadOnlyList<RangeTest> Run(RangeTestOptions options, TrainingSetup setup, TrainingData data, int trainImages, CancellationToken stop)
    {
        using var untouched = new WeightSnapshot(setup.Model);
        float[]? features = null;
        bool headIsTrained = false;
        var tests = new List<RangeTest>();
        foreach (var group in RateGroup.Of(setup, options.PerLayer))
        {
            if (group.Stage.OnFeatures || group.AfterHead) features ??= StageRehearsal.Features(setup, data, stop);
            if (group.AfterHead && !headIsTrained) TrainHead(setup, data, features!, tests[0].Suggestion, stop);
            headIsTrained |= group.AfterHead;
            tests.Add(Test(options, setup, data, group, features, trainImages, stop));
        }
        return tests;
    }

    private static RangeTest Test(RangeTestOptions options, TrainingSetup setup, TrainingData data, RateGroup group, float[]? features, int trainImages, CancellationToken stop)
    {
        using var before = new WeightSnapshot(setup.Model);
        using var rehearsal = new StageRehearsal(setup, group.UnitRates(setup.Options, setup.Model), data, group.Stage, features);
        var (low, high) = group.Span(setup.Options);
        if (options.Low > 0) low = options.Low;
        if (options.High > 0) high = options.High;
        rehearsal.TakeProbe(ProbeBatches);
        double start = rehearsal.ProbeLoss();
        var (rates, losses) = (new List<double>(), new List<double>());
        for (int i = 0; i < options.Steps; i++)
        {
            stop.ThrowIfCancellationRequested();
            double rate = low * Math.Pow(high / low, i / (options.Steps - 1.0));
            rates.Add(rate);
            float seen = rehearsal.Step((float)rate);
            losses.Add(float.IsFinite(seen) ? rehearsal.ProbeLoss() : seen);
            if (RangeCurve.Diverges(losses, start)) break;
        }
        var (points, suggestion) = RangeCurve.Read(rates, losses, start);
        return new RangeTest(group.Name, group.Stage.Thawed, group.Stage.OnFeatures, points, suggestion)
        {
            HeadFactor = group.HeadFactor(setup.Options),
            ConfiguredRate = group.ConfiguredRate(setup),
            Stages = StepBudget.Of([.. setup.Stages.Where(stage => group.IsTrainedIn(stage, setup))], setup.Options, trainImages),
        };
    }

    /// <summary>As the run trains it before the backbone thaws.</summary>
    private static void TrainHead(TrainingSetup setup, TrainingData data, float[] features, RateSuggestion suggestion, CancellationToken stop)
    {
        var group = new RateGroup(RateGroup.Head, new TrainingStage(RateGroup.Head, ["fc"], 1, OnFeatures: true), AfterHead: false);
        using var rehearsal = new StageRehearsal(setup, group.UnitRates(setup.Options, setup.Model), data, group.Stage, features);
        int steps = rehearsal.StepsPerEpoch * setup.Options.HeadEpochs;
        double rate = double.IsFinite(suggestion.Rate) ? suggestion.Rate : setup.Options.LearningRate;
        var schedule = new LearningRateSchedule(setup.Options, rehearsal.StepsPerEpoch, steps);
        for (int i = 0; i < steps; i++)
        {
            stop.ThrowIfCancellationRequested();
            rehearsal.Step((float)(rate * schedule.Factor(i)));
        }
    }

    private static void Validate(RangeTestOptions options)
    {
        if (options.Steps is < LeastSteps or > MostSteps) throw new UserException($"--steps {options.Steps} is out of range; it takes {LeastSteps} to {MostSteps}");
        if (options.Low < 0 || options.High < 0 || (options.Low > 0 && options.High > 0 && options.Low >= options.High) || !double.IsFinite(options.Low + options.High))
            throw new UserException(string.Create(CultureInfo.InvariantCulture, $"--from {options.Low} and --to {options.High}: give a rate above 0 and a higher one"));
    }
}
