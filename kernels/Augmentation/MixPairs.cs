using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

/// <summary>Two samples of a batch that are mixed with each other.</summary>
/// <param name="First">Index of a sample; no sample is in two pairs.</param>
/// <param name="Second">Another sample.</param>
/// <param name="Lambda">Share of itself that a sample keeps, 0 to 1; the rest comes from the other. Where pixels are swapped, it weighs the targets only.</param>
/// <param name="Swap">Empty: all pixels are blended (mixup, Zhang et al. 2018). Else the box that the two exchange (CutMix, Yun et al. 2019).</param>
public readonly record struct MixPair(int First, int Second, float Lambda, PixelBox Swap);

/// <summary>Mixup and CutMix in place on y (N, S, S, 3), pair by pair: both samples of a pair get the same share of each other.</summary>
public abstract class MixPairs : OpPlan
{
    /// <param name="n">Pictures of a batch.</param>
    /// <param name="size">S, side in pixels.</param>
    public static MixPairs Plan(Device device, int n, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return device switch
        {
            CpuDevice cpu => new MixPairsCpu(cpu, n, size),
            GpuDevice gpu => new MixPairsGpu(gpu, n, size),
            _ => throw device.Lacks(nameof(MixPairs)),
        };
    }

    /// <param name="y">(N, S, S, 3), changed in place.</param>
    /// <param name="pairs">At least <paramref name="count"/> pairs; boxes within the picture.</param>
    /// <param name="count">Pairs to mix; 0 does nothing.</param>
    public abstract void Run(TensorView y, MixPair[] pairs, int count);
}
