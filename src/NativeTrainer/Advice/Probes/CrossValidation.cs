namespace NativeTrainer.Advice.Probes;

/// <summary>What a linear probe predicts for samples that it was not fitted on.</summary>
public sealed record OutOfFold
{
    /// <summary>(n, classes), each row summing to 1: of a probe on the other folds.</summary>
    public required float[] Probabilities { get; init; }

    public required int Classes { get; init; }

    /// <summary>Share of samples whose most probable class is their label.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean of −log p of the label.</summary>
    public required double LogLoss { get; init; }

    /// <summary>The penalty that was chosen, as <see cref="LinearProbe.Fit(FeatureMatrix, ReadOnlySpan{int}, int, double, int)"/> takes it.</summary>
    public required double Strength { get; init; }

    /// <summary>What scores are divided by before softmax.</summary>
    public required double Temperature { get; init; }
}

/// <summary>Cross-validation of a <see cref="LinearProbe"/>: its penalty and the temperature of its probabilities are those of the least loss out of fold.</summary>
public static class CrossValidation
{
    public const int UsualFolds = 5;

    /// <summary>Predicts every sample from a probe of the other folds.</summary>
    /// <param name="features">(n, d), of rows of length 1 (<see cref="FeatureMatrix.Normalised"/>).</param>
    /// <param name="labels">n class indices below <paramref name="classes"/>.</param>
    /// <param name="folds">At most n.</param>
    /// <param name="seed">Of the division into folds.</param>
    /// <param name="groups">As in <see cref="Folds.Stratified"/>: copies must not vouch for each other.</param>
    /// <exception cref="ArgumentException">Fewer than two samples, or not a label each.</exception>
    public static OutOfFold Run(FeatureMatrix features, ReadOnlySpan<int> labels, int classes, int folds = UsualFolds, ulong seed = 1, ReadOnlySpan<int> groups = default, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        return Run(features, labels, classes, folds, seed, groups, default, products);
    }

    /// <param name="doubted">Samples that are predicted and do not teach; empty where all teach.</param>
    internal static OutOfFold Run(FeatureMatrix features, ReadOnlySpan<int> labels, int classes, int folds, ulong seed, ReadOnlySpan<int> groups, ReadOnlySpan<bool> doubted, MatrixProducts products)
    {
        int n = features.Rows;
        if (n < 2 || labels.Length != n) throw new ArgumentException($"{labels.Length} labels and {n} feature vectors; cross-validation takes 2 or more, with a label each");
        bool[] teaches = doubted.IsEmpty ? [.. Enumerable.Repeat(true, n)] : [.. doubted.ToArray().Select(d => !d)];
        int[] given = labels.ToArray(), fold = Folds.Stratified(labels, Math.Min(folds, n), seed, groups);
        double[] strengths = [.. LinearProbe.UsualStrengths];
        var scores = strengths.Select(_ => new float[n * classes]).ToArray();
        for (int f = 0; f <= fold.Max(); f++)
        {
            int[] outside = [.. Enumerable.Range(0, n).Where(i => fold[i] != f && teaches[i])], inside = [.. Enumerable.Range(0, n).Where(i => fold[i] == f)];
            if (inside.Length == 0) continue;
            // One group that holds everything, or doubts about all others, leave nothing else to learn from.
            if (outside.Length == 0) outside = [.. Enumerable.Range(0, n)];
            var probes = LinearProbe.Fit(features.Select(outside), [.. outside.Select(i => given[i])], classes, strengths, products);
            var held = features.Select(inside);
            for (int s = 0; s < probes.Length; s++)
            {
                var predicted = probes[s].Scores(held, products);
                for (int i = 0; i < inside.Length; i++) predicted.AsSpan(i * classes, classes).CopyTo(scores[s].AsSpan(inside[i] * classes));
            }
        }
        var calibrated = scores.Select(s => Calibration.Fit(s, given, teaches, classes)).ToArray();
        int best = 0;
        for (int s = 1; s < calibrated.Length; s++)
        {
            if (calibrated[s].LogLoss < calibrated[best].LogLoss) best = s;
        }
        var chosen = LinearProbe.Best(scores[best], classes);
        return new OutOfFold
        {
            Probabilities = Calibration.Probabilities(scores[best], classes, calibrated[best].Temperature),
            Classes = classes,
            Accuracy = Enumerable.Range(0, n).Count(i => chosen[i] == given[i]) / (double)n,
            LogLoss = calibrated[best].LogLoss,
            Strength = strengths[best],
            Temperature = calibrated[best].Temperature,
        };
    }
}
