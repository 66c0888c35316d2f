namespace NativeTrainer.Evaluation.MultiLabel;

/// <summary>What a classifier said of samples that have none, one or several labels.</summary>
public sealed record LabelPredictions
{
    /// <summary>What a label's probability has to reach where nothing else is known.</summary>
    public const float UsualThreshold = 0.5f;

    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>(samples, labels): whether the sample has the label.</summary>
    public required bool[] Targets { get; init; }

    /// <summary>(samples, labels): whether it is said to.</summary>
    public required bool[] Predicted { get; init; }

    /// <summary>(samples, labels), each for itself in 0…1; null where only what was said is known.</summary>
    public float[]? Probabilities { get; init; }

    /// <summary>What each label's probability had to reach; null where the predictions were given.</summary>
    public IReadOnlyList<float>? Thresholds { get; init; }

    /// <summary>Of each sample, such as its path; null where they have none.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>What was left out or looks odd, for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public int Count => Targets.Length / Labels.Count;

    /// <summary>Of images whose labels are known.</summary>
    /// <param name="thresholds">Of each label.</param>
    public static LabelPredictions Of(IReadOnlyList<PredictedImage> images, IReadOnlyList<string> labels, IReadOnlyList<float> thresholds)
    {
        bool[] targets = Marks([.. images.Select(image => image.Labels ?? [image.Label])], labels.Count);
        return Of([.. images.SelectMany(image => image.Probabilities)], targets, labels, thresholds) with
        {
            Names = [.. images.Select(image => image.Crop is { } box ? $"{image.Path} {box.X},{box.Y},{box.Width},{box.Height}" : image.Path)],
        };
    }

    /// <summary>(samples, labels): whether each has it.</summary>
    internal static bool[] Marks(IReadOnlyList<IReadOnlyList<int>> samples, int labels)
    {
        var marks = new bool[samples.Count * labels];
        for (int n = 0; n < samples.Count; n++)
            foreach (int label in samples[n]) marks[n * labels + label] = true;
        return marks;
    }

    /// <param name="probabilities">(samples, labels).</param>
    /// <param name="targets">(samples, labels).</param>
    /// <param name="thresholds">Of each label; null takes one half.</param>
    public static LabelPredictions Of(float[] probabilities, bool[] targets, IReadOnlyList<string> labels, IReadOnlyList<float>? thresholds = null)
    {
        if (probabilities.Length != targets.Length || targets.Length % labels.Count != 0) throw new ArgumentException($"{probabilities.Length} probabilities against {targets.Length} targets of {labels.Count} labels");
        thresholds ??= [.. Enumerable.Repeat(UsualThreshold, labels.Count)];
        return new LabelPredictions
        {
            Labels = labels,
            Targets = targets,
            Predicted = [.. probabilities.Select((p, i) => p >= thresholds[i % labels.Count])],
            Probabilities = probabilities,
            Thresholds = thresholds,
        };
    }
}
