namespace NativeTrainer.Kernels.Optimizers;

/// <summary>The optimizers in float64, line by line as PyTorch documents them.</summary>
public static class OptimizersReference
{
    public static void Sgd(ParameterSegment[] segments, double[] w, double[] dw, double[]? buffer, float[] learningRates, float[] weightDecays,
        double momentum, double dampening, bool nesterov, bool firstStep, double gradScale)
    {
        foreach (var segment in segments)
            for (long i = segment.Start; i < segment.End; i++)
            {
                double g = gradScale * dw[i] + (double)weightDecays[segment.Group] * w[i];
                if (momentum != 0)
                {
                    buffer![i] = firstStep ? g : momentum * buffer[i] + (1 - dampening) * g;
                    g = nesterov ? g + momentum * buffer[i] : buffer[i];
                }
                w[i] -= learningRates[segment.Group] * g;
            }
    }

    public static void AdamW(ParameterSegment[] segments, double[] w, double[] dw, double[] m, double[] v, float[] learningRates, float[] weightDecays,
        double beta1, double beta2, double epsilon, int step, double gradScale)
    {
        foreach (var segment in segments)
            for (long i = segment.Start; i < segment.End; i++)
            {
                double g = gradScale * dw[i], rate = learningRates[segment.Group];
                w[i] -= rate * weightDecays[segment.Group] * w[i];
                m[i] = beta1 * m[i] + (1 - beta1) * g;
                v[i] = beta2 * v[i] + (1 - beta2) * g * g;
                double mHat = m[i] / (1 - Math.Pow(beta1, step)), vHat = v[i] / (1 - Math.Pow(beta2, step));
                w[i] -= rate * mHat / (Math.Sqrt(vHat) + epsilon);
            }
    }

    public static void GradientNorm(ParameterSegment[] segments, double[] dw, double maxNorm, double[] norm, double[] scale)
    {
        double sum = 0;
        foreach (var segment in segments)
            for (long i = segment.Start; i < segment.End; i++) sum += dw[i] * dw[i];
        norm[0] = Math.Sqrt(sum);
        scale[0] = maxNorm <= 0 ? 1 : Math.Min(1, maxNorm / (norm[0] + 1e-6));
    }

    public static void Ema(double[] ema, double[] w, double decay)
    {
        for (int i = 0; i < ema.Length; i++) ema[i] = decay * ema[i] + (1 - decay) * w[i];
    }
}
