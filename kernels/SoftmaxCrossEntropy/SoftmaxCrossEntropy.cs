using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

/// <summary>
/// Cross-entropy of softmax(logits) against target probabilities t, with label smoothing ε, t' = (1 − ε)t + ε/K, and class weights w:
/// losses[n] = Σₖ wₖ·t'ₙₖ·(−log pₙₖ), meanLoss = Σₙ losses[n] / Σₙₖ wₖ·tₙₖ; without weights the divisor is N.
/// For one-hot targets this is torch.nn.functional.cross_entropy with weight and label_smoothing. (For soft targets with weights PyTorch divides by N.)
/// Each row of targets sums to 1. If all weights of a batch's targets are 0 the mean is NaN, as in PyTorch. The logarithms and all sums are float64; only results are rounded.
/// </summary>
public abstract class SoftmaxCrossEntropy : CrossEntropy.CrossEntropy
{
    /// <summary>A plan for logits (<paramref name="n"/>, <paramref name="classes"/>), at least two classes, 0 ≤ <paramref name="labelSmoothing"/> ≤ 1.</summary>
    public static SoftmaxCrossEntropy Plan(Device device, int n, int classes, float labelSmoothing)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (labelSmoothing is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "label smoothing is 0 to 1");
        return device switch
        {
            CpuDevice cpu => new SoftmaxCrossEntropyCpu(cpu, n, classes, labelSmoothing),
            GpuDevice gpu => new SoftmaxCrossEntropyGpu(gpu, n, classes, labelSmoothing),
            _ => throw device.Lacks(nameof(SoftmaxCrossEntropy)),
        };
    }
}
