using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Eight neighbours of a tensor, as float32.</summary>
internal struct Float8
{
    public Float4 Low, High;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Plus(Float8 other) => new() { Low = Low.Plus(other.Low), High = High.Plus(other.High) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Minus(Float8 other) => new() { Low = Low.Minus(other.Low), High = High.Minus(other.High) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Times(Float8 other) => new() { Low = Low.Times(other.Low), High = High.Times(other.High) };

    /// <summary>Bit i: whether value i is above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint PositiveBits() => Low.PositiveBits() | High.PositiveBits() << 4;

    /// <summary>These where their bit is set, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Where(uint bits) => new() { Low = Low.Where(bits), High = High.Where(bits >> 4) };

    /// <summary>Negative numbers become 0; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Positive() => new() { Low = Low.Positive(), High = High.Positive() };
}

/// <summary>How a tensor's elements lie in memory, seen as 16-byte chunks; kernels compute in float32. Elements are taken eight at a time, from a multiple of eight.</summary>
internal interface IStorage
{
    /// <summary>Elements of 16 bytes.</summary>
    int PerChunk { get; }

    Float8 Load(ArrayView<Float4> chunks, int element);

    void Store(ArrayView<Float4> chunks, int element, Float8 values);

    /// <summary>The values that a load gives back after a store.</summary>
    Float4 Rounded(Float4 values);
}

internal struct Float32Storage : IStorage
{
    public readonly int PerChunk => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Load(ArrayView<Float4> chunks, int element) => new() { Low = chunks[element >> 2], High = chunks[(element >> 2) + 1] };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(ArrayView<Float4> chunks, int element, Float8 values)
    {
        chunks[element >> 2] = values.Low;
        chunks[(element >> 2) + 1] = values.High;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Rounded(Float4 values) => values;
}

/// <summary>bfloat16: the first of two neighbours in the low half of a word.</summary>
internal struct Bf16Storage : IStorage
{
    public readonly int PerChunk => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float8 Load(ArrayView<Float4> chunks, int element)
    {
        var c = chunks[element >> 3];
        uint x = Interop.FloatAsInt(c.X), y = Interop.FloatAsInt(c.Y), z = Interop.FloatAsInt(c.Z), w = Interop.FloatAsInt(c.W);
        return new()
        {
            Low = new() { X = Bf16.Low(x), Y = Bf16.High(x), Z = Bf16.Low(y), W = Bf16.High(y) },
            High = new() { X = Bf16.Low(z), Y = Bf16.High(z), Z = Bf16.Low(w), W = Bf16.High(w) },
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(ArrayView<Float4> chunks, int element, Float8 v) => chunks[element >> 3] = new()
    {
        X = Interop.IntAsFloat(Ptx.PackBf16(v.Low.X, v.Low.Y)),
        Y = Interop.IntAsFloat(Ptx.PackBf16(v.Low.Z, v.Low.W)),
        Z = Interop.IntAsFloat(Ptx.PackBf16(v.High.X, v.High.Y)),
        W = Interop.IntAsFloat(Ptx.PackBf16(v.High.Z, v.High.W)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Rounded(Float4 v)
    {
        uint low = Ptx.PackBf16(v.X, v.Y), high = Ptx.PackBf16(v.Z, v.W);
        return new() { X = Bf16.Low(low), Y = Bf16.High(low), Z = Bf16.Low(high), W = Bf16.High(high) };
    }
}
