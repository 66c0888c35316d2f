using NativeTrainer.Evaluation;

namespace NativeTrainer.Reports;

/// <summary>What happens where only answers of at least a probability count, for thresholds of 0, 1 … 100 %.</summary>
/// <param name="Name">The class; null is whatever class is likeliest.</param>
/// <param name="Right">[threshold]: answers that are right.</param>
/// <param name="Wrong">[threshold]: answers that are wrong.</param>
/// <param name="Own">Samples that could be answered right: of the class, or all.</param>
internal sealed record ThresholdCounts(string? Name, int[] Right, int[] Wrong, int Own)
{
    public const int Steps = 101;

    public double Precision(int threshold) => Right[threshold] / (double)(Right[threshold] + Wrong[threshold]);

    public double Recall(int threshold) => Right[threshold] / (double)Own;

    /// <summary>Of the likeliest class: it answers with no more than one class.</summary>
    public static ThresholdCounts OfLikeliest(PredictionSet set)
    {
        var counts = Empty(null, set.Count);
        int classes = set.Classes.Count;
        for (int n = 0; n < set.Count; n++)
        {
            float most = 0;
            for (int c = 0; c < classes; c++) most = Math.Max(most, set.Probabilities![n * classes + c]);
            counts.Add(most, set.Predicted[n] == set.Labels[n]);
        }
        return counts;
    }

    /// <summary>Of one class against all others.</summary>
    public static ThresholdCounts OfClass(PredictionSet set, int @class)
    {
        var counts = Empty(set.Classes[@class], set.Labels.Count(label => label == @class));
        for (int n = 0; n < set.Count; n++) counts.Add(set.Probabilities![n * set.Classes.Count + @class], set.Labels[n] == @class);
        return counts;
    }

    private static ThresholdCounts Empty(string? name, int own) => new(name, new int[Steps], new int[Steps], own);

    private void Add(float probability, bool right)
    {
        for (int t = 0; t < Steps && probability * 100 >= t; t++) (right ? Right : Wrong)[t]++;
    }
}
