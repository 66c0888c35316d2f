using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Pooling;

/// <summary>y[n,c] = mean over the pixels of x (n, pixels, channels). Backward needs nothing saved: dx[n,i,c] (=|+=) dy[n,c]/pixels.</summary>
public abstract class GlobalAveragePool : OpPlan
{
    /// <summary>A plan for (<paramref name="n"/>, <paramref name="pixels"/> = H·W, <paramref name="channels"/>). x and dx have the type of <paramref name="activations"/>, y and dy are float32.</summary>
    public static GlobalAveragePool Plan(Device device, int n, int pixels, int channels, DType activations = DType.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        return device switch
        {
            CpuDevice cpu => new GlobalAveragePoolCpu(cpu.Requiring(activations), n, pixels, channels),
            GpuDevice gpu => new GlobalAveragePoolGpu(gpu, n, pixels, channels),
            _ => throw device.Lacks(nameof(GlobalAveragePool)),
        };
    }

    public abstract void Forward(TensorView x, TensorView y);

    public abstract void Backward(TensorView dy, TensorView dx, GradientWrite write);
}
