using System.Diagnostics;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Runs;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Planning;

/// <summary>What to plan.</summary>
public sealed record PlanOptions
{
    /// <summary>Data and weights, and whatever the user decided already.</summary>
    public required TrainOptions Training { get; init; }

    /// <summary>Flags of <c>train</c> that the user gave, such as <c>--lr</c>; the plan leaves them as they are.</summary>
    public IReadOnlySet<string> Given { get; init; } = new HashSet<string>();

    /// <summary>What is known of the features already; null measures k nearest neighbours.</summary>
    public TransferEvidence? Evidence { get; init; }

    /// <summary>Images that the measurements see, at most.</summary>
    public int ProbeImages { get; init; } = 1000;

    /// <summary>Pictures on which the augmentation is tried for whether it changes labels, at most; 0 tries none.</summary>
    public int AugmentationPictures { get; init; } = 120;

    /// <summary>Steps of a range test for the rates of each group; 0 takes them from the rule.</summary>
    public int RangeTestSteps { get; init; }
}

/// <summary>Looks at the data and the weights, chooses how to train, and measures on a few real steps what that will take.</summary>
public static class Planner
{
    private const int Neighbours = 5;

    /// <param name="note">Hears what the run would be told.</param>
    /// <exception cref="AuditRefusedException">Training would refuse the data.</exception>
    /// <exception cref="UserException">The options, the data or the weights cannot be used.</exception>
    public static RunPlan Plan(PlanOptions options, Action<string> note, CancellationToken stop = default)
    {
        TrainOptionsValidator.Validate(options.Training);
        DataShape? shape = null;
        DatasetIndex? whole = null;
        using var setup = TrainingSetup.Open(options.Training, TrainingSetup.OpenDevice, note, index =>
        {
            index.RequireOneLabel(options.Training.Data, "a plan");
            (whole, shape) = (index, Shape(index));
            return index.Limited(options.ProbeImages, 0, options.Training.Seed);
        });
        // A plan for data that training refuses would cost minutes and advise a command that fails.
        var audit = DatasetAudit.Quick(whole!, options.Training.Data, options.Training.Allow, setup.Options.Threads > 0 ? setup.Options.Threads : Environment.ProcessorCount, options.Training.Seed, stop);
        if (audit.Refused) throw new AuditRefusedException(audit);
        var known = options.Evidence ?? new TransferEvidence();
        // The batch depends on the size alone, and pictures are opened for it.
        var (first, _) = StrategyRule.Advise(options.Training, options.Given, shape!, known);
        setup.Change(first, note);
        int batch = setup.Options.Batch;
        long start = Stopwatch.GetTimestamp();
        var data = Open(setup, note, stop);
        try
        {
            double decode = Stopwatch.GetElapsedTime(start).TotalSeconds / setup.Index.Split(SplitName.Train).Count;
            start = Stopwatch.GetTimestamp();
            float[] features = StageRehearsal.Features(setup, data, stop);
            // Pictures were decoded once more for them.
            double feature = Math.Max(0, Stopwatch.GetElapsedTime(start).TotalSeconds / data.Train.Samples.Count - decode);
            if (options.Evidence is null && options.Training.Weights is not null && data.Train.Samples.Count > data.Classes.Count)
                known = known with { KnnAccuracy = new ClassNeighbours(features, [.. data.Train.Samples.Select(s => s.Label)]).LeaveOneOutAccuracy(Neighbours) };
            var (advised, choices) = StrategyRule.Advise(options.Training, options.Given, shape!, known);
            setup.Change(advised, note);
            if (setup.Options.Batch != batch)
            {
                // A memory budget fits other batches to another strategy.
                data.Dispose();
                data = Open(setup, note, stop);
            }
            var notes = audit.Marks.Select(mark => $"{mark} is allowed: every result of this run will be marked with it").ToList();
            var risks = options.Training.Weights is null ? [] : AugmentationChoice.Risks(setup, data, options.AugmentationPictures);
            bool augmentationGiven = options.Given.Contains("--augment"), ratesGiven = options.Given.Contains("--lr") || options.Given.Contains("--lr-for");
            if (!augmentationGiven) notes.AddRange(risks.Select(risk => risk.Sentence));
            (advised, choices) = AugmentationChoice.Without(risks, advised, choices);
            setup.Change(advised, note);
            IReadOnlyList<Finding> measured = [];
            if (options.RangeTestSteps > 0 && advised.Strategy != TrainingStrategy.FewShot)
            {
                var tests = LearningRateFinder.Run(new RangeTestOptions { Training = advised, Steps = options.RangeTestSteps }, setup, data, shape!.TrainImages, stop);
                (advised, choices, var unmeasured, measured) = RateChoice.Measured(tests, options.Given, advised, choices);
                notes.AddRange(unmeasured);
                setup.Change(advised, note);
            }
            if (options.RangeTestSteps > 0 && advised.Strategy == TrainingStrategy.FewShot) notes.Add("a head in closed form takes no steps, so no rates were measured");
            var needs = NeedsProbe.Measure(setup, data, shape!, features, decode, feature, stop);
            var facts = RunFacts.Of(setup, shape!, ratesGiven) with { Evidence = known, Risks = augmentationGiven ? risks : [], Stem = RunChecks.Stem(setup, data) };
            var findings = RunChecks.Before(facts, options.RangeTestSteps > 0 ? [TrainingKinds.RateTooHigh, TrainingKinds.RateTooLow] : []).Concat(measured);
            return new RunPlan { Choices = choices, Options = advised, Data = shape!, Evidence = known, Needs = needs, Findings = new AuditPolicy([], advised.Allow).Judge(findings), Notes = [.. notes, .. Notes(shape!, data, whole!)] };
        }
        finally
        {
            data.Dispose();
        }
    }

    private static TrainingData Open(TrainingSetup setup, Action<string> note, CancellationToken stop) => new(setup.Index, setup.Options, setup.Model.Spec.Preprocessing, note, stop);

    private static DataShape Shape(DatasetIndex index)
    {
        var counts = new int[index.Classes.Count];
        foreach (var sample in index.Split(SplitName.Train)) counts[sample.Label]++;
        return new DataShape(index.Classes, counts, index.Split(SplitName.Val).Count);
    }

    private static IReadOnlyList<string> Notes(DataShape shape, TrainingData data, DatasetIndex whole)
    {
        var notes = new List<string>();
        if (data.Train.Samples.Count < shape.TrainImages) notes.Add($"time and features were measured on {data.Train.Samples.Count} of {shape.TrainImages} images");
        if (whole.ValidationMade) notes.Add($"the data has no validation part; {shape.ValidationImages} images are set aside by seed");
        return notes;
    }
}
