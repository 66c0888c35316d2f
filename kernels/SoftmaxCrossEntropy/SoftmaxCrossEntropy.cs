using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

/// <summary>
/// Cross-entropy of softmax(logits) against target probabilities t, with label smoothing ε, t' = (1 − ε)t + ε/K, and class weights w:
/// losses[n] = Σₖ wₖ·t'ₙₖ·(−log pₙₖ), meanLoss = Σₙ losses[n] / Σₙₖ wₖ·tₙₖ; without weights the divisor is N.
/// For one-hot targets this is torch.nn.functional.cross_entropy with weight and label_smoothing. (For soft targets with weights PyTorch divides by N.)
/// The logarithms and all sums are float64; only results are rounded.
/// </summary>
public abstract class SoftmaxCrossEntropy : OpPlan
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

    /// <param name="logits">(N, K).</param>
    /// <param name="targets">(N, K), each row summing to 1.</param>
    /// <param name="classWeights">(K), not negative; optional. If all weights of the batch's targets are 0 the mean is NaN, as in PyTorch.</param>
    /// <param name="losses">(N).</param>
    /// <param name="meanLoss">(1).</param>
    /// <param name="workspace">As the plan asks.</param>
    public abstract void Forward(TensorView logits, TensorView targets, TensorView classWeights, TensorView losses, TensorView meanLoss, TensorView workspace);

    /// <summary>dlogits = d(<paramref name="scale"/>·meanLoss)/dlogits, overwritten; it may share the logits' memory.</summary>
    public abstract void Backward(TensorView logits, TensorView targets, TensorView classWeights, float scale, TensorView dlogits);
}
