using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.SigmoidCrossEntropy;

internal struct SigmoidArguments
{
    public ArrayView<float> Logits, Probabilities;
    public int Classes;
}

/// <summary>A block per row, in float64 as on every device.</summary>
internal sealed class SigmoidGpu(GpuDevice device, int n, int classes) : Sigmoid
{
    private readonly GpuKernel<SigmoidArguments> _kernel = device.Load<SigmoidArguments>(Kernel, BlockSums.Threads);

    public override string Variant => "sigmoid_simt";

    public override long Flops => 3L * n * classes;

    public override void Forward(TensorView logits, TensorView probabilities)
        => _kernel.Launch(n, new() { Logits = logits.GpuFloat32, Probabilities = probabilities.GpuFloat32, Classes = classes });

    private static void Kernel(SigmoidArguments k)
    {
        long row = (long)Grid.IdxX * k.Classes;
        for (int c = Group.IdxX; c < k.Classes; c += BlockSums.Threads) k.Probabilities[row + c] = (float)SigmoidRowGpu.Sigmoid(k.Logits[row + c]);
    }
}

/// <summary>Arithmetic of one logit.</summary>
internal static class SigmoidRowGpu
{
    /// <summary>Without an exponential that overflows.</summary>
    public static double Sigmoid(double z)
    {
        double e = DoubleMath.Exp(z < 0 ? z : -z);
        return (z < 0 ? e : 1) / (1 + e);
    }

    /// <summary>log(1 + exp(z)).</summary>
    public static double Softplus(double z) => (z > 0 ? z : 0) + DoubleMath.Log(1 + DoubleMath.Exp(z < 0 ? z : -z));
}
