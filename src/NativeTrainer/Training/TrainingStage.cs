using NativeTrainer.Graph;
using NativeTrainer.Imaging;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>A part of a run with a fixed set of trained parameters.</summary>
/// <param name="Name">For logs: head, full, layer4 …</param>
/// <param name="Thawed">Stages of the network that may learn (conv1, layer1 … fc).</param>
/// <param name="Epochs">At least 1.</param>
/// <param name="OnFeatures">The head alone on cached features of the un-augmented images.</param>
internal sealed record TrainingStage(string Name, IReadOnlyList<string> Thawed, int Epochs, bool OnFeatures)
{
    /// <summary>Fitted at once, without steps.</summary>
    public bool ClosedForm { get; init; }

    /// <summary>The stages of a strategy, in order.</summary>
    /// <exception cref="UserException"><c>--freeze</c> or <c>--train-only</c> leave nothing to train.</exception>
    public static IReadOnlyList<TrainingStage> For(ResNet model, TrainOptions options)
    {
        ParameterGroups.RequireKnown(model, options.Freeze, "--freeze");
        ParameterGroups.RequireKnown(model, options.TrainOnly, "--train-only");
        ParameterGroups.RequireKnown(model, options.LearningRateFor.Keys, "--lr-for");
        var all = model.StageNames;
        var cachedHead = new TrainingStage("head", ["fc"], Math.Max(options.HeadEpochs, 1), OnFeatures: true);
        TrainingStage[] stages = options.Strategy switch
        {
            TrainingStrategy.Head => [new TrainingStage("head", ["fc"], options.Epochs, OnFeatures: options.Augment == "none" && options.BatchNorm != BatchNormPolicy.Train)],
            TrainingStrategy.TwoStage => [cachedHead, new TrainingStage("full", all, options.Epochs, false)],
            TrainingStrategy.FewShot => [new TrainingStage("few-shot", ["fc"], 1, OnFeatures: true) { ClosedForm = true }],
            TrainingStrategy.Gradual => [cachedHead, .. Thawing(all, options.Epochs)],
            _ => [new TrainingStage("full", all, options.Epochs, false)],
        };
        stages = [.. stages.Where(stage => model.Parameters.Parameters.Any(p => stage.Trains(p, options)))];
        return stages.Length > 0 ? stages : throw new UserException("--freeze and --train-only leave nothing to train; thaw at least fc");
    }

    public bool Trains(Parameter parameter, TrainOptions options)
        => Thawed.Any(name => ParameterGroups.Matches(name, parameter.Name))
            && !options.Freeze.Any(prefix => ParameterGroups.Matches(prefix, parameter.Name))
            && (options.TrainOnly.Count == 0 || options.TrainOnly.Any(prefix => ParameterGroups.Matches(prefix, parameter.Name)));

    /// <summary>From the last stage to the first, sharing the epochs; the late stages of training, with more to learn, take the remainder.</summary>
    private static IEnumerable<TrainingStage> Thawing(IReadOnlyList<string> all, int epochs)
    {
        int steps = Math.Min(all.Count - 1, epochs);
        for (int i = 0; i < steps; i++)
        {
            // With fewer epochs than stages, the last step thaws all that is left.
            int first = i == steps - 1 ? 0 : all.Count - 2 - i;
            int share = epochs * (i + 1) / steps - epochs * i / steps;
            yield return new TrainingStage(all[first], [.. all.Skip(first)], share, false);
        }
    }
}
