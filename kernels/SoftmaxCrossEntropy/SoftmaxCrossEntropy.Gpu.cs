using ILGPU;
using NativeTrainer.Kernels.CrossEntropy;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

/// <summary>A block per row, then one block over the rows; all in float64, rounded once.</summary>
internal sealed class SoftmaxCrossEntropyGpu(GpuDevice device, int n, int classes, float labelSmoothing) : SoftmaxCrossEntropy
{
    private readonly GpuKernel<CrossEntropyArguments> _losses = device.Load<CrossEntropyArguments>(LossKernel, BlockSums.Threads);
    private readonly GpuKernel<CrossEntropyArguments> _mean = device.Load<CrossEntropyArguments>(MeanKernel, BlockSums.Threads);
    private readonly GpuKernel<CrossEntropyArguments> _weights = device.Load<CrossEntropyArguments>(WeightKernel, BlockSums.Threads);
    private readonly GpuKernel<CrossEntropyArguments> _divisor = device.Load<CrossEntropyArguments>(DivisorKernel, BlockSums.Threads);
    private readonly GpuKernel<CrossEntropyArguments> _gradient = device.Load<CrossEntropyArguments>(GradientKernel, BlockSums.Threads);

    /// <summary>Per row the loss and then Σ w·t, and last what the mean divides by.</summary>
    private readonly CrossEntropyOperands _operands = new(device, n, classes, labelSmoothing, rows: 2 * n + 1);

    public override string Variant => "softmaxcrossentropy_simt";

    public override long Flops => 6L * n * classes;

    public override void Forward(TensorView logits, TensorView targets, TensorView weights, TensorView losses, TensorView meanLoss, TensorView workspace)
    {
        var arguments = _operands.Forward(logits, targets, weights, losses, meanLoss);
        _losses.Launch(n, arguments);
        _mean.Launch(1, arguments);
    }

    public override void Backward(TensorView logits, TensorView targets, TensorView weights, float scale, TensorView dlogits)
    {
        var arguments = _operands.Backward(logits, targets, weights, scale, dlogits);
        if (!weights.IsNone) _weights.Launch(n, arguments);
        _divisor.Launch(1, arguments);
        _gradient.Launch(n, arguments);
    }

    /// <summary>w·t' of class c.</summary>
    private static double Target(in CrossEntropyArguments k, long row, int c)
        => (k.HasWeights != 0 ? k.Weights[c] : 1.0) * ((1 - (double)k.Smoothing) * k.Targets[row + c] + (double)k.Smoothing / k.Classes);

    private static void LossKernel(CrossEntropyArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        long row = (long)Grid.IdxX * k.Classes;
        double max = SoftmaxRowGpu.Max(k.Logits, row, k.Classes, shared), logSum = max + DoubleMath.Log(SoftmaxRowGpu.ExpSum(k.Logits, row, k.Classes, max, shared));
        double loss = 0, weight = 0;
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads)
        {
            double share = Target(k, row, c);
            // A class without a share costs nothing, also where its probability is 0.
            if (share != 0) loss += share * (logSum - k.Logits[row + c]);
            if (k.HasWeights != 0) weight += (double)k.Weights[c] * k.Targets[row + c];
        }
        loss = BlockSums.Sum(loss, shared);
        weight = BlockSums.Sum(weight, shared);
        if (Group.IdxX != 0) return;
        k.Losses[Grid.IdxX] = (float)loss;
        k.Rows[Grid.IdxX] = loss;
        k.Rows[k.N + Grid.IdxX] = weight;
    }

    private static void MeanKernel(CrossEntropyArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        double loss = 0, weight = 0;
        for (int row = Group.IdxX; row < k.N; row += BlockSums.Threads)
        {
            loss += k.Rows[row];
            weight += k.Rows[k.N + row];
        }
        loss = BlockSums.Sum(loss, shared);
        weight = BlockSums.Sum(weight, shared);
        if (Group.IdxX == 0) k.MeanLoss[0] = (float)(loss / (k.HasWeights != 0 ? weight : k.N));
    }

    private static void WeightKernel(CrossEntropyArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        long row = (long)Grid.IdxX * k.Classes;
        double weight = 0;
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads) weight += (double)k.Weights[c] * k.Targets[row + c];
        weight = BlockSums.Sum(weight, shared);
        if (Group.IdxX == 0) k.Rows[k.N + Grid.IdxX] = weight;
    }

    private static void DivisorKernel(CrossEntropyArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        double weight = 0;
        if (k.HasWeights != 0)
            for (int row = Group.IdxX; row < k.N; row += BlockSums.Threads) weight += k.Rows[k.N + row];
        weight = BlockSums.Sum(weight, shared);
        if (Group.IdxX == 0) k.Rows[2 * k.N] = k.HasWeights != 0 ? weight : k.N;
    }

    private static void GradientKernel(CrossEntropyArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        long row = (long)Grid.IdxX * k.Classes;
        double max = SoftmaxRowGpu.Max(k.Logits, row, k.Classes, shared), inverse = 1 / SoftmaxRowGpu.ExpSum(k.Logits, row, k.Classes, max, shared);
        double total = 0, scale = k.Scale[0] / k.Rows[2 * k.N];
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads) total += Target(k, row, c);
        total = BlockSums.Sum(total, shared);
        // dlogits may be the logits: each thread reads its own before it writes it.
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads)
        {
            double p = DoubleMath.Exp(k.Logits[row + c] - max) * inverse;
            k.Dlogits[row + c] = (float)(scale * (p * total - Target(k, row, c)));
        }
    }
}
