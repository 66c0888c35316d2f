using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

/// <summary>
/// y = max(x, 0) over any shape. Backward needs y, not x: dx (=|+=) dy where y &gt; 0, else 0.
/// y may share x's memory; dx may share dy's when written with <see cref="GradientWrite.Overwrite"/>.
/// </summary>
public abstract class Relu : OpPlan
{
    /// <summary>A plan for <paramref name="count"/> elements, float32, or bfloat16 on a GPU.</summary>
    public static Relu Plan(Device device, long count, DType activations = DType.Float32) => device switch
    {
        CpuDevice cpu => new ReluCpu(cpu.Requiring(activations), count),
        GpuDevice gpu => new ReluGpu(gpu, count),
        _ => throw device.Lacks(nameof(Relu)),
    };

    public abstract void Forward(TensorView x, TensorView y);

    public abstract void Backward(TensorView y, TensorView dy, TensorView dx, GradientWrite write);
}
