using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

/// <summary>y = factor·x over any shape; y may share x's memory.</summary>
public abstract class Scale : OpPlan
{
    /// <summary>A plan for <paramref name="count"/> elements.</summary>
    public static Scale Plan(Device device, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return device switch
        {
            CpuDevice cpu => new ScaleCpu(cpu, count),
            GpuDevice gpu => new ScaleGpu(gpu, count),
            _ => throw device.Lacks(nameof(Scale)),
        };
    }

    public abstract void Run(TensorView x, float factor, TensorView y);
}
