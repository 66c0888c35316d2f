namespace NativeTrainer.Advice.Probes;

/// <summary>Probabilities from scores by one temperature: softmax(scores / T) (Guo et al., "On calibration of modern neural networks", ICML 2017).</summary>
internal static class Calibration
{
    private const double Coldest = 0.01, Hottest = 10;

    /// <summary>The temperature of the least log loss; golden-section search in log T, where the loss is close to convex.</summary>
    /// <param name="scores">(n, classes).</param>
    /// <param name="counts">Samples whose loss counts.</param>
    public static (double Temperature, double LogLoss) Fit(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, ReadOnlySpan<bool> counts, int classes)
    {
        const double golden = 0.6180339887498949;
        double low = Math.Log(Coldest), high = Math.Log(Hottest), a = high - golden * (high - low), b = low + golden * (high - low);
        double atA = LogLoss(scores, labels, counts, classes, Math.Exp(a)), atB = LogLoss(scores, labels, counts, classes, Math.Exp(b));
        while (high - low > 1e-3)
        {
            if (atA <= atB)
            {
                (high, b, atB) = (b, a, atA);
                a = high - golden * (high - low);
                atA = LogLoss(scores, labels, counts, classes, Math.Exp(a));
            }
            else
            {
                (low, a, atA) = (a, b, atB);
                b = low + golden * (high - low);
                atB = LogLoss(scores, labels, counts, classes, Math.Exp(b));
            }
        }
        return atA <= atB ? (Math.Exp(a), atA) : (Math.Exp(b), atB);
    }

    public static float[] Probabilities(ReadOnlySpan<float> scores, int classes, double temperature)
    {
        var result = new float[scores.Length];
        for (int start = 0; start < scores.Length; start += classes)
        {
            var row = scores.Slice(start, classes);
            double most = Most(row), sum = 0;
            foreach (float score in row) sum += Math.Exp((score - most) / temperature);
            for (int c = 0; c < classes; c++) result[start + c] = (float)(Math.Exp((row[c] - most) / temperature) / sum);
        }
        return result;
    }

    private static double LogLoss(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, ReadOnlySpan<bool> counts, int classes, double temperature)
    {
        double loss = 0;
        int counted = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (!counts[i]) continue;
            counted++;
            var row = scores.Slice(i * classes, classes);
            double most = Most(row), sum = 0;
            foreach (float score in row) sum += Math.Exp((score - most) / temperature);
            loss += Math.Log(sum) - (row[labels[i]] - most) / temperature;
        }
        return loss / Math.Max(counted, 1);
    }

    private static double Most(ReadOnlySpan<float> row)
    {
        float most = row[0];
        foreach (float score in row) most = Math.Max(most, score);
        return most;
    }
}
