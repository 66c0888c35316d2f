using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Four floats that move together: one 16-byte access. Structs of scalars stay in registers; arrays would not.</summary>
internal struct Float4
{
    public float X, Y, Z, W;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Plus(Float4 other) => new() { X = X + other.X, Y = Y + other.Y, Z = Z + other.Z, W = W + other.W };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Minus(Float4 other) => new() { X = X - other.X, Y = Y - other.Y, Z = Z - other.Z, W = W - other.W };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Times(Float4 other) => new() { X = X * other.X, Y = Y * other.Y, Z = Z * other.Z, W = W * other.W };

    /// <summary>Bit i: whether value i is above 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint PositiveBits() => (X > 0 ? 1u : 0) | (Y > 0 ? 2u : 0) | (Z > 0 ? 4u : 0) | (W > 0 ? 8u : 0);

    /// <summary>These where their bit is set, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Where(uint bits) => new() { X = (bits & 1) != 0 ? X : 0, Y = (bits & 2) != 0 ? Y : 0, Z = (bits & 4) != 0 ? Z : 0, W = (bits & 8) != 0 ? W : 0 };

    /// <summary>Negative numbers become 0; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Positive() => new() { X = X <= 0 ? 0 : X, Y = Y <= 0 ? 0 : Y, Z = Z <= 0 ? 0 : Z, W = W <= 0 ? 0 : W };
}

/// <summary>Four 32-bit words that move together: a tensor-core fragment, or eight bfloat16 numbers in memory order (the first in X's low half).</summary>
internal struct Bits4
{
    public uint X, Y, Z, W;
}
