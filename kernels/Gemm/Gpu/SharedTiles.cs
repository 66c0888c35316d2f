using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>
/// How a slab of 64 bytes of depth of an operand lies in shared memory, in 16-byte chunks. Rows of 64 bytes would put every second row in the same
/// banks, so chunks are exchanged by row: any eight rows of one column of chunks lie in different banks, for writers and for ldmatrix.
/// </summary>
internal static class SharedTiles
{
    /// <summary>Bytes of depth in a slab.</summary>
    public const int SlabBytes = 64, ChunkBytes = 16, SlabChunks = SlabBytes / ChunkBytes;

    /// <summary>Slabs under way: one computed, two being copied.</summary>
    public const int Stages = 3;

    /// <summary>Depth contiguous: a row (m or n) of 4 chunks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int DepthMajor(int row, int chunk) => row * SlabBytes + ((chunk ^ (row >> 1 & 3)) << 4);

    /// <summary>Rows contiguous: a step of depth holds <paramref name="width"/> chunks of m or n (8 or 16).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RowMajor(int depth, int chunk, int width) => depth * width * ChunkBytes + ((chunk ^ (depth & 7)) << 4);
}

/// <summary>
/// Fragments of a depth-contiguous operand. ldmatrix wants, for a: lanes 0–15 rows 0–15 of the first 16 bytes, lanes 16–31 of the second;
/// for b: lanes 0–7 and 8–15 rows 0–7 of the first and second 16 bytes, lanes 16–31 rows 8–15.
/// </summary>
internal struct DepthMajorFragments : IFragments<DepthMajorFragments>
{
    public int Even, Odd;

    public static DepthMajorFragments OfA(int shared, int firstRow)
    {
        int lane = Group.IdxX & 31;
        return At(shared, firstRow + (lane & 15), lane >> 4);
    }

    public static DepthMajorFragments OfB(int shared, int firstColumn)
    {
        int lane = Group.IdxX & 31;
        return At(shared, firstColumn + (lane & 7) + (lane >> 4 << 3), lane >> 3 & 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Bits4 Load(int step, int tile) => Ptx.LoadMatrices((step == 0 ? Even : Odd) + tile * 16 * SharedTiles.SlabBytes);

    public readonly DepthMajorFragments In(int stage) => new() { Even = Even + stage, Odd = Odd + stage };

    private static DepthMajorFragments At(int shared, int row, int chunk)
        => new() { Even = shared + SharedTiles.DepthMajor(row, chunk), Odd = shared + SharedTiles.DepthMajor(row, chunk + 2) };
}

/// <summary>
/// Fragments of an operand whose rows are contiguous, transposed on the way (16-bit elements only). ldmatrix.trans wants, for a: lanes 0–7 and 8–15 depths
/// 0–7 of the first and second chunk, lanes 16–31 depths 8–15; for b: lanes 0–15 depths 0–15 of the first chunk, lanes 16–31 of the second.
/// </summary>
internal struct RowMajorFragments : IFragments<RowMajorFragments>
{
    /// <summary>Tiles of 16 rows: their chunks differ by an exclusive or, so each has an address.</summary>
    public int Tile0, Tile1, Tile2, Tile3, StepBytes;

    public static RowMajorFragments OfA(int shared, int firstRow, int width)
    {
        int lane = Group.IdxX & 31;
        return At(shared, (lane & 7) + (lane >> 4 << 3), firstRow / 8 + (lane >> 3 & 1), width);
    }

    public static RowMajorFragments OfB(int shared, int firstColumn, int width)
    {
        int lane = Group.IdxX & 31;
        return At(shared, lane & 15, firstColumn / 8 + (lane >> 4), width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Bits4 Load(int step, int tile)
        => Ptx.LoadMatricesTransposed((tile == 0 ? Tile0 : tile == 1 ? Tile1 : tile == 2 ? Tile2 : Tile3) + (step == 0 ? 0 : StepBytes));

    public readonly RowMajorFragments In(int stage)
        => new() { Tile0 = Tile0 + stage, Tile1 = Tile1 + stage, Tile2 = Tile2 + stage, Tile3 = Tile3 + stage, StepBytes = StepBytes };

    private static RowMajorFragments At(int shared, int depth, int chunk, int width) => new()
    {
        Tile0 = shared + SharedTiles.RowMajor(depth, chunk, width),
        Tile1 = shared + SharedTiles.RowMajor(depth, chunk ^ 2, width),
        Tile2 = shared + SharedTiles.RowMajor(depth, chunk ^ 4, width),
        Tile3 = shared + SharedTiles.RowMajor(depth, chunk ^ 6, width),
        StepBytes = 16 * width * SharedTiles.ChunkBytes,
    };
}
