using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

/// <summary>y (bfloat16) = x (float32), to the nearest, ties to even: the copy of the weights that tensor cores multiply with. GPUs only.</summary>
public abstract class Cast : OpPlan
{
    /// <summary>A plan for <paramref name="count"/> elements.</summary>
    /// <exception cref="ArgumentException">The device computes in float32.</exception>
    public static Cast Plan(Device device, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return device switch
        {
            GpuDevice gpu => new CastGpu(gpu, count),
            _ => throw new ArgumentException($"cast to bfloat16 needs a GPU; {device.Description} computes in fp32"),
        };
    }

    public abstract void Run(TensorView x, TensorView y);
}
