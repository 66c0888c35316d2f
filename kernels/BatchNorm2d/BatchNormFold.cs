using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>
/// Folds a batch norm with constant statistics into the convolution before it: foldedW[k] = w[k]·γ[k]/√(var[k] + ε) and
/// foldedBias[k] = β[k] − mean[k]·γ[k]/√(var[k] + ε), in float64, rounded once. w is (K, R, S, C); vectors are (K).
/// </summary>
public abstract class BatchNormFold : OpPlan
{
    /// <summary>A plan for <paramref name="channels"/> = K filters of <paramref name="weightsPerChannel"/> = R·S·C values.</summary>
    public static BatchNormFold Plan(Device device, int channels, int weightsPerChannel, float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(weightsPerChannel, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epsilon);
        return device switch
        {
            CpuDevice cpu => new BatchNormFoldCpu(cpu, channels, weightsPerChannel, epsilon),
            GpuDevice gpu => new BatchNormFoldGpu(gpu, channels, weightsPerChannel, epsilon),
            _ => throw device.Lacks(nameof(BatchNormFold)),
        };
    }

    /// <summary><paramref name="gamma"/> may be none for 1. foldedW may share w's memory, or be bfloat16 on a GPU.</summary>
    public abstract void Run(TensorView w, TensorView gamma, TensorView beta, TensorView mean, TensorView variance, TensorView foldedW, TensorView foldedBias);
}
