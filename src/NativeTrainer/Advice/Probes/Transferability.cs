using NativeTrainer.Advice.Features;

namespace NativeTrainer.Advice.Probes;

/// <summary>What a network's frozen features are worth for some labelled samples; comparable between networks on the same samples.</summary>
/// <param name="LogMe">As <see cref="Probes.LogMe"/>; has no unit, higher is better.</param>
/// <param name="NeighbourAccuracy">Of the <see cref="Transferability.Neighbours"/> nearest other samples' vote, 0…1.</param>
/// <param name="ProbeAccuracy">Of a linear probe, cross-validated, 0…1.</param>
/// <param name="ProbeLogLoss">Of its probabilities; ln(classes) is no better than guessing among equals.</param>
public sealed record FeatureWorth(double LogMe, double NeighbourAccuracy, double ProbeAccuracy, double ProbeLogLoss);

/// <summary>How far a network's features carry over to a data set.</summary>
public sealed record TransferReport
{
    /// <summary>Samples that <see cref="Trained"/> was measured on.</summary>
    public required int Samples { get; init; }

    /// <summary>Accuracy of always saying the most frequent class.</summary>
    public required double Chance { get; init; }

    public required FeatureWorth Trained { get; init; }

    /// <summary>Samples of the comparison with a random network; 0 where there is none.</summary>
    public int Compared { get; init; }

    /// <summary>The trained network on the compared samples alone.</summary>
    public FeatureWorth? TrainedOnCompared { get; init; }

    /// <summary>The same architecture with random weights, on the same samples.</summary>
    public FeatureWorth? Random { get; init; }

    /// <summary>The probe's share of what chance leaves: 0 is no better than chance, 1 is perfect.</summary>
    public double Skill => Chance < 1 ? (Trained.ProbeAccuracy - Chance) / (1 - Chance) : 0;

    /// <summary>Probe accuracy that training the network brought: 0 where random features do as well. NaN without the comparison.</summary>
    public double GainOverRandom => TrainedOnCompared is { } trained && Random is { } random ? trained.ProbeAccuracy - random.ProbeAccuracy : double.NaN;
}

/// <summary>Judges a network's features for a data set before anything is trained.</summary>
public static class Transferability
{
    /// <summary>Neighbours that vote.</summary>
    public const int Neighbours = 5;

    /// <summary>Samples that the random network looks at: its pass costs as much a picture as the trained one's.</summary>
    public const int UsualCompared = 200;

    /// <summary>Figures of one network.</summary>
    /// <param name="features">(n, d), as the network gives them; n at least 2.</param>
    /// <param name="labels">n class indices below <paramref name="classes"/>.</param>
    /// <param name="groups">As in <see cref="Folds.Stratified"/>.</param>
    public static FeatureWorth Worth(FeatureMatrix features, ReadOnlySpan<int> labels, int classes, ulong seed = 1, ReadOnlySpan<int> groups = default, int threads = 0)
    {
        using var products = new MatrixProducts(threads);
        int[] votes = KNearest.LeaveOneOut(features, Neighbours, products).Vote(labels);
        int right = 0;
        for (int i = 0; i < votes.Length; i++) right += votes[i] == labels[i] ? 1 : 0;
        var probe = CrossValidation.Run(features.Normalised(), labels, classes, CrossValidation.UsualFolds, seed, groups, default, products);
        return new FeatureWorth(LogMe.Score(features, labels, products), right / (double)labels.Length, probe.Accuracy, probe.LogLoss);
    }

    /// <summary>Accuracy of the most frequent class.</summary>
    public static double Chance(ReadOnlySpan<int> labels)
    {
        int[] given = labels.ToArray();
        return given.Length == 0 ? 0 : given.CountBy(label => label).Max(c => c.Value) / (double)given.Length;
    }

    /// <summary>Figures of the network, and beside it of the same architecture with random weights on some of the samples.</summary>
    /// <param name="options">As the features were computed with.</param>
    /// <param name="features">Of the training samples.</param>
    /// <param name="compared">Samples for the random network; 0 leaves the comparison out.</param>
    /// <param name="groups">As in <see cref="Folds.Stratified"/>.</param>
    public static TransferReport Assess(FeatureOptions options, FeatureSet features, int classes, int compared = UsualCompared, ulong seed = 1, ReadOnlySpan<int> groups = default,
        CancellationToken stop = default)
    {
        int[] labels = features.Labels;
        var report = new TransferReport
        {
            Samples = features.Count,
            Chance = Chance(labels),
            Trained = Worth(features.Matrix, labels, classes, seed, groups, options.Threads),
        };
        if (compared < 2) return report;
        int[] chosen = [.. Folds.NestedOrder(labels, seed).Take(compared).Order()], chosenLabels = [.. chosen.Select(i => labels[i])];
        int[] chosenGroups = groups.IsEmpty ? [] : new int[chosen.Length];
        for (int i = 0; i < chosenGroups.Length; i++) chosenGroups[i] = groups[chosen[i]];
        using var store = new FeatureStore(options with { RandomSeed = seed });
        var random = store.Compute([.. chosen.Select(i => features.Samples[i])], stop: stop);
        return report with
        {
            Compared = chosen.Length,
            TrainedOnCompared = Worth(features.Matrix.Select(chosen), chosenLabels, classes, seed, chosenGroups, options.Threads),
            Random = Worth(random.Matrix, chosenLabels, classes, seed, chosenGroups, options.Threads),
        };
    }
}
