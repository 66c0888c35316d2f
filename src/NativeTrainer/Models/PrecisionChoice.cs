using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Models;

/// <summary>What <c>--precision</c> asks for.</summary>
public enum PrecisionChoice
{
    /// <summary>The fastest that the device has and the network's channels permit.</summary>
    Auto,
    Fp32,
    Tf32,
    Bf16,
}

/// <summary>From the wish to the precision of a network on a device.</summary>
public static class PrecisionChoices
{
    /// <exception cref="UserException">The device has not this precision, or the network does not fit it.</exception>
    public static Precision For(this PrecisionChoice choice, ResNetSpec spec, Device device)
    {
        if (choice == PrecisionChoice.Auto) return device.Precisions.First(p => p == Precision.Float32 || Obstacle(spec) is null);
        var precision = choice switch
        {
            PrecisionChoice.Tf32 => Precision.Tf32,
            PrecisionChoice.Bf16 => Precision.BFloat16,
            _ => Precision.Float32,
        };
        if (!device.Precisions.Contains(precision))
            throw new UserException($"--precision {precision.Name()}: {device.Description} computes in {string.Join(", ", device.Precisions.Select(p => p.Name()))}; give one of these, or auto");
        if (precision == Precision.BFloat16 && Obstacle(spec) is string obstacle) throw new UserException($"--precision bf16: {obstacle}; give fp32 or tf32, or auto");
        return precision;
    }

    private static string? Obstacle(ResNetSpec spec)
    {
        int[] odd = [.. spec.Widths.Append(spec.StemChannels).Where(w => w % 8 != 0)];
        if (odd.Length > 0) return $"the network has layers of {odd[0]} channels, and tensor cores take multiples of 8";
        return spec.InputChannels > 4 && spec.InputChannels % 8 != 0 ? $"its input has {spec.InputChannels} channels; up to 4, or a multiple of 8, will do" : null;
    }
}
