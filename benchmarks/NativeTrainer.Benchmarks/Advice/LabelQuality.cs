using System.Globalization;
using System.Text;
using NativeTrainer.Advice.Labels;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>A tenth of the labels made wrong: how well do scores put them first?</summary>
internal static class LabelQuality
{
    public const string Help = """
        advice-quality labels --data DIR[,DIR…] --weights FILE [--seeds N] [--size PIXELS] [--threads N] [--cache DIR] [--out FILE]
            makes a tenth of the training labels wrong at random, N times (5): average precision of the ranking of label errors, beside that of plain neighbours
            --cache: keep features there between runs; --out: the table
        """;

    private const double Planted = 0.1;

    private const uint PlantOp = 0x9A17;

    public static void Run(CommandArguments arguments)
    {
        var features = new FrozenFeatures("labels", arguments);
        features.Write(Table(features.Sets, features.Seeds, features.Threads));
    }

    private static string Table(IReadOnlyList<FeaturesOfSet> sets, int seeds, int threads)
    {
        var culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder("| data | seed | samples | planted | average precision | of plain neighbours | candidates | of these planted | planted found | estimated noise |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var set in sets)
        {
            var (own, plain) = (new List<double>(), new List<double>());
            for (int seed = 1; seed <= seeds; seed++)
            {
                var (labels, planted) = Plant(set.Train.Labels, set.Classes, (ulong)seed);
                var errors = LabelErrors.Find(set.Train.Matrix, labels, set.Classes, threads: threads);
                own.Add(RankingQuality.AveragePrecision([.. errors.Quality.Select(q => -q)], planted));
                plain.Add(RankingQuality.AveragePrecision(NeighbourDisagreement.Score(set.Train.Matrix, labels, threads: threads), planted));
                int count = planted.Count(p => p), found = errors.Candidates.Count(c => planted[c.Sample]);
                text.Append(culture, $"| {set.Name} | {seed} | {labels.Length} | {count} | {own[^1]:F3} | {plain[^1]:F3} | {errors.Candidates.Count} | {found / (double)Math.Max(errors.Candidates.Count, 1):P0} | {found / (double)count:P0} | {errors.NoiseRate:P1} |\n");
            }
            text.Append(culture, $"| **{set.Name}** | mean | | | **{own.Average():F3}** | {plain.Average():F3} | | | | |\n");
        }
        return text.ToString();
    }

    private static (int[] Labels, bool[] Planted) Plant(int[] labels, int classes, ulong seed)
    {
        ulong key = CounterRandom.Key(seed, 0, 0, PlantOp);
        var planted = new bool[labels.Length];
        int[] order = [.. Enumerable.Range(0, labels.Length).OrderBy(i => CounterRandom.Block(key, (ulong)i).X0).ThenBy(i => i)], wrong = [.. labels];
        foreach (int i in order.Take((int)Math.Round(Planted * labels.Length)))
        {
            planted[i] = true;
            wrong[i] = (wrong[i] + 1 + CounterRandom.Below(key, (ulong)(labels.Length + i), classes - 1)) % classes;
        }
        return (wrong, planted);
    }
}
