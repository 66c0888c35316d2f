using System.Numerics.Tensors;

namespace NativeTrainer.Advice.Probes;

/// <summary>A symmetric positive definite matrix A = L·Lᵀ in float64, for solving A·x = b. The same bits for any number of threads.</summary>
internal sealed class Cholesky
{
    /// <summary>Columns that are finished together: their rows stay in a cache while the rows below pass by.</summary>
    private const int Block = 64;

    private readonly double[] _l; // (n, n), lower triangle
    private readonly int _n;

    private Cholesky(double[] l, int n) => (_l, _n) = (l, n);

    /// <param name="a">(n, n), of which the lower triangle is read; it is overwritten and kept.</param>
    /// <exception cref="ArgumentException">The matrix is not positive definite.</exception>
    public static Cholesky Factor(double[] a, int n, ParallelOptions parallel)
    {
        for (int start = 0; start < n; start += Block)
        {
            int end = Math.Min(start + Block, n), first = start;
            for (int i = start; i < end; i++) FinishRow(a, n, i, first, i + 1);
            Parallel.For(end, n, parallel, i => FinishRow(a, n, i, first, end));
        }
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

    // Entries (i, first…end) of L: A's, less the products with what is finished, over the diagonal.
    private static void FinishRow(double[] a, int n, int i, int first, int end)
    {
        var row = a.AsSpan(i * n, n);
        for (int j = first; j < end; j++)
        {
            double rest = row[j] - TensorPrimitives.Dot<double>(row[..j], a.AsSpan(j * n, j));
            if (j < i) row[j] = rest / a[j * n + j];
            else if (rest > 0) row[j] = Math.Sqrt(rest);
            else throw new ArgumentException($"the matrix is not positive definite: pivot {j} of {n} is {rest:g3}");
        }
    }
}
