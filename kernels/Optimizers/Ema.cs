using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

/// <summary>Exponential moving average of weights: ema = decay·ema + (1 − decay)·w, computed as ema + (1 − decay)(w − ema), so that equal weights stay equal.</summary>
public abstract class Ema : OpPlan
{
    /// <summary>A plan for <paramref name="count"/> elements.</summary>
    public static Ema Plan(Device device, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return device switch
        {
            CpuDevice cpu => new EmaCpu(cpu, count),
            GpuDevice gpu => new EmaGpu(gpu, count),
            _ => throw device.Lacks(nameof(Ema)),
        };
    }

    /// <param name="ema">The average, moved in place.</param>
    /// <param name="w">As many weights.</param>
    /// <param name="decay">0 to 1; usually 0.999 to 0.9999.</param>
    public abstract void Step(TensorView ema, TensorView w, float decay);
}
