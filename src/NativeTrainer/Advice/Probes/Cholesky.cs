using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Advice.Probes;

/// <summary>A symmetric positive definite matrix A = L·Lᵀ in float64, for solving A·x = b. The same bits for any number of threads.</summary>
internal sealed class Cholesky
{
    /// <summary>Columns that are finished together: their rows stay in a cache while the rows below pass by.</summary>
    private const int Block = 64;

    /// <summary>Rows and columns of a tile whose products are summed in registers, a lane to each column.</summary>
    private const int TileRows = 4, TileColumns = 32;

    private readonly double[] _l; // (n, n), lower triangle; above it lies scratch
    private readonly int _n;

    private Cholesky(double[] l, int n) => (_l, _n) = (l, n);

    /// <param name="a">(n, n) or longer, of which the lower triangle is read; it is overwritten and kept.</param>
    /// <exception cref="ArgumentException">The matrix is not positive definite.</exception>
    public static Cholesky Factor(double[] a, int n, ParallelOptions parallel)
    {
        double[] inverse = new double[Block * Block], panel = ArrayPool<double>.Shared.Rent(Block * n);
        for (int start = 0; start < n; start += Block)
        {
            int end = Math.Min(start + Block, n), first = start;
            if (end - first == Block) Pack(a, n, first, panel);
            LessFinished(a, n, first, end, first, end, panel);
            for (int i = first; i < end; i++) FinishRow(a, n, i, first);
            if (end == n) break;
            Invert(a, n, first, end, inverse);
            Parallel.For(0, (n - end + TileRows - 1) / TileRows, parallel, tile =>
            {
                int row = end + tile * TileRows, last = Math.Min(row + TileRows, n);
                LessFinished(a, n, row, last, first, end, panel);
                for (int i = row; i < last; i++) TimesInverse(ref a[i * n + first], inverse);
            });
        }
        ArrayPool<double>.Shared.Return(panel);
        return new Cholesky(a, n);
    }

    /// <summary>Solves for many right-hand sides in place: (sides, n), each of them contiguous.</summary>
    public void Solve(double[] b, ParallelOptions parallel) => Parallel.For(0, b.Length / _n, parallel, side => Solve(b.AsSpan(side * _n, _n)));

    private void Solve(Span<double> b)
    {
        for (int i = 0; i < _n; i++) b[i] = (b[i] - TensorPrimitives.Dot<double>(_l.AsSpan(i * _n, i), b[..i])) / _l[i * _n + i];
        for (int i = _n - 1; i >= 0; i--)
        {
            b[i] /= _l[i * _n + i];
            TensorPrimitives.MultiplyAdd(_l.AsSpan(i * _n, i), -b[i], b[..i], b[..i]);
        }
    }

    // The finished part of a block's rows, (Block / TileColumns, first, TileColumns): each step of a tile's sums reads what lies together.
    private static void Pack(double[] a, int n, int first, double[] panel)
    {
        for (int j = 0; j < Block; j++)
        {
            var row = a.AsSpan((first + j) * n, first);
            int at = j / TileColumns * TileColumns * first + j % TileColumns;
            foreach (double value in row)
            {
                panel[at] = value;
                at += TileColumns;
            }
        }
    }

    // Entries (rows, first…end) of A, less the products of what is finished of L.
    private static void LessFinished(double[] a, int n, int row, int lastRow, int first, int end, double[] panel)
    {
        if (first == 0) return;
        for (int i = row; i < lastRow; i += TileRows)
        {
            int height = Math.Min(TileRows, lastRow - i);
            for (int j = first; j < end; j += TileColumns)
            {
                if (height == TileRows && end - first == Block) LessProducts(ref a[i * n], n, j, first, ref panel[(j - first) * first]);
                else LessProducts(a, n, i, height, j, Math.Min(TileColumns, end - j), first);
            }
        }
    }

