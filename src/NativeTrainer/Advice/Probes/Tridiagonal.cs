using System.Numerics.Tensors;

namespace NativeTrainer.Advice.Probes;

/// <summary>
/// A symmetric matrix as A = Q·T·Qᵀ with T tridiagonal (Householder 1958; Golub and Van Loan, Matrix Computations, 8.3.1), in float64. Whatever depends on A + t·I for
/// many t costs O(n) in Q's basis. The same bits for any number of threads.
/// </summary>
internal sealed class Tridiagonal
{
    private readonly double[] _reflections; // (n, n): row k holds the vector v of H = I − v·vᵀ from column k + 1 on.
    private readonly double[] _diagonal, _beside; // T's diagonal, and what is beside it.

    private Tridiagonal(double[] reflections, double[] diagonal, double[] beside) => (_reflections, _diagonal, _beside) = (reflections, diagonal, beside);

    public int Count => _diagonal.Length;

    /// <param name="a">(n, n), both triangles; it is used up.</param>
    public static Tridiagonal Reduce(double[] a, int n, ParallelOptions parallel)
    {
        var (reflections, diagonal, beside) = (new double[n * n], new double[n], new double[Math.Max(n - 1, 0)]);
        var (v, w) = (new double[n], new double[n]); // The last step's, which a has not seen yet.
        for (int k = 0; k < n - 1; k++)
        {
            if (k > 0) Update(a, n, k, v, w);
            diagonal[k] = a[k * n + k];
            int next = k + 1;
            var reflection = reflections.AsSpan(k * n + next, n - next);
            beside[k] = Reflect(a.AsSpan(k * n + next, n - next), reflection);
            var (vOld, wOld, vNew, p) = (v, w, reflections.AsMemory(k * n, n), new double[n]);
            bool first = k == 0;
            // One pass over what is left: the last step's update of a row, then its product with the new vector.
            Parallel.For(next, n, parallel, i =>
            {
                if (!first) Update(a, n, i, vOld, wOld, next);
                p[i] = TensorPrimitives.Dot<double>(a.AsSpan(i * n + next, n - next), vNew.Span[next..]);
            });
            double half = TensorPrimitives.Dot<double>(p.AsSpan(next), reflection) / 2;
            v = new double[n];
            reflection.CopyTo(v.AsSpan(next));
            w = p;
            TensorPrimitives.MultiplyAdd(v.AsSpan(next), -half, w.AsSpan(next), w.AsSpan(next));
        }
        if (n > 1) Update(a, n, n - 1, v, w);
        if (n > 0) diagonal[n - 1] = a[n * n - 1];
        return new Tridiagonal(reflections, diagonal, beside);
    }

    /// <summary>Qᵀ·x in place.</summary>
    public void ToBasis(Span<double> x)
    {
        int n = Count;
        for (int k = 0; k < n - 1; k++)
        {
            var v = _reflections.AsSpan(k * n + k + 1, n - k - 1);
            TensorPrimitives.MultiplyAdd(v, -TensorPrimitives.Dot<double>(v, x[(k + 1)..]), x[(k + 1)..], x[(k + 1)..]);
        }
    }

    /// <summary>T + t·I as a product of bidiagonal matrices, for a positive semidefinite A and t &gt; 0.</summary>
    public Shifted Shift(double t) => new(this, t);

    // H·x = β·e₁ with H = I − v·vᵀ and ‖v‖² = 2; v = 0 where x has that form already.
    private static double Reflect(ReadOnlySpan<double> x, Span<double> v)
    {
        double norm = TensorPrimitives.Norm(x);
        if (norm == 0 || TensorPrimitives.Norm(x[1..]) == 0) return x[0];
        double beta = x[0] > 0 ? -norm : norm;
        x.CopyTo(v);
        v[0] -= beta;
        TensorPrimitives.Multiply<double>(v, Math.Sqrt(2) / TensorPrimitives.Norm<double>(v), v);
        return beta;
    }

    private static void Update(double[] a, int n, int row, double[] v, double[] w, int from = -1)
    {
        if (from < 0) from = row;
        var target = a.AsSpan(row * n + from, n - from);
        TensorPrimitives.MultiplyAdd(w.AsSpan(from), -v[row], target, target);
        TensorPrimitives.MultiplyAdd(v.AsSpan(from), -w[row], target, target);
    }

    /// <summary>T + t·I = L·D·Lᵀ.</summary>
    internal sealed class Shifted
    {
        private readonly Tridiagonal _t;
        private readonly double[] _pivots;

        public Shifted(Tridiagonal t, double shift)
        {
            (_t, _pivots) = (t, new double[t.Count]);
            var (above, below) = (_pivots, new double[t.Count]);
            int n = t.Count;
            for (int i = 0; i < n; i++) above[i] = t._diagonal[i] + shift - (i > 0 ? t._beside[i - 1] * t._beside[i - 1] / above[i - 1] : 0);
            for (int i = n - 1; i >= 0; i--) below[i] = t._diagonal[i] + shift - (i < n - 1 ? t._beside[i] * t._beside[i] / below[i + 1] : 0);
            for (int i = 0; i < n; i++)
            {
                LogDeterminant += Math.Log(above[i]);
                InverseTrace += 1 / (above[i] + below[i] - t._diagonal[i] - shift);
            }
        }

        public double LogDeterminant { get; }

        public double InverseTrace { get; }

        /// <summary>(T + t·I)⁻¹·b in place.</summary>
        public void Solve(Span<double> b)
        {
            var beside = _t._beside;
            for (int i = 1; i < b.Length; i++) b[i] -= beside[i - 1] / _pivots[i - 1] * b[i - 1];
            for (int i = 0; i < b.Length; i++) b[i] /= _pivots[i];
            for (int i = b.Length - 2; i >= 0; i--) b[i] -= beside[i] / _pivots[i] * b[i + 1];
        }
    }
}
