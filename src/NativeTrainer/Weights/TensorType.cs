namespace NativeTrainer.Weights;

/// <summary>Element types of a safetensors file, named as the format names them.</summary>
public enum TensorType
{
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    BOOL,
}

/// <summary>Facts about <see cref="TensorType"/>.</summary>
public static class TensorTypeFacts
{
    /// <summary>Bytes of one element.</summary>
    public static int SizeInBytes(this TensorType type) => type switch
    {
        TensorType.F64 or TensorType.I64 => 8,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.F16 or TensorType.BF16 or TensorType.I16 => 2,
        TensorType.I8 or TensorType.U8 or TensorType.BOOL => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}

/// <summary>One tensor of a safetensors file: row-major, the last dimension contiguous; an empty shape is a scalar.</summary>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<int> Shape)
{
    /// <summary>Number of elements; 1 for a scalar.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            foreach (int extent in Shape) count = checked(count * extent);
            return count;
        }
    }

    /// <summary>Bytes of the tensor's data.</summary>
    public long Bytes => checked(Count * Type.SizeInBytes());
}

/// <summary>A tensor to write: its entry and its little-endian data.</summary>
public sealed record TensorData(TensorEntry Entry, ReadOnlyMemory<byte> Data);
