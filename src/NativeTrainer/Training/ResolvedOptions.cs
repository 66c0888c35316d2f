using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>Fills in what options leave open, so that a run's <c>options.json</c> says all that decided it.</summary>
internal static class ResolvedOptions
{
    /// <param name="fromScratch">The backbone starts at random.</param>
    public static TrainOptions For(TrainOptions options, ResNetSpec spec, bool fromScratch) => options with
    {
        Data = Path.GetFullPath(options.Data),
        Weights = options.Weights is null ? null : Path.GetFullPath(options.Weights),
        Fix = options.Fix is null ? null : Path.GetFullPath(options.Fix),
        Size = options.Size > 0 ? options.Size : spec.Preprocessing.Size,
        LayerDecay = ParameterGroups.LayerDecay(options),
        LearningRate = options.LearningRate > 0 ? options.LearningRate : DefaultRate(options, fromScratch),
        Augment = options.Augment == "auto" ? (options.Strategy is TrainingStrategy.Head or TrainingStrategy.FewShot ? "none" : "light") : options.Augment,
    };

    private static float DefaultRate(TrainOptions options, bool fromScratch) => (options.Optimizer, fromScratch) switch
    {
        (OptimizerKind.Sgd, false) => 0.005f,
        (OptimizerKind.Sgd, true) => 0.05f,
        (OptimizerKind.AdamW, false) => 1e-4f,
        _ => 1e-3f,
    };
}
