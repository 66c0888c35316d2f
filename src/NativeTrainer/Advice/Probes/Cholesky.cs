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

    /// <summary>Rows and columns of a tile whose products are summed in registers: each number that is read serves several of them.</summary>
    private const int TileRows = 4, TileColumns = 2;

    private readonly double[] _l; // (n, n), lower triangle; above it lies scratch
    private readonly int _n;

    private Cholesky(double[] l, int n) => (_l, _n) = (l, n);

    /// <param name="a">(n, n), of which the lower triangle is read; it is overwritten and kept.</param>
    /// <exception cref="ArgumentException">The matrix is not positive definite.</exception>
    public static Cholesky Factor(double[] a, int n, ParallelOptions parallel)
    {
        for (int start = 0; start < n; start += Block)
        {
            int end = Math.Min(start + Block, n), first = start;
            Finish(a, n, first, end, first, end);
            Parallel.For(0, (n - end + TileRows - 1) / TileRows, parallel, tile => Finish(a, n, end + tile * TileRows, Math.Min(end + (tile + 1) * TileRows, n), first, end));
        }
        return new Cholesky(a, n);
    }

    /// <summary>Solves for many right-hand sides in place: (sides, n), each of them contiguous.</summary>
    public void Solve(double[] b, ParallelOptions parallel) => Parallel.For(0, b.Length / _n, parallel, side => Solve(b.AsSpan(side * _n, _n)));

    /// <summary>L⁻¹·b in place: the squared length of the result is b·A⁻¹·b.</summary>
    public void Forward(Span<double> b)
    {
        for (int i = 0; i < _n; i++) b[i] = (b[i] - TensorPrimitives.Dot<double>(_l.AsSpan(i * _n, i), b[..i])) / _l[i * _n + i];
    }

    private void Solve(Span<double> b)
    {
        Forward(b);
        for (int i = _n - 1; i >= 0; i--)
        {
            b[i] /= _l[i * _n + i];
            TensorPrimitives.MultiplyAdd(_l.AsSpan(i * _n, i), -b[i], b[..i], b[..i]);
        }
    }

    // Entries (rows, first…end) of L: A's, less the products with what is finished, over the diagonal.
    private static void Finish(double[] a, int n, int row, int lastRow, int first, int end)
    {
        for (int i = row; i < lastRow; i += TileRows)
        {
            int height = Math.Min(TileRows, lastRow - i);
            for (int j = first; first > 0 && j < end; j += TileColumns)
            {
                if (height == TileRows && j + TileColumns <= end) LessProducts(a, n, i, j, first);
                else LessProducts(a, n, i, height, j, Math.Min(TileColumns, end - j), first);
            }
        }
        for (int i = row; i < lastRow; i++) FinishRow(a, n, i, first, Math.Min(i + 1, end));
    }

    // Less the products of columns that are finished, whole vectors of them, since Block is a multiple of a vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LessProducts(double[] a, int n, int i, int j, int count)
    {
        ref double x = ref MemoryMarshal.GetArrayDataReference(a);
        ref double r0 = ref Unsafe.Add(ref x, i * n), r1 = ref Unsafe.Add(ref r0, n), r2 = ref Unsafe.Add(ref r1, n), r3 = ref Unsafe.Add(ref r2, n);
        ref double c0 = ref Unsafe.Add(ref x, j * n), c1 = ref Unsafe.Add(ref c0, n);
        Vector512<double> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        for (nuint k = 0; k < (nuint)count; k += (nuint)Vector512<double>.Count)
        {
            var (u, v) = (Vector512.LoadUnsafe(ref c0, k), Vector512.LoadUnsafe(ref c1, k));
            var w = Vector512.LoadUnsafe(ref r0, k);
            (s00, s01) = (Vector512.FusedMultiplyAdd(w, u, s00), Vector512.FusedMultiplyAdd(w, v, s01));
            w = Vector512.LoadUnsafe(ref r1, k);
            (s10, s11) = (Vector512.FusedMultiplyAdd(w, u, s10), Vector512.FusedMultiplyAdd(w, v, s11));
            w = Vector512.LoadUnsafe(ref r2, k);
            (s20, s21) = (Vector512.FusedMultiplyAdd(w, u, s20), Vector512.FusedMultiplyAdd(w, v, s21));
            w = Vector512.LoadUnsafe(ref r3, k);
            (s30, s31) = (Vector512.FusedMultiplyAdd(w, u, s30), Vector512.FusedMultiplyAdd(w, v, s31));
        }
        Subtract(ref Unsafe.Add(ref r0, j), s00, s01);
        Subtract(ref Unsafe.Add(ref r1, j), s10, s11);
        Subtract(ref Unsafe.Add(ref r2, j), s20, s21);
        Subtract(ref Unsafe.Add(ref r3, j), s30, s31);

        static void Subtract(ref double at, Vector512<double> first, Vector512<double> second)
        {
            at -= Vector512.Sum(first);
            Unsafe.Add(ref at, 1) -= Vector512.Sum(second);
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

    private static void FinishRow(double[] a, int n, int i, int first, int end)
    {
        var row = a.AsSpan(i * n, n);
        for (int j = first; j < end; j++)
        {
            double rest = row[j] - TensorPrimitives.Dot<double>(row[first..j], a.AsSpan(j * n + first, j - first));
            if (j < i) row[j] = rest / a[j * n + j];
            else if (rest > 0) row[j] = Math.Sqrt(rest);
            else throw new ArgumentException($"the matrix is not positive definite: pivot {j} of {n} is {rest:g3}");
        }
    }
}
