using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

internal struct SigmoidLossArguments
{
    public ArrayView<float> Logits, Targets, Weights, Losses, MeanLoss, Dlogits, Scale;
    public ArrayView<double> Rows;
    public int N, Classes;
    public float Smoothing;

    /// <summary>0 or 1.</summary>
    public int HasWeights;
}

/// <summary>A block per row, then one block over the rows; all in float64, rounded once.</summary>
internal sealed class SigmoidCrossEntropyGpu(GpuDevice device, int n, int classes, float labelSmoothing) : SigmoidCrossEntropy
{
    private readonly GpuKernel<SigmoidLossArguments> _losses = device.Load<SigmoidLossArguments>(LossKernel, BlockSums.Threads);
    private readonly GpuKernel<SigmoidLossArguments> _mean = device.Load<SigmoidLossArguments>(MeanKernel, BlockSums.Threads);
    private readonly GpuKernel<SigmoidLossArguments> _gradient = device.Load<SigmoidLossArguments>(GradientKernel, BlockSums.Threads);
    private readonly ArrayView<double> _rows = device.Keep(n * sizeof(double)).GpuView<double>();
    private readonly StepSlot _scale = device.StepValues.Take(1);
    private readonly float[] _scaleValue = new float[1];

    public override string Variant => "sigmoidcrossentropy_simt";

    public override long Flops => 8L * n * classes;

    public override void Forward(TensorView logits, TensorView targets, TensorView positiveWeights, TensorView losses, TensorView meanLoss)
    {
        Debug.Assert(losses.Count == n && meanLoss.Count == 1);
        var arguments = Arguments(logits, targets, positiveWeights) with { Losses = losses.GpuFloat32, MeanLoss = meanLoss.GpuFloat32 };
        _losses.Launch(n, arguments);
        _mean.Launch(1, arguments);
    }

    public override void Backward(TensorView logits, TensorView targets, TensorView positiveWeights, float scale, TensorView dlogits)
    {
        _scaleValue[0] = scale;
        device.StepValues.Write(_scale, _scaleValue);
        _gradient.Launch(n, Arguments(logits, targets, positiveWeights) with { Dlogits = dlogits.GpuFloat32 });
    }

    /// <summary>What is not given shares the logits' view, and is not read.</summary>
    private SigmoidLossArguments Arguments(TensorView logits, TensorView targets, TensorView positiveWeights)
    {
        Debug.Assert(logits.Count == (long)n * classes && targets.Count == logits.Count && (positiveWeights.IsNone || positiveWeights.Count == classes));
        var view = logits.GpuFloat32;
        return new SigmoidLossArguments
        {
            Logits = view,
            Targets = targets.GpuFloat32,
            Weights = positiveWeights.IsNone ? view : positiveWeights.GpuFloat32,
            Losses = view,
            MeanLoss = view,
            Dlogits = view,
            Scale = device.StepValues.View(_scale),
            Rows = _rows,
            N = n,
            Classes = classes,
            Smoothing = labelSmoothing,
            HasWeights = positiveWeights.IsNone ? 0 : 1,
        };
    }

    private static double Target(in SigmoidLossArguments k, long at) => (1 - (double)k.Smoothing) * k.Targets[at] + (double)k.Smoothing / 2;

    private static double Weight(in SigmoidLossArguments k, int c) => k.HasWeights != 0 ? k.Weights[c] : 1.0;

    private static void LossKernel(SigmoidLossArguments k)
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

    private static void MeanKernel(SigmoidLossArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        double loss = 0;
        for (int row = Group.IdxX; row < k.N; row += BlockSums.Threads) loss += k.Rows[row];
        loss = BlockSums.Sum(loss, shared);
        if (Group.IdxX == 0) k.MeanLoss[0] = (float)(loss / k.N);
    }

    private static void GradientKernel(SigmoidLossArguments k)
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
