using System.Numerics.Tensors;

namespace NativeTrainer.Advice.Probes;

/// <summary>
/// LogME: how well a linear model on the features explains the labels, as the logarithm of the maximum evidence per sample, averaged over one-against-rest
/// targets (You, Liu, Wang and Long, ICML 2021; the fixed point of α and β as in You et al., "Ranking and tuning pre-trained models", JMLR 2022). Higher is better;
/// comparable between networks on the same samples alone.
/// </summary>
public static class LogMe
{
    private const int MaxIterations = 100;
    private const double Tolerance = 1e-3, LeastShift = 1e-10, MostShift = 1e10;

    /// <param name="features">(n, d), as the network gives them.</param>
    /// <param name="labels">n class indices; classes without a sample do not count.</param>
    /// <param name="threads">0 takes all processors; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">No samples, or not a label each.</exception>
    public static double Score(FeatureMatrix features, ReadOnlySpan<int> labels, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        return Score(features, labels, products);
    }

    internal static double Score(FeatureMatrix features, ReadOnlySpan<int> labels, MatrixProducts products)
    {
        int n = features.Rows, d = features.Width;
        if (n == 0 || labels.Length != n) throw new ArgumentException($"{labels.Length} labels for {n} feature vectors");
        int[] all = labels.ToArray();
        int[] classes = [.. all.Distinct().Order()];
        // Scaled so that the eigenvalues' mean is 1: the evidence is the same for any scale, and start values fit.
        double scale = TensorPrimitives.SumOfSquares<float>(features.Values) / Math.Min(n, d);
        if (!(scale > 0)) scale = 1;
        bool tall = d < n;
        var system = tall ? Gram(features, scale, products) : Inner(features, scale, products);
        var scores = new double[classes.Length];
        Parallel.For(0, classes.Length, products.Parallel, c =>
        {
            var w = new double[system.Count];
            int members = 0;
            for (int i = 0; i < n; i++)
            {
                if (all[i] != classes[c]) continue;
                members++;
                if (tall) AddRow(features.Row(i), 1 / Math.Sqrt(scale), w);
                else w[i] = 1;
            }
            system.ToBasis(w);
            scores[c] = Evidence(system, w, members, n, d, tall);
        });
        return scores.Average();
    }

    private static Tridiagonal Gram(FeatureMatrix features, double scale, MatrixProducts products)
    {
        int d = features.Width;
        var gram = products.Memory.System.Of(d * d);
        products.TransposedMultiply(features.Values, d, features.Values, d, gram.AsSpan(0, d * d));
        TensorPrimitives.Divide(gram.AsSpan(0, d * d), scale, gram);
        return Tridiagonal.Reduce(gram, d, products.Parallel);
    }

    private static Tridiagonal Inner(FeatureMatrix features, double scale, MatrixProducts products)
    {
        int n = features.Rows;
        float[] inner = products.Memory.Inner.Of(n * n);
        products.MultiplyTransposed(features.Values, features.Values, features.Width, inner.AsSpan(0, n * n));
        double[] system = products.Memory.System.Of(n * n);
        for (int i = 0; i < n * n; i++) system[i] = inner[i] / scale;
        return Tridiagonal.Reduce(system, n, products.Parallel);
    }

    private static void AddRow(ReadOnlySpan<float> row, double factor, double[] sum)
    {
        for (int i = 0; i < row.Length; i++) sum[i] += factor * row[i];
    }

    // With F the features, t = α/β and u = (t·I + T)⁻¹·w:
    //   T of FᵀF, w of Fᵀy: m = u,   ‖m‖² = ‖u‖²,         ‖F·m − y‖² = ‖y‖² − uᵀw − t·‖u‖²
    //   T of F·Fᵀ, w of y:  m = Fᵀu, ‖m‖² = uᵀw − t·‖u‖², ‖F·m − y‖² = t²·‖u‖²
    private static double Evidence(Tridiagonal system, double[] w, double squares, int n, int d, bool tall)
    {
        int size = system.Count;
        var u = new double[size];
        double alpha = 1, beta = 1, evidence = 0;
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            double t = Math.Clamp(alpha / beta, LeastShift, MostShift);
            var shifted = system.Shift(t);
            w.CopyTo(u, 0);
            shifted.Solve(u);
            double uu = TensorPrimitives.SumOfSquares<double>(u), uw = TensorPrimitives.Dot<double>(u, w);
            double mm = tall ? uu : uw - t * uu;
            double residual = Math.Max(tall ? squares - uw - t * uu : t * t * uu, 1e-12 * squares);
            // γ = Σ σ/(σ + t) over all d eigenvalues; those beyond T's are 0.
            double gamma = Math.Clamp(size - t * shifted.InverseTrace, 0, Math.Min(n, d));
            alpha = gamma / Math.Max(mm, 1e-12);
            beta = Math.Max(n - gamma, 1e-9) / residual;
            if (gamma < 1e-12) (alpha, beta) = (1, n / Math.Max(residual, 1e-12));
            double logDeterminant = d * Math.Log(beta) + (d - size) * Math.Log(alpha / beta) + system.Shift(alpha / beta).LogDeterminant;
            evidence = (n * Math.Log(beta) + d * Math.Log(alpha) - n * Math.Log(2 * Math.PI) - beta * residual - alpha * mm - logDeterminant) / 2 / n;
            if (Math.Abs(alpha / beta - t) <= Tolerance * t) break;
        }
        return evidence;
    }
}
