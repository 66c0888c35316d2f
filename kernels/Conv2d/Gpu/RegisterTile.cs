using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>A thread's 4×4 part of a block's result. Structs of scalars stay in registers; arrays would not.</summary>
internal struct RegisterTile
{
    public Float4 Row0, Row1, Row2, Row3;

    /// <summary>This + a·bᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly RegisterTile Plus(Float4 a, Float4 b) => new()
    {
        Row0 = Plus(Row0, a.X, b),
        Row1 = Plus(Row1, a.Y, b),
        Row2 = Plus(Row2, a.Z, b),
        Row3 = Plus(Row3, a.W, b),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float4 Plus(Float4 sum, float a, Float4 b) => new()
    {
        X = a * b.X + sum.X,
        Y = a * b.Y + sum.Y,
        Z = a * b.Z + sum.Z,
        W = a * b.W + sum.W,
    };
}

/// <summary>
/// The block of every product here: 256 threads, 64×64 results, 16 steps of depth in shared memory, laid out [depth][row] so that a thread reads its four
/// rows and its four columns as one vector each.
/// </summary>
internal static class BlockTile
{
    public const int Threads = 256, Side = 64, Depth = 16, Elements = Side * Depth, PerThread = 4;

    /// <summary>Adds the products of one slab; the caller places barriers around it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RegisterTile Multiply(RegisterTile sum, ArrayView<Float4> a, ArrayView<Float4> b)
    {
        int row = Group.IdxX / 16, column = Group.IdxX % 16;
        for (int k = 0; k < Depth; k++) sum = sum.Plus(a[k * (Side / 4) + row], b[k * (Side / 4) + column]);
        return sum;
    }
}
