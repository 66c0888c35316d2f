using System.Globalization;
using System.Numerics.Tensors;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Training.FewShot;

/// <summary>
/// score(c) = x·A⁻¹m − ½m·A⁻¹m with m the mean of class c and A the covariance within classes, shrunk: (1 − γ)S + γ·tr(S)/d·I, γ by Ledoit and Wolf ("A well-conditioned
/// estimator for large-dimensional covariance matrices", 2004). Classes are taken to be equally frequent. Without a sample of each class, A loses as many
/// ranks and each mean moves along its sample, so that all follows from products with A⁻¹ of all samples (Woodbury 1950); γ stays.
/// </summary>
internal static class LinearDiscriminant
{
    /// <summary>Bounds of γ: A stays invertible, and a function of the scatter.</summary>
    private const double Least = 1e-3, Most = 0.999;

    /// <returns>Nothing where no class has two different samples.</returns>
    public static IEnumerable<FewShotCandidate> Of(FewShotSamples samples)
    {
        int n = samples.Count, d = samples.Width, k = samples.Classes;
        var within = Within(samples);
        var scatter = new PenalisedScatter(within, samples.Products);
        if (!(scatter.Trace > 0)) yield break;
        double shrinkage = Shrinkage(within, scatter), spread = scatter.Trace / n / d, share = (1 - shrinkage) / n;
        // A = share·(ZᵀZ + penalty·I).
        var solver = scatter.With(shrinkage * spread / share);
        double[] weights = solver.Solve(samples.Means);
        TensorPrimitives.Divide(weights, share, weights);
        double[] between = Products(samples.Means, weights, d), bias = [.. Enumerable.Range(0, k).Select(c => -between[c * k + c] / 2)];
        double[] leftOut = LeftOut(samples, solver, share, FewShotSamples.Dots(samples.Centred, weights, samples.Products.Parallel), between);
        yield return new FewShotCandidate(FewShotHeadKind.Lda, string.Create(CultureInfo.InvariantCulture, $"shrinkage {shrinkage:0.00}"), leftOut, () => new FewShotHead { Linear = samples.Uncentred(weights, bias) });
    }

    /// <summary>Ledoit and Wolf's γ: the spread of zzᵀ around S over the distance of S from a multiple of the identity.</summary>
    internal static double Shrinkage(FeatureMatrix rows, PenalisedScatter scatter)
    {
        double n = rows.Rows, norm = scatter.SumOfSquares / n / n, mean = scatter.Trace / n / rows.Width, distance = norm - rows.Width * mean * mean, fourth = 0;
        for (int i = 0; i < rows.Rows; i++)
        {
            double square = TensorPrimitives.SumOfSquares(rows.Row(i));
            fourth += square * square;
        }
        double error = (fourth / n - norm) / n;
        return distance > 0 ? Math.Clamp(error / distance, Least, Most) : Most;
    }

    private static FeatureMatrix Within(FewShotSamples samples)
    {
        int d = samples.Width;
        var values = new float[samples.Count * d];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(samples.Centred.Values[i] - samples.Means[samples.Labels[i / d] * d + i % d]);
        return new FeatureMatrix(values, d);
    }

    private static double[] Products(double[] a, double[] b, int width)
    {
        var (rows, columns) = (a.Length / width, b.Length / width);
        var result = new double[rows * columns];
        for (int i = 0; i < result.Length; i++) result[i] = TensorPrimitives.Dot<double>(a.AsSpan(i / columns * width, width), b.AsSpan(i % columns * width, width));
        return result;
    }

    /// <param name="ofSamples">x·A⁻¹m of each sample and class.</param>
    /// <param name="ofMeans">m·A⁻¹m of each two classes.</param>
    private static double[] LeftOut(FewShotSamples samples, PenalisedScatter.Solver solver, double share, double[] ofSamples, double[] ofMeans)
    {
        var scores = new double[ofSamples.Length];
        Parallel.ForEach(samples.Turns, samples.Products.Parallel, turn => LeaveOut(samples, turn, solver.Within(turn), share, ofSamples, ofMeans, scores));
        return scores;
    }

    // With z = x − m of the turn's samples, D = diag(n / (n − 1)) and W = share·ZA⁻¹Zᵀ, the covariance without them has the inverse A⁻¹ + share·A⁻¹Zᵀ(D⁻¹ − W)⁻¹ZA⁻¹.
    private static void LeaveOut(FewShotSamples samples, int[] turn, double[] within, double share, double[] ofSamples, double[] ofMeans, double[] scores)
    {
        int m = turn.Length, k = samples.Classes;
        int[] places = samples.PlaceOf(turn);
        double[] rest = [.. within.Select(w => -w)], products = [.. within.Select(w => w / share)]; // z·A⁻¹z′
        for (int t = 0; t < m; t++) rest[t * m + t] += 1 - 1.0 / samples.Counts[samples.Labels[turn[t]]];
        double Along(int t, int c) => ofSamples[turn[t] * k + c] - ofMeans[samples.Labels[turn[t]] * k + c]; // z·A⁻¹m
        // ZA⁻¹ of each class's mean without its sample, and the same solved for.
        var means = new double[k * m];
        for (int c = 0; c < k; c++)
        {
            double less = places[c] < 0 ? 0 : 1.0 / (samples.Counts[c] - 1);
            for (int t = 0; t < m; t++) means[c * m + t] = Along(t, c) - (places[c] < 0 ? 0 : less * products[t * m + places[c]]);
        }
        double[] solved = [.. means];
        Cholesky.Factor(rest, m, FewShotSamples.Alone).Solve(solved, FewShotSamples.Alone);
        for (int t = 0; t < m; t++)
        {
            int own = samples.Labels[turn[t]];
            double[] ofSample = [.. Enumerable.Range(0, m).Select(z => products[z * m + t] + Along(z, own))];
            for (int c = 0; c < k; c++)
            {
                double product = ofSamples[turn[t] * k + c], square = ofMeans[c * k + c];
                if (places[c] is var left and >= 0)
                {
                    double less = 1.0 / (samples.Counts[c] - 1);
                    product -= less * ofSample[left];
                    square += less * (less * products[left * m + left] - 2 * Along(left, c));
                }
                var update = solved.AsSpan(c * m, m);
                product += share * TensorPrimitives.Dot<double>(update, ofSample);
                square += share * TensorPrimitives.Dot<double>(update, means.AsSpan(c * m, m));
                scores[turn[t] * k + c] = product - square / 2;
            }
        }
    }
}