    // A whole tile from column j on, less the products of its rows' first entries with a part of the panel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LessProducts(ref double rows, int n, int j, int count, ref double panel)
    {
        ref double r0 = ref rows, r1 = ref Unsafe.Add(ref r0, n), r2 = ref Unsafe.Add(ref r1, n), r3 = ref Unsafe.Add(ref r2, n);
        Vector512<double> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<double> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        for (int k = 0; k < count; k++)
        {
            var (c0, c1) = (Vector512.LoadUnsafe(ref panel, 0), Vector512.LoadUnsafe(ref panel, 8));
            var (c2, c3) = (Vector512.LoadUnsafe(ref panel, 16), Vector512.LoadUnsafe(ref panel, 24));
            var r = Vector512.Create(Unsafe.Add(ref r0, k));
            (s00, s01, s02, s03) = (Vector512.FusedMultiplyAdd(r, c0, s00), Vector512.FusedMultiplyAdd(r, c1, s01), Vector512.FusedMultiplyAdd(r, c2, s02), Vector512.FusedMultiplyAdd(r, c3, s03));
            r = Vector512.Create(Unsafe.Add(ref r1, k));
            (s10, s11, s12, s13) = (Vector512.FusedMultiplyAdd(r, c0, s10), Vector512.FusedMultiplyAdd(r, c1, s11), Vector512.FusedMultiplyAdd(r, c2, s12), Vector512.FusedMultiplyAdd(r, c3, s13));
            r = Vector512.Create(Unsafe.Add(ref r2, k));
            (s20, s21, s22, s23) = (Vector512.FusedMultiplyAdd(r, c0, s20), Vector512.FusedMultiplyAdd(r, c1, s21), Vector512.FusedMultiplyAdd(r, c2, s22), Vector512.FusedMultiplyAdd(r, c3, s23));
            r = Vector512.Create(Unsafe.Add(ref r3, k));
            (s30, s31, s32, s33) = (Vector512.FusedMultiplyAdd(r, c0, s30), Vector512.FusedMultiplyAdd(r, c1, s31), Vector512.FusedMultiplyAdd(r, c2, s32), Vector512.FusedMultiplyAdd(r, c3, s33));
            panel = ref Unsafe.Add(ref panel, TileColumns);
        }
        Subtract(ref Unsafe.Add(ref r0, j), s00, s01, s02, s03);
        Subtract(ref Unsafe.Add(ref r1, j), s10, s11, s12, s13);
        Subtract(ref Unsafe.Add(ref r2, j), s20, s21, s22, s23);
        Subtract(ref Unsafe.Add(ref r3, j), s30, s31, s32, s33);

        static void Subtract(ref double at, Vector512<double> first, Vector512<double> second, Vector512<double> third, Vector512<double> fourth)
        {
            (Vector512.LoadUnsafe(ref at, 0) - first).StoreUnsafe(ref at, 0);
            (Vector512.LoadUnsafe(ref at, 8) - second).StoreUnsafe(ref at, 8);
            (Vector512.LoadUnsafe(ref at, 16) - third).StoreUnsafe(ref at, 16);
            (Vector512.LoadUnsafe(ref at, 24) - fourth).StoreUnsafe(ref at, 24);
        }
    }

    // The same at an edge, for fewer rows or columns than a tile has.
    private static void LessProducts(double[] a, int n, int i, int height, int j, int width, int count)
    {
        for (int row = i; row < i + height; row++)
        {
            for (int column = j; column < j + width; column++) a[row * n + column] -= TensorPrimitives.Dot<double>(a.AsSpan(row * n, count), a.AsSpan(column * n, count));
        }
    }

    private static void FinishRow(double[] a, int n, int i, int first)
    {
        var row = a.AsSpan(i * n, n);
        for (int j = first; j <= i; j++)
        {
            double rest = row[j] - TensorPrimitives.Dot<double>(row[first..j], a.AsSpan(j * n + first, j - first));
            if (j < i) row[j] = rest / a[j * n + j];
            else if (rest > 0) row[j] = Math.Sqrt(rest);
            else throw new ArgumentException($"the matrix is not positive definite: pivot {j} of {n} is {rest:g3}");
        }
    }

    // (Block, Block): the transposed inverse of a whole diagonal block of L, by rows. Rows below it are multiplied, where solving for them would wait for each division.
    private static void Invert(double[] a, int n, int first, int end, double[] inverse)
    {
        Array.Clear(inverse);
        for (int column = 0; column < end - first; column++)
        {
            var x = inverse.AsSpan(column * Block, Block); // L·x = the unit vector
            for (int i = column; i < end - first; i++)
            {
                double rest = (i == column ? 1 : 0) - TensorPrimitives.Dot<double>(a.AsSpan((first + i) * n + first, i), x[..i]);
                x[i] = rest / a[(first + i) * n + first + i];
            }
        }
    }

    // A row's Block entries times the inverse: sums in registers, a lane to each column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TimesInverse(ref double row, double[] inverse)
    {
        ref double column = ref MemoryMarshal.GetArrayDataReference(inverse);
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int k = 0; k < Block; k++)
        {
            var r = Vector512.Create(Unsafe.Add(ref row, k));
            (s0, s1) = (Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 0), s0), Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 8), s1));
            (s2, s3) = (Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 16), s2), Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 24), s3));
            (s4, s5) = (Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 32), s4), Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 40), s5));
            (s6, s7) = (Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 48), s6), Vector512.FusedMultiplyAdd(r, Vector512.LoadUnsafe(ref column, 56), s7));
            column = ref Unsafe.Add(ref column, Block);
        }
        s0.StoreUnsafe(ref row, 0);
        s1.StoreUnsafe(ref row, 8);
        s2.StoreUnsafe(ref row, 16);
        s3.StoreUnsafe(ref row, 24);
        s4.StoreUnsafe(ref row, 32);
        s5.StoreUnsafe(ref row, 40);
        s6.StoreUnsafe(ref row, 48);
        s7.StoreUnsafe(ref row, 56);
    }
}
