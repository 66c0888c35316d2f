using System.Numerics.Tensors;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Advice.Splits;

/// <summary>Whether a linear classifier can tell two splits by their features.</summary>
/// <param name="Auroc">Chance that it gives a picture of the second split the higher score, on pictures that it was not fitted to: 0.5 where the splits are alike.</param>
/// <param name="Low">Lower end of the 95 % interval (Hanley and McNeil, Radiology 1982).</param>
/// <param name="PValue">Chance of such an area, or a larger one, where the splits are alike.</param>
public sealed record DomainTest(double Auroc, double Low, double PValue)
{
    // Directions that features are projected to: enough to tell, and few for the pictures that there are.
    private const int MostDirections = 128, PicturesPerDirection = 6;

    private const int Folds = 5, LeastPictures = 20;

    private const ulong Seed = 0xD0A1;

    /// <summary>
    /// Cross-validated ridge regression on features projected at random, less their class's mean, so that other shares of classes alone are no difference
    /// (a classifier two-sample test: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017).
    /// </summary>
    /// <param name="features">(n, d), row-major, finite.</param>
    /// <param name="labels">Class of each picture.</param>
    /// <param name="second">Whether each picture lies in the second split.</param>
    /// <returns>Null where a split has fewer than 20 pictures: nothing can be said.</returns>
    public static DomainTest? Run(float[] features, IReadOnlyList<int> labels, IReadOnlyList<bool> second)
    {
        int n = labels.Count;
        if (second.Count != n || n == 0 || features.Length % n != 0) throw new ArgumentException($"{features.Length} values, {n} labels and {second.Count} splits do not fit each other", nameof(features));
        int positives = second.Count(s => s), negatives = n - positives;
        if (Math.Min(positives, negatives) < LeastPictures) return null;
        int width = Math.Clamp(n / PicturesPerDirection, 4, Math.Min(MostDirections, features.Length / n));
        double[] x = Project(features, labels, n, width);
        double[] scores = Scores(x, second, n, width);
        double area = AreaUnder(scores, second);
        double q1 = area / (2 - area), q2 = 2 * area * area / (1 + area);
        double variance = (area * (1 - area) + (positives - 1) * (q1 - area * area) + (negatives - 1) * (q2 - area * area)) / ((double)positives * negatives);
        double alike = Math.Sqrt((n + 1) / (12.0 * positives * negatives));
        return new DomainTest(area, Math.Max(area - 1.96 * Math.Sqrt(Math.Max(variance, 0)), 0), Distributions.NormalTail((area - 0.5) / alike));
    }

    // (n, width): class means taken away, then scaled to deviation 1 as a whole.
    private static double[] Project(float[] features, IReadOnlyList<int> labels, int n, int width)
    {
        int d = features.Length / n;
        var directions = new float[width * d]; // (width, d)
        CounterRandom.FillNormal(Seed, 0, 1, directions);
        var x = new double[n * width];
        for (int i = 0; i < n; i++)
        {
            for (int w = 0; w < width; w++) x[i * width + w] = TensorPrimitives.Dot<float>(features.AsSpan(i * d, d), directions.AsSpan(w * d, d));
        }
        foreach (var members in Enumerable.Range(0, n).GroupBy(i => labels[i]))
        {
            int[] rows = [.. members];
            for (int w = 0; w < width; w++)
            {
                double mean = rows.Average(i => x[i * width + w]);
                foreach (int i in rows) x[i * width + w] -= mean;
            }
        }
        double deviation = Math.Sqrt(TensorPrimitives.SumOfSquares<double>(x) / x.Length);
        if (deviation > 0) TensorPrimitives.Divide(x, deviation, x);
        return x;
    }

    // Of each picture by the fit to the other folds; folds go by a hash, within each split.
    private static double[] Scores(double[] x, IReadOnlyList<bool> second, int n, int width)
    {
        var folds = new int[n];
        foreach (bool side in (ReadOnlySpan<bool>)[false, true])
        {
            int[] order = [.. Enumerable.Range(0, n).Where(i => second[i] == side).OrderBy(i => CounterRandom.Block(Seed, (ulong)i).X0).ThenBy(i => i)];
            for (int i = 0; i < order.Length; i++) folds[order[i]] = i % Folds;
        }
        var scores = new double[n];
        for (int fold = 0; fold < Folds; fold++)
        {
            double[] weights = Fit(x, second, [.. Enumerable.Range(0, n).Where(i => folds[i] != fold)], width, out double offset);
            for (int i = 0; i < n; i++)
            {
                if (folds[i] == fold) scores[i] = TensorPrimitives.Dot<double>(x.AsSpan(i * width, width), weights) - offset;
            }
        }
        return scores;
    }

    // Both sides weigh the same, whatever their sizes; folds differ by the offset, which is the middle between the sides' mean scores.
    private static double[] Fit(double[] x, IReadOnlyList<bool> second, int[] rows, int width, out double offset)
    {
        int positives = rows.Count(i => second[i]), negatives = rows.Length - positives;
        double[] up = new double[width], down = new double[width];
        foreach (int i in rows) TensorPrimitives.Add(second[i] ? up : down, x.AsSpan(i * width, width), second[i] ? up : down);
        TensorPrimitives.Divide(up, positives, up);
        TensorPrimitives.Divide(down, negatives, down);
        var scatter = new double[width * width];
        var centred = new double[width];
        foreach (int i in rows)
        {
            TensorPrimitives.Subtract(x.AsSpan(i * width, width), second[i] ? up : down, centred);
            double weight = 0.5 / (second[i] ? positives : negatives);
            for (int w = 0; w < width; w++)
            {
                var line = scatter.AsSpan(w * width, width);
                TensorPrimitives.MultiplyAdd(centred, centred[w] * weight, line, line);
            }
        }
        // A tenth of the mean variance keeps directions that hardly vary from deciding.
        double ridge = 0;
        for (int w = 0; w < width; w++) ridge += scatter[w * width + w] / width * 0.1;
        for (int w = 0; w < width; w++) scatter[w * width + w] += ridge + 1e-9;
        var inverse = new double[width * width];
        SmallMatrix.Invert(scatter, inverse, width);
        TensorPrimitives.Subtract(up, down, centred);
        var weights = new double[width];
        for (int w = 0; w < width; w++) weights[w] = TensorPrimitives.Dot<double>(inverse.AsSpan(w * width, width), centred);
        TensorPrimitives.Add(up, down, centred);
        offset = TensorPrimitives.Dot<double>(centred, weights) / 2;
        return weights;
    }

    /// <summary>Chance that a picture of the second side scores higher; ties count half.</summary>
    internal static double AreaUnder(IReadOnlyList<double> scores, IReadOnlyList<bool> second)
    {
        int[] order = [.. Enumerable.Range(0, scores.Count).OrderBy(i => scores[i])];
        double ranks = 0;
        long positives = second.Count(s => s), negatives = scores.Count - positives;
        for (int start = 0; start < order.Length;)
        {
            int end = start;
            while (end < order.Length && scores[order[end]] == scores[order[start]]) end++;
            for (int i = start; i < end; i++)
            {
                if (second[order[i]]) ranks += (start + end + 1) / 2.0;
            }
            start = end;
        }
        return (ranks - positives * (positives + 1) / 2.0) / ((double)positives * negatives);
    }
}
