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

}

/// <summary>Fragments of an operand whose rows are contiguous: a step of depth holds <c>width</c> chunks of m or n.</summary>
internal interface IRowMajorFragments<TSelf> : IFragments<TSelf> where TSelf : struct
{
    /// <summary>Where a chunk lies, in bytes from the operand's start.</summary>
    int Place(int depth, int chunk, int width);

    /// <param name="memory">The block's shared memory.</param>
    /// <param name="shared">Its address.</param>
    /// <param name="start">Where the operand starts, in bytes.</param>
    TSelf OfA(ArrayView<Float4> memory, int shared, int start, int firstRow, int width);

    TSelf OfB(ArrayView<Float4> memory, int shared, int start, int firstColumn, int width);
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
/// Of 16-bit elements, transposed on the way. ldmatrix.trans wants, for a: lanes 0–7 and 8–15 depths
/// 0–7 of the first and second chunk, lanes 16–31 depths 8–15; for b: lanes 0–15 depths 0–15 of the first chunk, lanes 16–31 of the second.
/// </summary>
internal struct RowMajorFragments : IRowMajorFragments<RowMajorFragments>
{
    /// <summary>Tiles of 16 rows: their chunks differ by an exclusive or, so each has an address.</summary>
    public int Tile0, Tile1, Tile2, Tile3, StepBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Place(int depth, int chunk, int width) => depth * width * SharedTiles.ChunkBytes + ((chunk ^ (depth & 7)) << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly RowMajorFragments OfA(ArrayView<Float4> memory, int shared, int start, int firstRow, int width)
    {
        int lane = Group.IdxX & 31;
        return At(shared + start, (lane & 7) + (lane >> 4 << 3), firstRow / 8 + (lane >> 3 & 1), width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly RowMajorFragments OfB(ArrayView<Float4> memory, int shared, int start, int firstColumn, int width)
    {
        int lane = Group.IdxX & 31;
        return At(shared + start, lane & 15, firstColumn / 8 + (lane >> 4), width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Bits4 Load(int step, int tile)
        => Ptx.LoadMatricesTransposed((tile == 0 ? Tile0 : tile == 1 ? Tile1 : tile == 2 ? Tile2 : Tile3) + (step == 0 ? 0 : StepBytes));

    public readonly RowMajorFragments In(int stage)
        => new() { Tile0 = Tile0 + stage, Tile1 = Tile1 + stage, Tile2 = Tile2 + stage, Tile3 = Tile3 + stage, StepBytes = StepBytes };

    private readonly RowMajorFragments At(int origin, int depth, int chunk, int width) => new()
    {
        Tile0 = origin + Place(depth, chunk, width),
        Tile1 = origin + Place(depth, chunk ^ 2, width),
        Tile2 = origin + Place(depth, chunk ^ 4, width),
        Tile3 = origin + Place(depth, chunk ^ 6, width),
        StepBytes = 16 * width * SharedTiles.ChunkBytes,
    };
}

/// <summary>
/// Of 32-bit elements, which ldmatrix cannot transpose: read one by one. A warp reads 4 depths of 8 neighbours; the depth's two low bits, exchanged into the
/// chunk's number, put them in 32 different banks.
/// </summary>
internal struct RowMajorWords : IRowMajorFragments<RowMajorWords>
{
    /// <summary>Shared memory, the operand's first word, this lane's first row, words of a step of depth; 0 or 1: whether registers Y and Z hold the other half's depth first.</summary>
    public ArrayView<float> Memory;
    public int Start, Row, Pitch, IsA;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Place(int depth, int chunk, int width) => depth * width * SharedTiles.ChunkBytes + ((chunk ^ ((depth & 3) << 1)) << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly RowMajorWords OfA(ArrayView<Float4> memory, int shared, int start, int firstRow, int width) => At(memory, start, firstRow, width, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly RowMajorWords OfB(ArrayView<Float4> memory, int shared, int start, int firstColumn, int width) => At(memory, start, firstColumn, width, 0);

    /// <summary>For a: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4); for b: the depths t and t + 4 of column g, then of column g + 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Bits4 Load(int step, int tile)
    {
        int depth = step * 8 + (Group.IdxX & 3), row = Row + tile * 16;
        uint first = Word(depth, row), below = Word(depth, row + 8), later = Word(depth + 4, row), both = Word(depth + 4, row + 8);
        return IsA != 0 ? new() { X = first, Y = below, Z = later, W = both } : new() { X = first, Y = later, Z = below, W = both };
    }

    public readonly RowMajorWords In(int stage) => new() { Memory = Memory, Start = Start + stage / 4, Row = Row, Pitch = Pitch, IsA = IsA };

    private static RowMajorWords At(ArrayView<Float4> memory, int start, int firstRow, int width, int isA)
        => new() { Memory = memory.Cast<float>(), Start = start / 4, Row = firstRow + (Group.IdxX >> 2 & 7), Pitch = width * 4, IsA = isA };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly uint Word(int depth, int row) => Interop.FloatAsInt(Memory[Start + depth * Pitch + ((row >> 2 ^ (depth & 3) << 1) << 2) + (row & 3)]);
}
