using System.Runtime.CompilerServices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>The part of the result that a block of 256 threads (8 warps) makes.</summary>
internal interface IBlockTile
{
    int Rows { get; }

    int Columns { get; }

    /// <summary>Warps side by side; the others lie below each other.</summary>
    int WarpColumns { get; }
}

/// <summary>Warps of 64×32.</summary>
internal struct Block128x128 : IBlockTile
{
    public readonly int Rows => 128;

    public readonly int Columns => 128;

    public readonly int WarpColumns => 4;
}

/// <summary>Warps of 32×32.</summary>
internal struct Block128x64 : IBlockTile
{
    public readonly int Rows => 128;

    public readonly int Columns => 64;

    public readonly int WarpColumns => 2;
}

/// <summary>Warps of 32×32.</summary>
internal struct Block64x128 : IBlockTile
{
    public readonly int Rows => 64;

    public readonly int Columns => 128;

    public readonly int WarpColumns => 4;
}

/// <summary>Warps of 32×16.</summary>
internal struct Block64x64 : IBlockTile
{
    public readonly int Rows => 64;

    public readonly int Columns => 64;

    public readonly int WarpColumns => 4;
}

/// <summary>Shared memory of a tensor-core kernel.</summary>
internal static class MmaShared
{
    /// <summary>16-byte chunks: all stages, which the results later pass through. A switch of constants, for kernels allocate by constants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Chunks<TBlock>() where TBlock : struct, IBlockTile
        => (default(TBlock).Rows + default(TBlock).Columns) * SharedTiles.SlabChunks * SharedTiles.Stages;
}
