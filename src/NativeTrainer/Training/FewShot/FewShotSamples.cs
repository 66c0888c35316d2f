using System.Numerics.Tensors;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Training.FewShot;

/// <summary>
/// Labelled features with what every head needs of them. For judging heads one image of each class is left out at a time: leaving out one alone would put its own class at a disadvantage,
/// which with two or three images a class turns every verdict round.
/// </summary>
internal sealed class FewShotSamples
{
    /// <summary>Within a turn: turns run beside each other.</summary>
    public static readonly ParallelOptions Alone = new() { MaxDegreeOfParallelism = 1 };

    /// <summary>Images of a class that are left out in turn, at most: enough to judge by.</summary>
    private const int MostTurns = 64;

    /// <param name="features">(n, d).</param>
    /// <param name="labels">n class indices; every class has at least one.</param>
    public FewShotSamples(FeatureMatrix features, int[] labels, int classes, MatrixProducts products)
    {
        if (labels.Length != features.Rows || labels.Length == 0) throw new ArgumentException($"{labels.Length} labels for {features.Rows} feature vectors");
        (Features, Labels, Classes, Products) = (features, labels, classes, products);
        (Counts, Centre) = (new int[classes], features.Mean());
        foreach (int label in labels) Counts[label]++;
        if (Counts.Contains(0)) throw new ArgumentException($"class {Array.IndexOf(Counts, 0)} has no sample");
        Centred = features.Less(Centre);
        Means = new double[classes * Width];
        for (int i = 0; i < Count; i++)
        {
            var row = Centred.Row(i);
            var mean = Means.AsSpan(labels[i] * Width, Width);
            for (int j = 0; j < Width; j++) mean[j] += row[j];
        }
        for (int c = 0; c < classes; c++)
        {
            var mean = Means.AsSpan(c * Width, Width);
            TensorPrimitives.Divide(mean, Counts[c], mean);
        }
        var turns = new List<List<int>>();
        var seen = new int[classes];
        for (int i = 0; i < Count; i++)
        {
            int turn = seen[labels[i]]++;
            if (turn >= MostTurns || Counts[labels[i]] < 2) continue;
            while (turns.Count <= turn) turns.Add([]);
            turns[turn].Add(i);
        }
        Turns = [.. turns.Select(turn => turn.ToArray())];
    }

    /// <summary>Samples that are left out together: at most one of each class, and none that is alone in its class.</summary>
    public IReadOnlyList<int[]> Turns { get; }

    public FeatureMatrix Features { get; }

    public int[] Labels { get; }

    public int Classes { get; }

    public MatrixProducts Products { get; }

    /// <summary>Samples of each class.</summary>
    public int[] Counts { get; }

    /// <summary>The mean of all.</summary>
    public double[] Centre { get; }

    /// <summary>The features less <see cref="Centre"/>.</summary>
    public FeatureMatrix Centred { get; }

    /// <summary>(classes, d): class means less <see cref="Centre"/>.</summary>
    public double[] Means { get; }

    public int Count => Labels.Length;

    public int Width => Features.Width;

    /// <summary>(rows of a, rows of b), in float64.</summary>
    public static double[] Dots(FeatureMatrix a, double[] b, ParallelOptions parallel)
    {
        int width = a.Width, columns = b.Length / width;
        var result = new double[a.Rows * columns];
        Parallel.For(0, a.Rows, parallel, i =>
        {
            var row = new double[width];
            TensorPrimitives.ConvertTruncating<float, double>(a.Row(i), row);
            for (int c = 0; c < columns; c++) result[i * columns + c] = TensorPrimitives.Dot<double>(row, b.AsSpan(c * width, width));
        });
        return result;
    }

    /// <summary>Products of the chosen rows with each other, (chosen, chosen).</summary>
    public static double[] Dots(FeatureMatrix rows, int[] chosen)
    {
        var values = new double[chosen.Length * rows.Width];
        for (int i = 0; i < chosen.Length; i++) TensorPrimitives.ConvertTruncating(rows.Row(chosen[i]), values.AsSpan(i * rows.Width, rows.Width));
        return Gram(values, rows.Width, Alone);
    }

    /// <summary>Products of all rows with each other.</summary>
    public static double[] Gram(double[] rows, int width, ParallelOptions parallel)
    {
        int n = rows.Length / width;
        var result = new double[n * n];
        Parallel.For(0, n, parallel, i =>
        {
            for (int j = 0; j <= i; j++) result[i * n + j] = result[j * n + i] = TensorPrimitives.Dot<double>(rows.AsSpan(i * width, width), rows.AsSpan(j * width, width));
        });
        return result;
    }

    /// <summary>Place in <paramref name="turn"/> of each class's sample; −1 where it has none there.</summary>
    public int[] PlaceOf(int[] turn)
    {
        int[] places = [.. Enumerable.Repeat(-1, Classes)];
        for (int i = 0; i < turn.Length; i++) places[Labels[turn[i]]] = i;
        return places;
    }

    /// <summary>What a function of centred features becomes on features as they are: w·(x − centre) + b = w·x + (b − w·centre).</summary>
    /// <param name="weights">(classes, d).</param>
    /// <param name="bias">One per class.</param>
    public LinearScores Uncentred(double[] weights, double[] bias)
        => new(weights, [.. bias.Select((b, c) => b - TensorPrimitives.Dot<double>(weights.AsSpan(c * Width, Width), Centre))]);
}

/// <summary>Scores linear in the features: x·wᵀ + b.</summary>
/// <param name="Weights">(classes, d).</param>
internal sealed record LinearScores(double[] Weights, double[] Bias);
