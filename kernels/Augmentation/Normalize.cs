using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

/// <summary>x (N, S, S, 3) UInt8 → y (N, S, S, 3) float32, (v/255 − mean)/std: what evaluation sees, and what <see cref="Augment"/> gives under the identity.</summary>
public abstract class Normalize : OpPlan
{
    /// <param name="n">Pictures of a batch.</param>
    /// <param name="size">S, side in pixels.</param>
    /// <param name="mean">Per channel R, G, B on the scale 0 … 1.</param>
    /// <param name="std">Per channel, above 0.</param>
    public static Normalize Plan(Device device, int n, int size, float[] mean, float[] std)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var channels = new ChannelScale(mean, std);
        return device switch
        {
            CpuDevice cpu => new NormalizeCpu(cpu, n, size, channels),
            GpuDevice gpu => new NormalizeGpu(gpu, n, size, channels),
            _ => throw device.Lacks(nameof(Normalize)),
        };
    }

    public abstract void Run(TensorView x, TensorView y);
}
