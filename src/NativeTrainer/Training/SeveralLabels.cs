using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;

namespace NativeTrainer.Training;

/// <summary>What is different where an image has none or several labels.</summary>
internal static class SeveralLabels
{
    /// <exception cref="UserException">An option needs one label an image.</exception>
    public static TrainOptions Options(TrainOptions options, Action<string> note)
    {
        if (options.Teacher is not null) throw new UserException($"--teacher is for one label an image; {options.Data} has none or several");
        if (options.Strategy == TrainingStrategy.FewShot) throw new UserException($"--strategy few-shot is for one label an image; {options.Data} has none or several: take head");
        if (options.Balance == BalanceKind.Sampler) throw new UserException($"--balance sampler is for one label an image; {options.Data} has none or several: take --balance weights");
        if (options.Metric != SelectionMetric.Accuracy) return options;
        note("images have none, one or several labels: each class is learned for itself, and the mean average precision picks the best epoch");
        return options with { Metric = SelectionMetric.Map };
    }

    /// <summary>Figures of images at thresholds that are tuned on them.</summary>
    public static ClassificationMetrics Metrics(IReadOnlyList<PredictedImage> images, IReadOnlyList<string> classes)
    {
        float[] probabilities = [.. images.SelectMany(image => image.Probabilities)];
        bool[] targets = LabelPredictions.Marks([.. images.Select(image => image.Labels ?? [image.Label])], classes.Count);
        return LabelSummary.Metrics(LabelPredictions.Of(probabilities, targets, classes, LabelThresholds.Tune(probabilities, targets, classes.Count)));
    }
}
