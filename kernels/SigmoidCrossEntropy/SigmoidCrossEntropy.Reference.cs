namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

/// <summary>Sigmoid and its cross-entropy in float64, as plain as the textbook; weights null for none.</summary>
public static class SigmoidCrossEntropyReference
{
    public static void Sigmoid(double[] logits, double[] probabilities)
    {
        for (int i = 0; i < logits.Length; i++) probabilities[i] = 1 / (1 + Math.Exp(-logits[i]));
    }

    public static void Forward(int classes, double smoothing, double[] logits, double[] targets, double[]? weights, double[] losses, double[] meanLoss)
    {
        for (int n = 0; n < losses.Length; n++)
        {
            losses[n] = 0;
            for (int i = n * classes; i < (n + 1) * classes; i++)
            {
                double t = Smoothed(targets[i], smoothing);
                losses[n] += Weight(weights, i % classes) * t * Softplus(-logits[i]) + (1 - t) * Softplus(logits[i]);
            }
        }
        meanLoss[0] = losses.Sum() / losses.Length;
    }

    public static void Backward(int classes, double smoothing, double[] logits, double[] targets, double[]? weights, double scale, double[] dlogits)
    {
        for (int i = 0; i < logits.Length; i++)
        {
            double p = 1 / (1 + Math.Exp(-logits[i])), t = Smoothed(targets[i], smoothing);
            dlogits[i] = scale / (logits.Length / classes) * ((1 - t) * p - Weight(weights, i % classes) * t * (1 - p));
        }
    }

    // −log σ(−z), which log(1 + eᶻ) is, where eᶻ would overflow.
    private static double Softplus(double z) => Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z)));

    private static double Weight(double[]? weights, int k) => weights?[k] ?? 1;

    private static double Smoothed(double target, double smoothing) => (1 - smoothing) * target + smoothing / 2;
}
