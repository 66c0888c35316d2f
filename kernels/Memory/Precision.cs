namespace NativeTrainer.Kernels;

/// <summary>How a network's activations are stored and multiplied. Master weights, statistics, losses and optimizer state are float32 in every case.</summary>
public enum Precision : byte
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>float32 in memory; convolutions round their operands to tf32 (10 bits of mantissa) for the tensor cores and sum in float32.</summary>
    Tf32,

    /// <summary>Activations, their gradients and a copy of the convolutions' weights in bfloat16; sums in float32.</summary>
    BFloat16,
}

/// <summary>Facts about <see cref="Precision"/>.</summary>
public static class PrecisionFacts
{
    /// <summary>Storage of activations.</summary>
    public static DType Activations(this Precision precision) => precision == Precision.BFloat16 ? DType.BFloat16 : DType.Float32;

    /// <summary>As on the command line: fp32, tf32, bf16.</summary>
    public static string Name(this Precision precision) => precision switch
    {
        Precision.Float32 => "fp32",
        Precision.Tf32 => "tf32",
        Precision.BFloat16 => "bf16",
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, null),
    };
}
