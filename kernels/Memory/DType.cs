namespace NativeTrainer.Kernels;

/// <summary>Storage type of a tensor's elements.</summary>
public enum DType : byte
{
    Float32,

    /// <summary>The upper 16 bits of a float32 (8 exponent, 7 mantissa bits); held as <see cref="ushort"/>.</summary>
    BFloat16,
    Int32,
    UInt8,
}

/// <summary>Facts about <see cref="DType"/>.</summary>
public static class DTypeFacts
{
    /// <summary>Bytes of one element.</summary>
    public static int SizeInBytes(this DType type) => type switch
    {
        DType.Float32 or DType.Int32 => 4,
        DType.BFloat16 => 2,
        DType.UInt8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
