using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

/// <summary>
/// Binary cross-entropy of sigmoid(logits), each class for itself, against targets t in 0…1, with label smoothing ε, t' = (1 − ε)t + ε/2, and weights w of the
/// positives: losses[n] = Σₖ wₖ·t'ₙₖ·(−log pₙₖ) + (1 − t'ₙₖ)·(−log(1 − pₙₖ)), meanLoss = Σₙ losses[n] / N.
/// This is K times torch.nn.functional.binary_cross_entropy_with_logits with pos_weight: summed over classes, a logit's gradient has the size that it has with
/// softmax, so that rates carry over. The logarithms and all sums are float64; only results are rounded.
/// </summary>
public abstract class SigmoidCrossEntropy : CrossEntropy.CrossEntropy
{
    /// <summary>A plan for logits (<paramref name="n"/>, <paramref name="classes"/>), 0 ≤ <paramref name="labelSmoothing"/> ≤ 1.</summary>
    public static SigmoidCrossEntropy Plan(Device device, int n, int classes, float labelSmoothing)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (labelSmoothing is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "label smoothing is 0 to 1");
        return device switch
        {
            CpuDevice cpu => new SigmoidCrossEntropyCpu(cpu, n, classes, labelSmoothing),
            GpuDevice gpu => new SigmoidCrossEntropyGpu(gpu, n, classes, labelSmoothing),
            _ => throw device.Lacks(nameof(SigmoidCrossEntropy)),
        };
    }
}
