using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

/// <summary>
/// Pictures of any sizes → y (N, S, S, 3) float32, (v/255 − mean)/std, each by its own <see cref="AugmentationParameters"/>.
/// Sampling: a map without rotation or shear is two passes of a triangle filter whose half-width is max(scale, 1) source pixels, as in PIL and
/// torchvision with antialias (but taps beyond the crop see the rest of the picture). Any other map averages ⌈sx⌉ × ⌈sy⌉ bilinear taps spread evenly
/// over the output pixel's footprint, sx and sy being the source pixels per output step (at most <see cref="MaxTaps"/> each). Both are bilinear when magnifying.
/// </summary>
public abstract class Augment : OpPlan, IDisposable
{
    /// <summary>Most bilinear taps along one side of a footprint: rotated or sheared pictures alias only beyond this shrinking factor.</summary>
    public const int MaxTaps = 16;

    /// <param name="n">Pictures of a batch.</param>
    /// <param name="outputSize">S, side of the output in pixels.</param>
    /// <param name="mean">Per channel R, G, B on the scale 0 … 1.</param>
    /// <param name="std">Per channel, above 0.</param>
    public static Augment Plan(Device device, int n, int outputSize, float[] mean, float[] std)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        var colours = new ChannelScale(mean, std);
        return device switch
        {
            CpuDevice cpu => new AugmentCpu(cpu, n, outputSize, colours),
            GpuDevice gpu => new AugmentGpu(gpu, n, outputSize, colours),
            _ => throw device.Lacks(nameof(Augment)),
        };
    }

    /// <summary>Augments the first n pictures; both lists may be longer.</summary>
    /// <param name="sources">UInt8 pictures.</param>
    /// <param name="parameters">One per picture.</param>
    /// <param name="y">(N, S, S, 3), overwritten.</param>
    public abstract void Run(SourceImages sources, AugmentationParameters[] parameters, TensorView y);

    /// <summary>Gives back what a card's plan keeps between batches.</summary>
    public virtual void Dispose() { }

    /// <summary>Bilinear taps along one output axis whose step covers (<paramref name="x"/>, <paramref name="y"/>) source pixels.</summary>
    internal static int FootprintTaps(double x, double y)
        // The small term keeps a pure rotation, whose step is 1 but for rounding, at one tap.
        => (int)Math.Clamp(Math.Ceiling(Math.Sqrt(x * x + y * y) - 1e-6), 1, MaxTaps);
}

/// <summary>(v/255 − mean)/std as v·Scale + Shift, per channel.</summary>
internal readonly struct ChannelScale
{
    public ChannelScale(float[] mean, float[] std)
    {
        if (mean.Length != 3 || std.Length != 3) throw new ArgumentException($"mean and std have one value per channel, 3; they have {mean.Length} and {std.Length}");
        if (Array.Exists(std, s => !(s > 0))) throw new ArgumentException($"std must be above 0; it is [{string.Join(", ", std)}]");
        (Scale0, Scale1, Scale2) = (Factor(std[0]), Factor(std[1]), Factor(std[2]));
        (Shift0, Shift1, Shift2) = (Offset(mean[0], std[0]), Offset(mean[1], std[1]), Offset(mean[2], std[2]));
        (Mean0, Mean1, Mean2) = (255 * mean[0], 255 * mean[1], 255 * mean[2]);
    }

    public float Scale0 { get; }

    public float Scale1 { get; }

    public float Scale2 { get; }

    public float Shift0 { get; }

    public float Shift1 { get; }

    public float Shift2 { get; }

    /// <summary>The mean colour on the scale 0 … 255: what fills what is outside or erased.</summary>
    public float Mean0 { get; }

    public float Mean1 { get; }

    public float Mean2 { get; }

    private static float Factor(float std) => (float)(1 / (255.0 * std));

    private static float Offset(float mean, float std) => (float)(-(double)mean / std);
}
