using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SoftmaxCrossEntropy;

internal struct LossArguments
{
    public ArrayView<float> Logits, Targets, ClassWeights, Losses, MeanLoss, Dlogits, Scale;

    /// <summary>Per row the loss and then Σ w·t, and last what the mean divides by.</summary>
    public ArrayView<double> Rows;
    public int N, Classes;
    public float Smoothing;

    /// <summary>0 or 1.</summary>
    public int HasWeights;
}

/// <summary>A block per row, then one block over the rows; all in float64, rounded once.</summary>
internal sealed class SoftmaxCrossEntropyGpu(GpuDevice device, int n, int classes, float labelSmoothing) : SoftmaxCrossEntropy
{
    private readonly GpuKernel<LossArguments> _losses = device.Load<LossArguments>(LossKernel, BlockSums.Threads);
    private readonly GpuKernel<LossArguments> _mean = device.Load<LossArguments>(MeanKernel, BlockSums.Threads);
    private readonly GpuKernel<LossArguments> _weights = device.Load<LossArguments>(WeightKernel, BlockSums.Threads);
    private readonly GpuKernel<LossArguments> _divisor = device.Load<LossArguments>(DivisorKernel, BlockSums.Threads);
    private readonly GpuKernel<LossArguments> _gradient = device.Load<LossArguments>(GradientKernel, BlockSums.Threads);
    private readonly ArrayView<double> _rows = device.Keep((2 * n + 1) * sizeof(double)).GpuView<double>();
    private readonly StepSlot _scale = device.StepValues.Take(1);
    private readonly float[] _scaleValue = new float[1];

    public override string Variant => "softmaxcrossentropy_simt";

    public override long Flops => 6L * n * classes;

    public override void Forward(TensorView logits, TensorView targets, TensorView classWeights, TensorView losses, TensorView meanLoss, TensorView workspace)
    {
        Debug.Assert(losses.Count == n && meanLoss.Count == 1);
        var arguments = Arguments(logits, targets, classWeights) with { Losses = losses.GpuFloat32, MeanLoss = meanLoss.GpuFloat32 };
        _losses.Launch(n, arguments);
        _mean.Launch(1, arguments);
    }

    public override void Backward(TensorView logits, TensorView targets, TensorView classWeights, float scale, TensorView dlogits)
    {
        _scaleValue[0] = scale;
        device.StepValues.Write(_scale, _scaleValue);
        var arguments = Arguments(logits, targets, classWeights) with { Dlogits = dlogits.GpuFloat32 };
        if (!classWeights.IsNone) _weights.Launch(n, arguments);
        _divisor.Launch(1, arguments);
        _gradient.Launch(n, arguments);
    }

    /// <summary>What is not given shares the logits' view, and is not read.</summary>
    private LossArguments Arguments(TensorView logits, TensorView targets, TensorView classWeights)
    {
        Debug.Assert(logits.Count == (long)n * classes && targets.Count == logits.Count && (classWeights.IsNone || classWeights.Count == classes));
        var view = logits.GpuFloat32;
        return new LossArguments
        {
            Logits = view,
            Targets = targets.GpuFloat32,
            ClassWeights = classWeights.IsNone ? view : classWeights.GpuFloat32,
            Losses = view,
            MeanLoss = view,
            Dlogits = view,
            Scale = device.StepValues.View(_scale),
            Rows = _rows,
            N = n,
            Classes = classes,
            Smoothing = labelSmoothing,
            HasWeights = classWeights.IsNone ? 0 : 1,
        };
    }

    /// <summary>w·t' of class c.</summary>
    private static double Target(in LossArguments k, long row, int c)
        => (k.HasWeights != 0 ? k.ClassWeights[c] : 1.0) * ((1 - (double)k.Smoothing) * k.Targets[row + c] + (double)k.Smoothing / k.Classes);

    private static void LossKernel(LossArguments k)
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
            if (k.HasWeights != 0) weight += (double)k.ClassWeights[c] * k.Targets[row + c];
        }
        loss = BlockSums.Sum(loss, shared);
        weight = BlockSums.Sum(weight, shared);
        if (Group.IdxX != 0) return;
        k.Losses[Grid.IdxX] = (float)loss;
        k.Rows[Grid.IdxX] = loss;
        k.Rows[k.N + Grid.IdxX] = weight;
    }

    private static void MeanKernel(LossArguments k)
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

    private static void WeightKernel(LossArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        long row = (long)Grid.IdxX * k.Classes;
        double weight = 0;
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads) weight += (double)k.ClassWeights[c] * k.Targets[row + c];
        weight = BlockSums.Sum(weight, shared);
        if (Group.IdxX == 0) k.Rows[k.N + Grid.IdxX] = weight;
    }

    private static void DivisorKernel(LossArguments k)
    {
        var shared = SharedMemory.Allocate<double>(BlockSums.Threads);
        double weight = 0;
        if (k.HasWeights != 0)
            for (int row = Group.IdxX; row < k.N; row += BlockSums.Threads) weight += k.Rows[k.N + row];
        weight = BlockSums.Sum(weight, shared);
        if (Group.IdxX == 0) k.Rows[2 * k.N] = k.HasWeights != 0 ? weight : k.N;
    }

    private static void GradientKernel(LossArguments k)
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
