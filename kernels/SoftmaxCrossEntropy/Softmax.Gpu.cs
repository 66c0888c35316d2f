using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

internal struct SoftmaxArguments
{
    public ArrayView<float> Logits, Probabilities;
    public int Classes;
}

/// <summary>A block per row, in float64 as on every device.</summary>
internal sealed class SoftmaxGpu(GpuDevice device, int n, int classes) : Softmax
{
    private readonly GpuKernel<SoftmaxArguments> _kernel = device.Load<SoftmaxArguments>(Kernel, BlockSums.Threads);

    public override string Variant => "softmax_simt";

    public override void Forward(TensorView logits, TensorView probabilities)
        => _kernel.Launch(n, new() { Logits = logits.GpuFloat32, Probabilities = probabilities.GpuFloat32, Classes = classes });

    private static void Kernel(SoftmaxArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        long row = (long)Grid.IdxX * k.Classes;
        double max = SoftmaxRowGpu.Max(k.Logits, row, k.Classes, shared), inverse = 1 / SoftmaxRowGpu.ExpSum(k.Logits, row, k.Classes, max, shared);
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads) k.Probabilities[row + c] = (float)(DoubleMath.Exp(k.Logits[row + c] - max) * inverse);
    }
}

/// <summary>What the block of a row computes together.</summary>
internal static class SoftmaxRowGpu
{
    public static double Max(ArrayView<float> logits, long row, int classes, ArrayView<double> shared)
    {
        double max = double.NegativeInfinity;
        for (int c = Group.IdxX; c < classes; c += BlockSums.Threads)
            if (logits[row + c] > max) max = logits[row + c];
        return BlockSums.Max(max, shared);
    }

    /// <summary>Σ exp(logit − max): at least 1, at most the number of classes.</summary>
    public static double ExpSum(ArrayView<float> logits, long row, int classes, double max, ArrayView<double> shared)
    {
        double sum = 0;
        for (int c = Group.IdxX; c < classes; c += BlockSums.Threads) sum += DoubleMath.Exp(logits[row + c] - max);
        return BlockSums.Sum(sum, shared);
    }
}
