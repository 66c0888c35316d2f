namespace NativeTrainer.Evaluation;

/// <summary>What a single-label classifier said of labelled samples.</summary>
public sealed record PredictionSet
{
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Right class of each sample.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Predicted class of each sample.</summary>
    public required int[] Predicted { get; init; }

    /// <summary>(samples, classes), each row summing to 1; null where only the predicted class is known.</summary>
    public float[]? Probabilities { get; init; }

    /// <summary>Of each sample, such as its path; null where they have none.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>What was left out or looks odd, for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public int Count => Labels.Length;

    /// <summary>Images whose label is known.</summary>
    public static PredictionSet Of(IReadOnlyList<PredictedImage> images, IReadOnlyList<string> classes)
    {
        var labelled = images.Where(image => image.Label >= 0).ToArray();
        return new PredictionSet
        {
            Classes = classes,
            Labels = [.. labelled.Select(image => image.Label)],
            Predicted = [.. labelled.Select(image => image.Predicted)],
            Probabilities = [.. labelled.SelectMany(image => image.Probabilities)],
            Names = [.. labelled.Select(image => image.Crop is { } box ? $"{image.Path} {box.X},{box.Y},{box.Width},{box.Height}" : image.Path)],
        };
    }

    /// <summary>Those figures that the training loop follows; null without probabilities or samples.</summary>
    internal ClassificationMetrics? Metrics => Probabilities is null || Count == 0 ? null : ClassificationMetrics.Compute(Probabilities, Labels, Classes);
}
