using System.Numerics.Tensors;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Training.FewShot;

/// <summary>(ZᵀZ + λI)⁻¹ of n rows Z of d features, by a system in samples or in features, whichever are fewer, for any λ &gt; 0.</summary>
internal sealed class PenalisedScatter
{
    private readonly FeatureMatrix _rows;
    private readonly MatrixProducts _products;
    private readonly double[] _system; // ZZᵀ (n, n) or ZᵀZ (d, d)
    private readonly int _size;
    private readonly bool _inSamples;

    public PenalisedScatter(FeatureMatrix rows, MatrixProducts products)
    {
        (_rows, _products) = (rows, products);
        _inSamples = rows.Rows <= rows.Width;
        _size = _inSamples ? rows.Rows : rows.Width;
        if (_inSamples)
        {
            // What is left out divides by 1 − leverage, which leaves nothing of single precision.
            var values = new double[rows.Values.Length];
            TensorPrimitives.ConvertTruncating<float, double>(rows.Values, values);
            _system = FewShotSamples.Gram(values, rows.Width, products.Parallel);
        }
        else _system = products.TransposedMultiply(rows.Values, rows.Width, rows.Values, rows.Width);
        for (int i = 0; i < _size; i++) Trace += _system[i * _size + i];
        SumOfSquares = TensorPrimitives.SumOfSquares<double>(_system);
    }

    /// <summary>tr ZᵀZ.</summary>
    public double Trace { get; }

    /// <summary>‖ZᵀZ‖² (Frobenius).</summary>
    public double SumOfSquares { get; }

    public Solver With(double penalty) => new(this, penalty);

    /// <summary>The system with one λ.</summary>
    internal sealed class Solver
    {
        private readonly PenalisedScatter _of;
        private readonly double _penalty;
        private readonly Cholesky _factor;

        public Solver(PenalisedScatter of, double penalty)
        {
            (_of, _penalty) = (of, penalty);
            double[] matrix = [.. of._system];
            for (int i = 0; i < of._size; i++) matrix[i * of._size + i] += penalty;
            _factor = Cholesky.Factor(matrix, of._size, of._products.Parallel);
        }

        /// <summary>zᵀ(ZᵀZ + λI)⁻¹z′ of each two of the chosen rows of Z, (chosen, chosen): the leverages, from 0 to below 1, are its diagonal.</summary>
        public double[] Within(int[] chosen)
        {
            int n = chosen.Length, size = _of._size;
            var sides = new double[n * size];
            for (int i = 0; i < n; i++)
            {
                var side = sides.AsSpan(i * size, size);
                if (_of._inSamples) side[chosen[i]] = 1;
                else TensorPrimitives.ConvertTruncating(_of._rows.Row(chosen[i]), side);
                _factor.Forward(side);
            }
            double[] products = FewShotSamples.Gram(sides, size, FewShotSamples.Alone);
            if (!_of._inSamples) return products;
            // ZZᵀ(ZZᵀ + λI)⁻¹ = I − λ(ZZᵀ + λI)⁻¹.
            for (int i = 0; i < products.Length; i++) products[i] = (i / n == i % n ? 1 : 0) - _penalty * products[i];
            return products;
        }

        /// <summary>(ZᵀZ + λI)⁻¹ times each row of <paramref name="vectors"/> (m, d).</summary>
        public double[] Solve(double[] vectors)
        {
            double[] result = [.. vectors];
            var rows = _of._rows;
            int d = rows.Width, m = vectors.Length / d;
            if (!_of._inSamples)
            {
                _factor.Solve(result, _of._products.Parallel);
                return result;
            }
            // (v − Zᵀ(ZZᵀ + λI)⁻¹Zv) / λ.
            double[] inSamples = FewShotSamples.Dots(rows, vectors, _of._products.Parallel), sides = new double[m * rows.Rows];
            for (int i = 0; i < rows.Rows; i++)
                for (int v = 0; v < m; v++) sides[v * rows.Rows + i] = inSamples[i * m + v];
            _factor.Solve(sides, _of._products.Parallel);
            Parallel.For(0, m, _of._products.Parallel, v =>
            {
                var target = result.AsSpan(v * d, d);
                var row = new double[d];
                for (int i = 0; i < rows.Rows; i++)
                {
                    TensorPrimitives.ConvertTruncating<float, double>(rows.Row(i), row);
                    TensorPrimitives.MultiplyAdd(row, -sides[v * rows.Rows + i], target, target);
                }
                TensorPrimitives.Divide(target, _penalty, target);
            });
            return result;
        }
    }
}
