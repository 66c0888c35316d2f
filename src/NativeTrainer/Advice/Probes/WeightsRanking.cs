using NativeTrainer.Advice.Features;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Probes;

/// <summary>What one weights file's features are worth for a data set.</summary>
/// <param name="Weights">The file.</param>
/// <param name="Worth">On its training pictures, cross-validated.</param>
/// <param name="Features">Width of its features.</param>
/// <param name="Seconds">The pass took; less where features were kept from before.</param>
public sealed record RankedWeights(string Weights, FeatureWorth Worth, int Features, double Seconds);

/// <summary>Weights files by how well their frozen features fit a data set, before any is trained.</summary>
/// <param name="Ranked">The best first, by the cross-validated probability of the right class (log loss), which single pictures move less than accuracy.</param>
/// <param name="Chance">Accuracy of always naming the most frequent class.</param>
public sealed record WeightsRanking(IReadOnlyList<RankedWeights> Ranked, double Chance, int Samples)
{
    /// <summary>NT302: another file is measurably better than the one that stands first in what was compared; null where none is.</summary>
    /// <param name="chosen">One of the files.</param>
    public Finding? Better(string chosen) => BetterWeights.Of(this, chosen);

    /// <summary>Looks at the training part with each file.</summary>
    /// <param name="options">Of machine and cache; the weights are those of <paramref name="files"/>.</param>
    /// <param name="progress">File, pictures done, pictures in all.</param>
    /// <exception cref="UserException">A file or the data cannot be used.</exception>
    public static WeightsRanking Of(string data, IReadOnlyList<string> files, FeatureOptions options, ulong seed = 1, Action<string, int, int>? progress = null, CancellationToken stop = default)
    {
        var index = DatasetIndex.Open(data, new DatasetOptions { Seed = seed });
        index.RequireOneLabel(data, "the ranking");
        var train = index.Split(SplitName.Train);
        var ranked = new List<RankedWeights>();
        double chance = 0;
        foreach (string file in files)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            using var store = new FeatureStore(options with { Weights = file });
            var set = store.Compute(train, progress: done => progress?.Invoke(file, done, train.Count), stop: stop);
            if (set.Count < 2 * index.Classes.Count) throw new UserException($"{data}: {set.Count} training pictures of {index.Classes.Count} classes are too few to rank weights by; give two or more of each");
            double seconds = clock.Elapsed.TotalSeconds;
            chance = Transferability.Chance(set.Labels);
            ranked.Add(new RankedWeights(file, Transferability.Worth(set.Matrix, set.Labels, index.Classes.Count, seed, threads: options.Threads), set.Width, seconds));
        }
        return new WeightsRanking([.. ranked.OrderBy(r => r.Worth.ProbeLogLoss)], chance, train.Count);
    }
}
