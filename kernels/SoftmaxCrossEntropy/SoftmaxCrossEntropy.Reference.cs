namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

/// <summary>Softmax and its cross-entropy in float64, as plain as the textbook; class weights null for none.</summary>
public static class SoftmaxCrossEntropyReference
{
    public static void Softmax(int classes, double[] logits, double[] probabilities)
    {
        for (int row = 0; row < logits.Length; row += classes)
        {
            double max = logits.AsSpan(row, classes).ToArray().Max(), sum = 0;
            for (int k = row; k < row + classes; k++) sum += probabilities[k] = Math.Exp(logits[k] - max);
            for (int k = row; k < row + classes; k++) probabilities[k] /= sum;
        }
    }

    public static void Forward(int classes, double smoothing, double[] logits, double[] targets, double[]? classWeights, double[] losses, double[] meanLoss)
    {
        for (int n = 0; n < losses.Length; n++)
        {
            var row = logits.AsSpan(n * classes, classes).ToArray();
            double max = row.Max(), logSum = max + Math.Log(row.Sum(z => Math.Exp(z - max)));
            losses[n] = 0;
            for (int k = 0; k < classes; k++)
                losses[n] += Weight(classWeights, k) * Smoothed(targets[n * classes + k], smoothing, classes) * (logSum - row[k]);
        }
        meanLoss[0] = losses.Sum() / Divisor(classes, targets, classWeights);
    }

    public static void Backward(int classes, double smoothing, double[] logits, double[] targets, double[]? classWeights, double scale, double[] dlogits)
    {
        var p = new double[logits.Length];
        Softmax(classes, logits, p);
        double divisor = Divisor(classes, targets, classWeights);
        for (int row = 0; row < logits.Length; row += classes)
        {
            double total = 0;
            for (int k = 0; k < classes; k++) total += Weight(classWeights, k) * Smoothed(targets[row + k], smoothing, classes);
            for (int k = 0; k < classes; k++)
                dlogits[row + k] = scale / divisor * (p[row + k] * total - Weight(classWeights, k) * Smoothed(targets[row + k], smoothing, classes));
        }
    }

    private static double Weight(double[]? classWeights, int k) => classWeights?[k] ?? 1;

    private static double Smoothed(double target, double smoothing, int classes) => (1 - smoothing) * target + smoothing / classes;

    private static double Divisor(int classes, double[] targets, double[]? classWeights)
        => classWeights is null ? targets.Length / classes : targets.Select((t, i) => t * classWeights[i % classes]).Sum();
}
