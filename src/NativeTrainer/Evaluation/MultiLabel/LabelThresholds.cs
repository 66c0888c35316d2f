using System.Globalization;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Weights;

namespace NativeTrainer.Evaluation.MultiLabel;

/// <summary>
/// The probability from which on a label is said to be there, chosen for each label by its F1 on samples that were not trained on (Yang, "A study of thresholding strategies for text
/// categorization", SIGIR 2001: S-Cut). One half is best only where probabilities are calibrated and mistakes of both kinds cost alike.
/// </summary>
public static class LabelThresholds
{
    /// <summary>Fewer samples with a label tell nothing of where to cut; it keeps one half.</summary>
    private const int LeastPositives = 3;

    /// <summary>Where a weights file keeps them, among its metadata.</summary>
    public const string Key = "nativetrainer.thresholds";

    /// <summary>Those that weights were given; one half for each where they were given none.</summary>
    public static float[] Of(ModelWeights weights)
    {
        int labels = weights.Spec.Head.Classes;
        float[] none = [.. Enumerable.Repeat(LabelPredictions.UsualThreshold, labels)];
        if (!weights.Notes.TryGetValue(Key, out string? text)) return none;
        string[] parts = text.Split(',');
        var found = new float[parts.Length];
        for (int c = 0; c < parts.Length; c++)
            if (!float.TryParse(parts[c], NumberStyles.Float, CultureInfo.InvariantCulture, out found[c]) || found[c] is not (>= 0 and <= 1)) return none;
        return parts.Length == labels ? found : none;
    }

    /// <summary>As a weights file's metadata holds them.</summary>
    public static string Text(IEnumerable<float> thresholds) => string.Join(',', thresholds.Select(t => t.ToString(CultureInfo.InvariantCulture)));

    /// <param name="probabilities">(samples, labels).</param>
    /// <param name="targets">(samples, labels).</param>
    /// <returns>Of each label; halfway between the scores that it parts, the highest of equally good ones.</returns>
    public static float[] Tune(ReadOnlySpan<float> probabilities, ReadOnlySpan<bool> targets, int labels)
    {
        if (probabilities.Length != targets.Length || targets.Length % labels != 0) throw new ArgumentException($"{probabilities.Length} probabilities against {targets.Length} targets of {labels} labels");
        int samples = targets.Length / labels;
        var (scores, positive, thresholds) = (new double[samples], new bool[samples], new float[labels]);
        for (int c = 0; c < labels; c++)
        {
            for (int n = 0; n < samples; n++) (scores[n], positive[n]) = (probabilities[n * labels + c], targets[n * labels + c]);
            thresholds[c] = Best(new BinaryRanking(scores, positive));
        }
        return thresholds;
    }

    private static float Best(BinaryRanking ranking)
    {
        if (ranking.Positives < LeastPositives) return LabelPredictions.UsualThreshold;
        // Without the convention's first point, at which nothing is said.
        var points = ranking.PrecisionRecall().Skip(1).ToArray();
        int best = 0;
        for (int i = 1; i < points.Length; i++)
            if (F1(points[i]) > F1(points[best])) best = i;
        double at = points[best].Threshold, below = best + 1 < points.Length ? points[best + 1].Threshold : 0;
        float middle = (float)((at + below) / 2);
        return middle > below ? middle : (float)at;
    }

    private static double F1(PrecisionRecallPoint point) => point.Precision + point.Recall == 0 ? 0 : 2 * point.Precision * point.Recall / (point.Precision + point.Recall);
}
