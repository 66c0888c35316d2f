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
public sealed class CrossValidation
{
    public const int UsualFolds = 5;

    /// <summary>From so many samples on, one fold is enough to choose the penalty.</summary>
    private const int ManySamples = 5000;

    private readonly FeatureMatrix _features;
    private readonly int[] _labels, _fold;
    private readonly bool[] _teaches;
    private readonly int _classes;
    private readonly MatrixProducts _products;

    private CrossValidation(FeatureMatrix features, int[] labels, int[] fold, bool[] teaches, int classes, MatrixProducts products)
        => (_features, _labels, _fold, _teaches, _classes, _products) = (features, labels, fold, teaches, classes, products);

    /// <summary>Predicts every sample from a probe of the other folds.</summary>
    /// <param name="features">(n, d), of rows of length 1 (<see cref="FeatureMatrix.Normalised"/>).</param>
    /// <param name="labels">n class indices below <paramref name="classes"/>.</param>
    /// <param name="folds">At most n.</param>
    /// <param name="seed">Of the division into folds.</param>
    /// <param name="groups">As in <see cref="Folds.Stratified"/>: copies must not vouch for each other.</param>
    /// <param name="threads">0 takes all processors; the result does not depend on it.</param>
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
        var teaches = new bool[n];
        for (int i = 0; i < n; i++) teaches[i] = doubted.IsEmpty || !doubted[i];
        return new CrossValidation(features, labels.ToArray(), Folds.Stratified(labels, Math.Min(folds, n), seed, groups), teaches, classes, products).Run();
    }

    private OutOfFold Run()
    {
        int n = _labels.Length;
        double[] strengths = [.. LinearProbe.UsualStrengths];
        int[] all = [.. Enumerable.Range(0, n)], first = [.. all.Where(i => _fold[i] == 0)];
        if (n >= ManySamples) strengths = [strengths[Best(Scores(first, strengths), first).Strength]];
        var scores = strengths.Select(_ => new float[n * _classes]).ToArray();
        for (int f = 0; f <= _fold.Max(); f++)
        {
            int[] inside = [.. all.Where(i => _fold[i] == f)];
            if (inside.Length == 0) continue;
            var predicted = Scores(inside, strengths);
            for (int s = 0; s < strengths.Length; s++)
            {
                for (int i = 0; i < inside.Length; i++) predicted[s].AsSpan(i * _classes, _classes).CopyTo(scores[s].AsSpan(inside[i] * _classes));
            }
        }
        var best = Best(scores, all);
        int[] chosen = LinearProbe.Best(scores[best.Strength], _classes);
        return new OutOfFold
        {
            Probabilities = Calibration.Probabilities(scores[best.Strength], _classes, best.Temperature),
            Classes = _classes,
            Accuracy = all.Count(i => chosen[i] == _labels[i]) / (double)n,
            LogLoss = best.LogLoss,
            Strength = strengths[best.Strength],
            Temperature = best.Temperature,
        };
    }

    /// <summary>Scores of a fold's samples for each strength, from probes of the others.</summary>
    private float[][] Scores(int[] inside, double[] strengths)
    {
        int fold = _fold[inside[0]];
        int[] outside = [.. Enumerable.Range(0, _labels.Length).Where(i => _fold[i] != fold && _teaches[i])];
        // One group that holds everything, or doubts about all others, leave nothing else to learn from.
        if (outside.Length == 0) outside = [.. Enumerable.Range(0, _labels.Length)];
        var held = _features.Select(inside);
        return [.. LinearProbe.Fit(_features, _labels, outside, _classes, strengths, _products).Select(p => p.Scores(held, _products))];
    }

    private (int Strength, double Temperature, double LogLoss) Best(float[][] scores, int[] samples)
    {
        int[] labels = [.. samples.Select(i => _labels[i])];
        bool[] counts = [.. samples.Select(i => _teaches[i])];
        var best = (Strength: 0, Temperature: 1.0, LogLoss: double.PositiveInfinity);
        for (int s = 0; s < scores.Length; s++)
        {
            var (temperature, loss) = Calibration.Fit(scores[s], labels, counts, _classes);
            if (loss < best.LogLoss) best = (s, temperature, loss);
        }
        return best;
    }
}
