using NativeTrainer.Training;

namespace NativeTrainer.Advice.LearningRates;

/// <summary>How many optimizer steps a stage has.</summary>
/// <param name="Stage">head, full, layer4 …</param>
/// <param name="StepsPerEpoch">At least 1.</param>
/// <param name="MeanFactor">Mean over the steps of the schedule's factor on the peak rate, 0 to 1.</param>
public sealed record StepBudget(string Stage, int Epochs, int StepsPerEpoch, double MeanFactor)
{
    public int Steps => Epochs * StepsPerEpoch;

    /// <summary>Of each stage of a run, in order.</summary>
    /// <param name="trainImages">At least 1. What is left over of an epoch's last batch waits for the next epoch.</param>
    internal static IReadOnlyList<StepBudget> Of(IReadOnlyList<TrainingStage> stages, TrainOptions options, int trainImages)
        => [.. stages.Select(stage => Of(stage.Name, stage.Epochs, options, trainImages))];

    internal static StepBudget Of(string stage, int epochs, TrainOptions options, int trainImages)
    {
        int batches = trainImages / Math.Min(options.Batch, trainImages), perEpoch = (batches + options.Accumulate - 1) / options.Accumulate;
        var schedule = new LearningRateSchedule(options, perEpoch, perEpoch * epochs);
        return new StepBudget(stage, epochs, perEpoch, Enumerable.Range(0, perEpoch * epochs).Average(i => (double)schedule.Factor(i)));
    }
}
