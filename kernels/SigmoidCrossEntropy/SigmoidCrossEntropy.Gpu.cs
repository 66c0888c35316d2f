using ILGPU;
using NativeTrainer.Kernels.CrossEntropy;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

/// <summary>A block per row, then one block over the rows; all in float64, rounded once.</summary>
internal sealed class SigmoidCrossEntropyGpu(GpuDevice device, int n, int classes, float labelSmoothing) : SigmoidCrossEntropy
{
    private readonly GpuKernel<CrossEntropyArguments> _losses = device.Load<CrossEntropyArguments>(LossKernel, BlockSums.Threads);
    private readonly GpuKernel<CrossEntropyArguments> _mean = device.Load<CrossEntropyArguments>(MeanKernel, BlockSums.Threads);
    private readonly GpuKernel<CrossEntropyArguments> _gradient = device.Load<CrossEntropyArguments>(GradientKernel, BlockSums.Threads);
    private readonly CrossEntropyOperands _operands = new(device, n, classes, labelSmoothing, rows: n);

    public override string Variant => "sigmoidcrossentropy_simt";

    public override long Flops => 8L * n * classes;

    public override void Forward(TensorView logits, TensorView targets, TensorView weights, TensorView losses, TensorView meanLoss, TensorView workspace)
    {
        var arguments = _operands.Forward(logits, targets, weights, losses, meanLoss);
        _losses.Launch(n, arguments);
        _mean.Launch(1, arguments);
    }

    public override void Backward(TensorView logits, TensorView targets, TensorView weights, float scale, TensorView dlogits)
        => _gradient.Launch(n, _operands.Backward(logits, targets, weights, scale, dlogits));

    private static double Target(in CrossEntropyArguments k, long at) => (1 - (double)k.Smoothing) * k.Targets[at] + (double)k.Smoothing / 2;

    private static double Weight(in CrossEntropyArguments k, int c) => k.HasWeights != 0 ? k.Weights[c] : 1.0;

    private static void LossKernel(CrossEntropyArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        long row = (long)Grid.IdxX * k.Classes;
        double loss = 0;
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads)
        {
            double z = k.Logits[row + c], t = Target(k, row + c);
            loss += Weight(k, c) * t * SigmoidRowGpu.Softplus(-z) + (1 - t) * SigmoidRowGpu.Softplus(z);
        }
        loss = BlockSums.Sum(loss, shared);
        if (Group.IdxX != 0) return;
        k.Losses[Grid.IdxX] = (float)loss;
        k.Rows[Grid.IdxX] = loss;
    }

    private static void MeanKernel(CrossEntropyArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        double loss = 0;
        for (int row = Group.IdxX; row < k.N; row += BlockSums.Threads) loss += k.Rows[row];
        loss = BlockSums.Sum(loss, shared);
        if (Group.IdxX == 0) k.MeanLoss[0] = (float)(loss / k.N);
    }

    private static void GradientKernel(CrossEntropyArguments k)
    {
        long row = (long)Grid.IdxX * k.Classes;
        double scale = (double)k.Scale[0] / k.N;
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads)
        {
            double z = k.Logits[row + c], t = Target(k, row + c);
            k.Dlogits[row + c] = (float)(scale * ((1 - t) * SigmoidRowGpu.Sigmoid(z) - Weight(k, c) * t * SigmoidRowGpu.Sigmoid(-z)));
        }
    }
}
