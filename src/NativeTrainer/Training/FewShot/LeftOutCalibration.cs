namespace NativeTrainer.Training.FewShot;

/// <summary>
/// The divisor of scores at which softmax is as sure as leave-one-out is right. The targets are not 0 and 1 but leave 1 / (n + 2) for a mistake (Platt, "Probabilistic outputs for
/// support vector machines", 1999): a dozen samples that are all right are no reason to be certain.
/// </summary>
internal static class LeftOutCalibration
{
    private const double Coldest = 1e-3, Hottest = 1e3;

    /// <summary>Mean distance of a row's largest score from its mean: scores over this are of order 1. 1 where all scores are equal.</summary>
    public static double Spread(ReadOnlySpan<double> scores, int classes)
    {
        double sum = 0;
        for (int start = 0; start < scores.Length; start += classes)
        {
            double most = double.NegativeInfinity, mean = 0;
            foreach (double score in scores.Slice(start, classes))
            {
                most = Math.Max(most, score);
                mean += score / classes;
            }
            sum += most - mean;
        }
        double spread = sum / (scores.Length / classes);
        return spread > 0 && double.IsFinite(spread) ? spread : 1;
    }

    /// <summary>The loss is convex in 1 / divisor; its slope is bisected.</summary>
    /// <param name="scores">(n, classes), of order 1.</param>
    public static double Fit(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels, int classes)
    {
        double low = 1 / Hottest, high = 1 / Coldest;
        if (Slope(scores, labels, classes, low) >= 0) high = low;
        else if (Slope(scores, labels, classes, high) <= 0) low = high;
        while (high - low > 1e-9 * high)
        {
            double middle = (low + high) / 2;
            if (Slope(scores, labels, classes, middle) > 0) high = middle;
            else low = middle;
        }
        return 2 / (low + high);
    }

    /// <summary>Of each sample, against the same targets.</summary>
    public static double[] Losses(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels, int classes, double divisor)
    {
        var losses = new double[labels.Length];
        for (int i = 0; i < losses.Length; i++) losses[i] = At(scores.Slice(i * classes, classes), labels[i], 1 / divisor, labels.Length).Loss;
        return losses;
    }

    private static double Slope(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels, int classes, double beta)
    {
        double slope = 0;
        for (int i = 0; i < labels.Length; i++) slope += At(scores.Slice(i * classes, classes), labels[i], beta, labels.Length).Slope;
        return slope;
    }

    private static (double Loss, double Slope) At(ReadOnlySpan<double> row, int label, double beta, int samples)
    {
        double most = double.NegativeInfinity, sum = 0, mean = 0, target = 0, others = 1.0 / (samples + 2) / (row.Length - 1), own = 1 - others * (row.Length - 1);
        foreach (double score in row) most = Math.Max(most, score);
        for (int c = 0; c < row.Length; c++)
        {
            double distance = row[c] - most, weight = Math.Exp(beta * distance);
            sum += weight;
            mean += weight * distance;
            target += (c == label ? own : others) * distance;
        }
        return (Math.Log(sum) - beta * target, mean / sum - target);
    }
}
