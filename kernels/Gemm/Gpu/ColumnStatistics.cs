using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Gemm;

/// <summary>For each column of a block: a shift s (the first row), Σ(y − s) and Σ(y − s)² of the results as they are stored. The order of the sums is fixed.</summary>
internal struct ColumnStatistics<TStorage> : IStagedReader<ColumnStatistics<TStorage>> where TStorage : struct, IStorage
{
    /// <summary>Three rows of <see cref="Stride"/> floats for each block of rows.</summary>
    public ArrayView<Float4> Target;

    /// <summary>0 or 1.</summary>
    public int Wanted;

    /// <summary>How many of the block's rows and columns count.</summary>
    public int Rows, Columns;

    /// <summary>Where the block's shifts go.</summary>
    public int At;

    public int Stride;

    private Float4 _shift, _sum, _squares;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ColumnStatistics<TStorage> Read<TBlock>(ArrayView<Float4> rows, int first, int count, int pitch) where TBlock : struct, IBlockTile
    {
        if (Wanted == 0) return this;
        int chunks = default(TBlock).Columns / 4, chunk = Group.IdxX % chunks, lines = StagedStore.Threads / chunks, end = IntrinsicMath.Min(count, Rows - first);
        Float4 shift = first == 0 ? rows[chunk] : _shift, sum = _sum, squares = _squares;
        for (int row = Group.IdxX / chunks; row < end; row += lines)
        {
            var d = default(TStorage).Rounded(rows[row * pitch / 4 + chunk]).Minus(shift);
            sum = sum.Plus(d);
            squares = d.Times(d).Plus(squares);
        }
        return this with { _shift = shift, _sum = sum, _squares = squares };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Finish<TBlock>(ArrayView<Float4> shared) where TBlock : struct, IBlockTile
    {
        if (Wanted == 0) return;
        int chunks = default(TBlock).Columns / 4, thread = Group.IdxX;
        var sums = shared.Cast<Float8>();
        var own = new Float8 { Low = _sum, High = _squares };
        Group.Barrier();
        sums[thread] = own;
        for (int half = StagedStore.Threads / 2; half >= chunks; half /= 2)
        {
            Group.Barrier();
            if (thread >= half) continue;
            var other = sums[thread + half];
            own = own.Plus(other);
            sums[thread] = own;
        }
        if (thread >= chunks || thread * 4 >= Columns) return;
        int at = At / 4 + thread, row = Stride / 4;
        Target[at] = _shift;
        Target[at + row] = own.Low;
        Target[at + 2 * row] = own.High;
    }
}
