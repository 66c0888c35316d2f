using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

/// <summary>
/// y = a + b over any shape; y may share a's or b's memory. The gradient of either operand is dy itself: <see cref="Backward"/> copies or adds it.
/// </summary>
public abstract class Add : OpPlan
{
    /// <summary>A plan for <paramref name="count"/> elements, float32, or bfloat16 on a GPU.</summary>
    public static Add Plan(Device device, long count, DType activations = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return device switch
        {
            CpuDevice cpu => new AddCpu(cpu.Requiring(activations), count),
            GpuDevice gpu => new AddGpu(gpu, count),
            _ => throw device.Lacks(nameof(Add)),
        };
    }

    public abstract void Forward(TensorView a, TensorView b, TensorView y);

    /// <summary>dx (=|+=) dy.</summary>
    public abstract void Backward(TensorView dy, TensorView dx, GradientWrite write);
}
