using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>Receives a block's results eight columns at a time.</summary>
internal interface IRowTarget
{
    /// <param name="row">Row in the block.</param>
    /// <param name="column">First column in the block, a multiple of eight.</param>
    /// <param name="values">float32 sums.</param>
    void Store(int row, int column, Float8 values);
}

/// <summary>Looks at a block's results as well, while they lie in shared memory.</summary>
internal interface IStagedReader<TSelf> where TSelf : struct
{
    /// <param name="rows">Rows first … first + count − 1 of the block, <paramref name="pitch"/> floats each.</param>
    TSelf Read<TBlock>(ArrayView<Float4> rows, int first, int count, int pitch) where TBlock : struct, IBlockTile;

    /// <summary>Comes last, in all threads; others may still be reading the results.</summary>
    void Finish<TBlock>(ArrayView<Float4> shared) where TBlock : struct, IBlockTile;
}

internal struct NoReader : IStagedReader<NoReader>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly NoReader Read<TBlock>(ArrayView<Float4> rows, int first, int count, int pitch) where TBlock : struct, IBlockTile => this;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Finish<TBlock>(ArrayView<Float4> shared) where TBlock : struct, IBlockTile { }
}

/// <summary>Two floats that move together: what a lane holds of a row of a 16×8 result.</summary>
internal struct Float2
{
    public float X, Y;
}

/// <summary>
/// Results leave registers through shared memory, so that a warp writes whole rows of 16-byte accesses; up to 64×128 or 128×64 results at a time. Eight more
/// floats a row put a warp's pairs in different banks.
/// </summary>
internal static class StagedStore
{
    public const int Threads = 256;

    private const int Padding = 8, MostElements = 8192;

    /// <param name="shared">The block's shared memory; nothing else is using it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TBlock, TWarp, TTarget, TReader>(TWarp sum, ArrayView<Float4> shared, TTarget target, TReader reader)
        where TBlock : struct, IBlockTile where TWarp : struct, IWarpTile<TWarp> where TTarget : struct, IRowTarget where TReader : struct, IStagedReader<TReader>
    {
        int rows = default(TBlock).Rows, columns = default(TBlock).Columns, together = IntrinsicMath.Min(rows, MostElements / columns), pitch = columns + Padding;
        int warp = Group.IdxX / 32, warpRow = warp / default(TBlock).WarpColumns * default(TWarp).Rows, warpColumn = warp % default(TBlock).WarpColumns * default(TWarp).Columns;
        int chunks = columns / 8, chunk = Group.IdxX % chunks;
        for (int first = 0; first < rows; first += together)
        {
            if (first > 0) Group.Barrier();
            if (warpRow >= first && warpRow < first + together) sum.Store(new SharedSink { Target = shared.Cast<Float2>(), Row = warpRow - first, Column = warpColumn, Pitch = pitch });
            Group.Barrier();
            for (int row = Group.IdxX / chunks; row < together; row += Threads / chunks)
            {
                int at = (row * pitch + chunk * 8) / 4;
                target.Store(first + row, chunk * 8, new Float8 { Low = shared[at], High = shared[at + 1] });
            }
            reader = reader.Read<TBlock>(shared, first, together, pitch);
        }
        reader.Finish<TBlock>(shared);
    }

    private struct SharedSink : IResultSink
    {
        public ArrayView<Float2> Target;
        public int Row, Column, Pitch;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Take(int row, int column, Float4 values)
        {
            int lane = Group.IdxX & 31, at = ((Row + row + (lane >> 2)) * Pitch + Column + column) / 2 + (lane & 3);
            Target[at] = new() { X = values.X, Y = values.Y };
            Target[at + 4 * Pitch] = new() { X = values.Z, Y = values.W };
        }
    }
}
