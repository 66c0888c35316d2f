namespace NativeTrainer.Advice;

/// <summary>Dense symmetric systems of a few unknowns.</summary>
internal static class SmallMatrix
{
    /// <summary>Inverse of a symmetric, positive matrix by Gauss-Jordan without pivoting, its diagonal raised by a millionth of its largest value.</summary>
    /// <param name="matrix">(n, n); used up.</param>
    /// <param name="inverse">(n, n).</param>
    public static void Invert(Span<double> matrix, Span<double> inverse, int n)
    {
        double ridge = 1e-12;
        for (int i = 0; i < n; i++) ridge = Math.Max(ridge, matrix[i * n + i] * 1e-6);
        inverse.Clear();
        for (int i = 0; i < n; i++)
        {
            matrix[i * n + i] += ridge;
            inverse[i * n + i] = 1;
        }
        for (int pivot = 0; pivot < n; pivot++)
        {
            double scale = 1 / matrix[pivot * n + pivot];
            for (int j = 0; j < n; j++)
            {
                matrix[pivot * n + j] *= scale;
                inverse[pivot * n + j] *= scale;
            }
            for (int i = 0; i < n; i++)
            {
                double factor = matrix[i * n + pivot];
                if (i == pivot || factor == 0) continue;
                for (int j = 0; j < n; j++)
                {
                    matrix[i * n + j] -= factor * matrix[pivot * n + j];
                    inverse[i * n + j] -= factor * inverse[pivot * n + j];
                }
            }
        }
    }
}
