namespace NativeTrainer.Evaluation.Metrics;

/// <summary>Scores of predicted probabilities, one sample at a time; their means over samples are the usual figures, and of no samples NaN.</summary>
public static class ProbabilityScores
{
    /// <summary>−log p of the right class: log loss, cross-entropy. A probability of 0 counts as the least positive float32, so that one such sample does not make the mean infinite.</summary>
    public static double LogLoss(ReadOnlySpan<float> probabilities, int label) => -Math.Log(Math.Max(probabilities[label], float.Epsilon));

    /// <summary>Σ_c (p_c − y_c)² over all classes, 0…2 (Brier, "Verification of forecasts expressed in terms of probability", 1950). Of two classes it is twice the one-column form.</summary>
    public static double Brier(ReadOnlySpan<float> probabilities, int label)
    {
        double sum = 0;
        for (int c = 0; c < probabilities.Length; c++)
        {
            double error = probabilities[c] - (c == label ? 1.0 : 0.0);
            sum += error * error;
        }
        return sum;
    }

    /// <summary>How many classes stand before the right one; ties go to the lower class. Top-k holds where it is below k.</summary>
    public static int Rank(ReadOnlySpan<float> scores, int label)
    {
        int above = 0;
        for (int c = 0; c < scores.Length; c++)
            if (scores[c] > scores[label] || (scores[c] == scores[label] && c < label)) above++;
        return above;
    }

    /// <summary>The mean of a score over samples.</summary>
    /// <param name="probabilities">(samples, classes).</param>
    public static double Mean(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, int classes, Func<ReadOnlySpan<float>, int, double> score)
    {
        double sum = 0;
        foreach (double value in Each(probabilities, labels, classes, score)) sum += value;
        return sum / labels.Length;
    }

    /// <summary>Share of samples whose class is among the k highest.</summary>
    public static double TopK(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return Mean(scores, labels, classes, (row, label) => Rank(row, label) < k ? 1 : 0);
    }

    internal static double[] Each(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, int classes, Func<ReadOnlySpan<float>, int, double> score)
    {
        if (probabilities.Length != labels.Length * classes) throw new ArgumentException($"{probabilities.Length} probabilities against {labels.Length} samples of {classes} classes");
        var values = new double[labels.Length];
        for (int n = 0; n < labels.Length; n++) values[n] = score(probabilities.Slice(n * classes, classes), labels[n]);
        return values;
    }
}
