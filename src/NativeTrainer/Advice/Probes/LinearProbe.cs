using System.Numerics.Tensors;

namespace NativeTrainer.Advice.Probes;

/// <summary>
/// A linear classifier on frozen features: ridge regression on one-hot targets, in closed form (Hoerl and Kennard 1970), in features or in samples,
/// whichever are fewer. Its scores estimate the classes' probabilities and sum to 1.
/// </summary>
public sealed class LinearProbe
{
    private readonly float[] _weights; // (classes, d)
    private readonly double[] _bias;
    private readonly int _width;

    private LinearProbe(float[] weights, double[] bias, int width) => (_weights, _bias, _width) = (weights, bias, width);

    /// <summary>Penalties worth trying, in units of the mean eigenvalue of the features' scatter.</summary>
    public static IReadOnlyList<double> UsualStrengths { get; } = [0.03, 0.1, 0.3, 1, 3];

    public int Classes => _bias.Length;

    /// <summary>Fits a classifier.</summary>
    /// <param name="features">(n, d); rows of length 1 (<see cref="FeatureMatrix.Normalised"/>) do best.</param>
    /// <param name="labels">n class indices.</param>
    /// <param name="classes">Classes that may come; those without a sample get a score of about 0.</param>
    /// <param name="strength">The penalty, in units of the mean eigenvalue of the features' scatter; above 0.</param>
    /// <param name="threads">0 takes all processors; the result does not depend on it.</param>
    public static LinearProbe Fit(FeatureMatrix features, ReadOnlySpan<int> labels, int classes, double strength, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        return Fit(features, labels, [.. Enumerable.Range(0, features.Rows)], classes, [strength], products)[0];
    }

    /// <summary>One classifier for each strength.</summary>
    /// <param name="labels">Of all features.</param>
    /// <param name="rows">Those that teach.</param>
    internal static LinearProbe[] Fit(FeatureMatrix features, ReadOnlySpan<int> labels, ReadOnlySpan<int> rows, int classes, ReadOnlySpan<double> strengths, MatrixProducts products)
    {
        int n = rows.Length, d = features.Width;
        if (n == 0 || labels.Length != features.Rows) throw new ArgumentException($"{labels.Length} labels for {features.Rows} feature vectors, {n} of them to learn from");
        var mean = features.Mean(rows);
        var centred = products.Memory.Centred.Of(n * d).AsSpan(0, n * d);
        features.CopyLess(mean, rows, centred);
        var (targets, shares) = Targets(labels, rows, classes);
        bool inSamples = n <= d;
        int size = inSamples ? n : d;
        double[] system = products.Memory.System.Of(size * size), factor = products.Memory.Factor.Of(size * size);
        if (inSamples) Inner(centred, d, products, system.AsSpan(0, size * size));
        else products.TransposedMultiply(centred, d, centred, d, system.AsSpan(0, size * size));
        double unit = 0;
        for (int i = 0; i < size; i++) unit += system[i * size + i] / size;
        var sides = inSamples ? Transposed(targets, classes) : products.TransposedMultiply(targets, classes, centred, d);
        var probes = new LinearProbe[strengths.Length];
        for (int s = 0; s < strengths.Length; s++)
        {
            // Equal features leave nothing to tell apart: any penalty gives the classes' shares.
            double penalty = unit > 0 ? strengths[s] * unit : 1;
            for (int i = 0; i < size; i++)
            {
                system.AsSpan(i * size, i + 1).CopyTo(factor.AsSpan(i * size));
                factor[i * size + i] += penalty;
            }
            var solution = (double[])sides.Clone();
            Cholesky.Factor(factor, size, products.Parallel).Solve(solution, products.Parallel);
            if (inSamples) solution = products.TransposedMultiply(ToFloat(Transposed(solution, n)), classes, centred, d);
            var weights = ToFloat(solution);
            var bias = new double[classes];
            for (int c = 0; c < classes; c++) bias[c] = shares[c] - TensorPrimitives.Dot<double>(solution.AsSpan(c * d, d), mean);
            probes[s] = new LinearProbe(weights, bias, d);
        }
        return probes;
    }

    /// <summary>(n, classes): about the probability of each class, though not confined to 0…1.</summary>
    public float[] Scores(FeatureMatrix features, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        return Scores(features, products);
    }

    internal float[] Scores(FeatureMatrix features, MatrixProducts products)
    {
        if (features.Width != _width) throw new ArgumentException($"{features.Width} features for a probe of {_width}");
        var scores = new float[features.Rows * Classes];
        products.MultiplyTransposed(features.Values, _weights, _width, scores);
        for (int i = 0; i < scores.Length; i++) scores[i] = (float)(scores[i] + _bias[i % Classes]);
        return scores;
    }

    /// <summary>The class with the highest score of each row; of equals the lower index.</summary>
    internal static int[] Best(ReadOnlySpan<float> scores, int classes)
    {
        var best = new int[scores.Length / classes];
        for (int i = 0; i < best.Length; i++) best[i] = TensorPrimitives.IndexOfMax(scores.Slice(i * classes, classes));
        return best;
    }

    // One-hot less the classes' shares, so that the bias is left out of the system.
    private static (float[] Targets, double[] Shares) Targets(ReadOnlySpan<int> labels, ReadOnlySpan<int> rows, int classes)
    {
        var shares = new double[classes];
        foreach (int row in rows) shares[labels[row]] += 1.0 / rows.Length;
        var targets = new float[rows.Length * classes];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int c = 0; c < classes; c++) targets[i * classes + c] = (float)((labels[rows[i]] == c ? 1 : 0) - shares[c]);
        }
        return (targets, shares);
    }

    private static void Inner(ReadOnlySpan<float> centred, int width, MatrixProducts products, Span<double> system)
    {
        var inner = products.Memory.Inner.Of(system.Length).AsSpan(0, system.Length);
        products.MultiplyTransposed(centred, centred, width, inner);
        TensorPrimitives.ConvertTruncating<float, double>(inner, system);
    }

    /// <summary>(rows, columns) to (columns, rows).</summary>
    private static double[] Transposed<T>(T[] values, int columns) where T : struct, System.Numerics.INumberBase<T>
    {
        int rows = values.Length / columns;
        var result = new double[values.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) result[j * rows + i] = double.CreateTruncating(values[i * columns + j]);
        }
        return result;
    }

    private static float[] ToFloat(double[] values)
    {
        var result = new float[values.Length];
        TensorPrimitives.ConvertTruncating<double, float>(values, result);
        return result;
    }
}
