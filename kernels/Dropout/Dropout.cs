using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Dropout;

/// <summary>
/// y = x·keep/(1 − p). Whether element i is kept is a pure function of (key, i), see <see cref="DropoutMask"/>: nothing is saved for backward, which
/// is given the same key, and the mask is the same for any device and thread count. y may share x's memory, and dx dy's if overwritten.
/// </summary>
public abstract class Dropout : OpPlan
{
    /// <summary>A plan for <paramref name="count"/> elements, each dropped with <paramref name="probability"/>, 0 ≤ p &lt; 1.</summary>
    public static Dropout Plan(Device device, long count, float probability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (probability is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "dropout's probability is at least 0 and below 1");
        return device switch
        {
            CpuDevice cpu => new DropoutCpu(cpu, count, probability),
            GpuDevice gpu => new DropoutGpu(gpu, count, probability),
            _ => throw device.Lacks(nameof(Dropout)),
        };
    }

    /// <param name="key">From <see cref="Random.CounterRandom.Key"/> with the step in it, so that each step drops others.</param>
    public abstract void Forward(TensorView x, TensorView y, ulong key);

    public abstract void Backward(TensorView dy, TensorView dx, GradientWrite write, ulong key);
}
