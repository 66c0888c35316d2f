using System.Numerics.Tensors;

namespace NativeTrainer.Advice.Probes;

/// <summary>How much of a class its training pictures show.</summary>
/// <param name="Label">The class.</param>
/// <param name="Samples">Its training samples.</param>
/// <param name="Looked">How many of them were compared, spread evenly.</param>
/// <param name="Modes">
/// Pictures that it takes so that each compared one is like one of them (greedy set cover): 300 pictures of 41 scenes have about 41 modes.
/// </param>
/// <param name="LargestMode">Share of the compared pictures that are like the first of these.</param>
/// <param name="Validation">Its validation samples.</param>
/// <param name="Far">
/// Of these, how many are farther from every training picture of the class than all but <see cref="ClassCoverage.FarShare"/> of the training pictures
/// are from each other.
/// </param>
public sealed record CoverageOfClass(int Label, int Samples, int Looked, int Modes, double LargestMode, int Validation, int Far);

/// <summary>
/// Cluster coverage on frozen features, class by class. Features are compared by the cosine of what is left when the mean of all training pictures is
/// taken away, so that unrelated pictures are near 0 whatever all pictures have in common.
/// </summary>
public static class ClassCoverage
{
    /// <summary>Pictures are alike from this cosine on: they share most of what sets them apart from the average picture.</summary>
    public const double Alike = 0.7;

    /// <summary>Share of validation pictures that count as far where they come from where the training pictures do.</summary>
    public const double FarShare = 0.05;

    /// <summary>Samples of a class that are compared at most: the cost grows with their square.</summary>
    public const int MostLooked = 2000;

    /// <summary>Figures of every class that has a training sample.</summary>
    /// <param name="train">(n, d), as the network gives them.</param>
    /// <param name="validation">(m, d); may have no rows.</param>
    public static IReadOnlyList<CoverageOfClass> Measure(FeatureMatrix train, ReadOnlySpan<int> trainLabels, FeatureMatrix validation, ReadOnlySpan<int> validationLabels,
        double alike = Alike, int threads = 0)
    {
        if (train.Rows != trainLabels.Length || validation.Rows != validationLabels.Length)
            throw new ArgumentException($"{train.Rows} and {validation.Rows} feature vectors for {trainLabels.Length} and {validationLabels.Length} labels");
        using var products = new MatrixProducts(threads);
        var mean = train.Mean();
        FeatureMatrix centred = train.Less(mean).Normalised(), centredValidation = validation.Less(mean).Normalised();
        int[] labels = trainLabels.ToArray(), others = validationLabels.ToArray();
        var result = new List<CoverageOfClass>();
        foreach (int label in labels.Distinct().Order())
        {
            int[] members = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == label)], held = [.. Enumerable.Range(0, others.Length).Where(i => others[i] == label)];
            var inside = centred.Select(members);
            int[] looked = Spread(members.Length, MostLooked);
            var (modes, largest) = Modes(inside.Select(looked), alike, products);
            result.Add(new CoverageOfClass(label, members.Length, looked.Length, modes, largest, held.Length, Far(inside, centredValidation.Select(held), products)));
        }
        return result;
    }

    // Greedy set cover: the picture that most uncovered ones are like, again and again; of equals the first.
    private static (int Modes, double Largest) Modes(FeatureMatrix x, double alike, MatrixProducts products)
    {
        int n = x.Rows;
        var cosines = new float[n * n];
        products.MultiplyTransposed(x.Values, x.Values, x.Width, cosines);
        // What is exactly the average picture has no direction; such pictures are alike.
        var average = Enumerable.Range(0, n).Select(i => cosines[i * n + i] == 0).ToArray();
        bool AreAlike(int i, int j) => cosines[Math.Min(i, j) * n + Math.Max(i, j)] >= alike || (average[i] && average[j]);
        var covers = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Where(j => i == j || AreAlike(i, j)).ToArray()).ToArray();
        var gains = covers.Select(c => c.Length).ToArray();
        var covered = new bool[n];
        int modes = 0, largest = gains.Max();
        for (int left = n; left > 0; modes++)
        {
            foreach (int j in covers[TensorPrimitives.IndexOfMax<int>(gains)])
            {
                if (covered[j]) continue;
                covered[j] = true;
                left--;
                // Likeness is mutual: whoever covers j gains one less.
                foreach (int i in covers[j]) gains[i]--;
            }
        }
        return (modes, largest / (double)n);
    }

    private static int Far(FeatureMatrix train, FeatureMatrix held, MatrixProducts products)
    {
        var usual = KNearest.LeaveOneOut(train, 1, products);
        if (usual.K == 0 || held.Rows == 0) return 0;
        float[] sorted = [.. usual.Cosines.Order()];
        float threshold = sorted[(int)(FarShare * sorted.Length)];
        return KNearest.Find(held, train, 1, products).Cosines.Count(c => c < threshold);
    }

    private static int[] Spread(int count, int most) => [.. Enumerable.Range(0, Math.Min(count, most)).Select(i => (int)((long)i * count / Math.Min(count, most)))];
}
