using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Advice.Labels;

/// <summary>A sample whose label looks wrong.</summary>
/// <param name="Sample">Row of the features.</param>
/// <param name="Given">Its label.</param>
/// <param name="Suggested">The class that it counts as.</param>
/// <param name="GivenProbability">Of the label, from samples of other folds.</param>
/// <param name="SuggestedProbability">Of the suggestion.</param>
/// <param name="Score">0…1, higher is worse: what the list is sorted by.</param>
public sealed record LabelErrorCandidate(int Sample, int Given, int Suggested, double GivenProbability, double SuggestedProbability, double Score);

/// <summary>
/// Label errors by confident learning (Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", JAIR 2021) on
/// out-of-fold probabilities of a linear probe: a sample counts as class j where its probability of j reaches what samples labelled j have on average.
/// </summary>
public sealed class LabelErrors
{
    /// <summary>A mean of equal probabilities is no threshold above them.</summary>
    private const double Rounding = 1e-9;

    private LabelErrors(IReadOnlyList<LabelErrorCandidate> candidates, double[] quality, int[,] joint)
        => (Candidates, Quality, Joint) = (candidates, quality, joint);

    /// <summary>Samples that count as another class than their label, the most suspicious first.</summary>
    public IReadOnlyList<LabelErrorCandidate> Candidates { get; }

    /// <summary>Of every sample, how well its label fits, 0…1: 1 less the score of <see cref="LabelErrorCandidate"/>.</summary>
    public double[] Quality { get; }

    /// <summary>Joint[given, counted]: samples of a label that count as each class; samples that reach no class's mean are in no cell.</summary>
    public int[,] Joint { get; }

    /// <summary>Estimated share of wrong labels: what is off the joint's diagonal, each row brought to its label's number of samples.</summary>
    public double NoiseRate
    {
        get
        {
            double wrong = 0, all = 0;
            for (int given = 0; given < Joint.GetLength(0); given++)
            {
                int row = 0;
                for (int counted = 0; counted < Joint.GetLength(1); counted++) row += Joint[given, counted];
                all += LabelCounts[given];
                if (row > 0) wrong += LabelCounts[given] * (1 - Joint[given, given] / (double)row);
            }
            return all > 0 ? wrong / all : 0;
        }
    }

    /// <summary>Samples of each label.</summary>
    public required int[] LabelCounts { get; init; }

    /// <summary>Finds candidates from features: out-of-fold probabilities, then once more without the candidates of the first time, whose wrong labels no longer teach.</summary>
    /// <param name="features">(n, d), as the network gives them.</param>
    /// <param name="labels">n class indices below <paramref name="classes"/>.</param>
    /// <param name="seed">Of the division into folds.</param>
    /// <param name="groups">As in <see cref="Folds.Stratified"/>: copies with the same wrong label must not vouch for each other.</param>
    /// <param name="threads">0 takes all processors; the result does not depend on it.</param>
    public static LabelErrors Find(FeatureMatrix features, ReadOnlySpan<int> labels, int classes, ulong seed = 1, ReadOnlySpan<int> groups = default, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        var unit = features.Normalised();
        var first = Find(CrossValidation.Run(unit, labels, classes, CrossValidation.UsualFolds, seed, groups, default, products).Probabilities, labels, classes);
        var doubted = new bool[labels.Length];
        foreach (var candidate in first.Candidates) doubted[candidate.Sample] = true;
        return Find(CrossValidation.Run(unit, labels, classes, CrossValidation.UsualFolds, seed, groups, doubted, products).Probabilities, labels, classes);
    }

    /// <summary>Finds candidates from out-of-fold probabilities.</summary>
    /// <param name="probabilities">(n, classes), each row summing to 1.</param>
    public static LabelErrors Find(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, int classes)
    {
        int n = labels.Length;
        if (probabilities.Length != n * classes) throw new ArgumentException($"{probabilities.Length} probabilities against {n} labels of {classes} classes");
        var (counts, thresholds) = Thresholds(probabilities, labels, classes);
        var (joint, quality, candidates) = (new int[classes, classes], new double[n], new List<LabelErrorCandidate>());
        for (int i = 0; i < n; i++)
        {
            var p = probabilities.Slice(i * classes, classes);
            int label = labels[i], counted = -1;
            for (int c = 0; c < classes; c++)
            {
                if (counts[c] > 0 && p[c] >= thresholds[c] - Rounding && (counted < 0 || p[c] > p[counted])) counted = c;
            }
            quality[i] = p[label];
            if (counted < 0) continue;
            joint[label, counted]++;
            if (counted != label) candidates.Add(new LabelErrorCandidate(i, label, counted, p[label], p[counted], 1 - quality[i]));
        }
        return new LabelErrors([.. candidates.OrderByDescending(c => c.Score).ThenBy(c => c.Sample)], quality, joint) { LabelCounts = counts };
    }

    // A class's threshold is the mean probability of it among the samples labelled so.
    private static (int[] Counts, double[] Thresholds) Thresholds(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, int classes)
    {
        var (counts, thresholds) = (new int[classes], new double[classes]);
        for (int i = 0; i < labels.Length; i++)
        {
            counts[labels[i]]++;
            thresholds[labels[i]] += probabilities[i * classes + labels[i]];
        }
        for (int c = 0; c < classes; c++) thresholds[c] /= Math.Max(counts[c], 1);
        return (counts, thresholds);
    }
}
