using NativeTrainer.Evaluation;
using NativeTrainer.Training;

namespace NativeTrainer.Cli.Progress;

/// <summary>Keeps the validation images of the best epoch.</summary>
internal sealed class BestPredictions : ITrainingObserver
{
    public IReadOnlyList<PredictedImage> Images { get; private set; } = [];

    public void OnEpoch(EpochReport epoch)
    {
        if (epoch.IsBest) Images = epoch.Predictions;
    }
}
