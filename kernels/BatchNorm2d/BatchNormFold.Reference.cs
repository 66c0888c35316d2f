namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>Folding in float64; <c>gamma</c> null for 1.</summary>
public static class BatchNormFoldReference
{
    public static void Run(double[] w, double[]? gamma, double[] beta, double[] mean, double[] variance, double epsilon, double[] foldedW, double[] foldedBias)
    {
        int perChannel = w.Length / beta.Length;
        for (int k = 0; k < beta.Length; k++)
        {
            double scale = (gamma?[k] ?? 1) / Math.Sqrt(variance[k] + epsilon);
            for (int i = 0; i < perChannel; i++) foldedW[k * perChannel + i] = w[k * perChannel + i] * scale;
            foldedBias[k] = beta[k] - mean[k] * scale;
        }
    }
}
