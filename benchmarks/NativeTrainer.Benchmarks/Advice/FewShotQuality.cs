using System.Globalization;
using System.Text;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Kernels.Random;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Heads in closed form beside one that is trained, on seeded subsets: from how many images a class on does training pay?</summary>
internal static class FewShotQuality
{
    public const string Help = """
        advice-quality few-shot --data DIR[,DIR…] --weights FILE [--seeds N] [--size PIXELS] [--threads N] [--cache DIR] [--out FILE]
            accuracy and log loss on the validation part of every few-shot head, of the one that leave-one-out chooses and of a trained head, by training images a class
        """;

    private static readonly int[] PerClass = [1, 2, 3, 5, 8, 10, 20, 40];

    private static readonly FewShotHeadKind[] Kinds = [FewShotHeadKind.Mean, FewShotHeadKind.Cosine, FewShotHeadKind.Lda, FewShotHeadKind.Ridge, FewShotHeadKind.Knn, FewShotHeadKind.Auto];

    private const uint SubsetOp = 0xFE57;

    public static void Run(CommandArguments arguments)
    {
        var features = new FrozenFeatures("few-shot", arguments);
        features.Write(Table(features));
    }

    private static string Table(FrozenFeatures features)
    {
        var text = new StringBuilder($"| data | images a class | {string.Join(" | ", Kinds.Select(k => k == FewShotHeadKind.Auto ? "chosen" : FewShotChoice.Name(k)))} | trained, last epoch | trained, best epoch | chosen less trained (last) | chosen were |\n");
        text.Append("|---|---|").Append(string.Concat(Enumerable.Repeat("---|", Kinds.Length + 4))).Append('\n');
        foreach (var set in features.Sets)
        {
            using var trained = new TrainedHead(features.Weights, set.Classes, features.Threads);
            int[] counts = [.. Enumerable.Range(0, set.Classes).Select(c => set.Train.Labels.Count(label => label == c))];
            foreach (int perClass in PerClass.Where(n => n <= counts.Max()))
            {
                var cells = Kinds.Append(FewShotHeadKind.Auto).Append(FewShotHeadKind.Auto).Select(_ => new List<(double Accuracy, double Loss)>()).ToArray();
                var chosen = new List<FewShotHeadKind>();
                for (int seed = 1; seed <= features.Seeds; seed++)
                {
                    int[] rows = Subset(set.Train.Labels, set.Classes, perClass, (ulong)seed), labels = [.. rows.Select(i => set.Train.Labels[i])];
                    var train = set.Train.Matrix.Select(rows);
                    for (int k = 0; k < Kinds.Length; k++)
                    {
                        // A spread within classes needs two images of one.
                        if (Kinds[k] == FewShotHeadKind.Lda && perClass == 1) continue;
                        var fit = FewShotFit.Of(train, labels, set.Classes, Kinds[k], features.Threads);
                        cells[k].Add(Measure(fit.Head.Logits(set.Validation.Matrix, new ParallelOptions { MaxDegreeOfParallelism = features.Threads }), set));
                        if (Kinds[k] == FewShotHeadKind.Auto) chosen.Add(fit.Choice.Chosen.Kind);
                    }
                    var epochs = trained.Run(train, labels, (ulong)seed, set.Validation.Matrix).Select(logits => Measure(logits, set)).ToArray();
                    cells[Kinds.Length].Add(epochs[^1]);
                    cells[Kinds.Length + 1].Add(epochs.MaxBy(e => e.Accuracy));
                }
                double[] differences = [.. cells[Kinds.Length - 1].Zip(cells[Kinds.Length], (a, b) => 100 * (a.Accuracy - b.Accuracy))];
                text.Append(CultureInfo.InvariantCulture, $"| {set.Name} | {perClass} | {string.Join(" | ", cells.Select(Cell))} | {differences.Average():+0.0;-0.0;0.0} ± {StandardError(differences):0.0} | {string.Join(", ", chosen.CountBy(k => k).OrderByDescending(k => k.Value).Select(k => $"{k.Key.ToString().ToLowerInvariant()} {k.Value}"))} |\n");
                Console.Error.WriteLine($"{set.Name}, {perClass} a class");
            }
        }
        return text.ToString();
    }

    private static string Cell(List<(double Accuracy, double Loss)> cell)
        => cell.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{cell.Average(c => c.Accuracy):0.000} ({cell.Average(c => c.Loss):0.00})");

    private static double StandardError(double[] values)
    {
        double mean = values.Average();
        return values.Length < 2 ? double.NaN : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length);
    }

    private static (double Accuracy, double Loss) Measure(float[] logits, FeaturesOfSet set)
    {
        int classes = set.Classes;
        TemperatureScaling.Apply(logits, classes, 1);
        int right = 0;
        double loss = 0;
        for (int i = 0; i < set.Validation.Count; i++)
        {
            var row = logits.AsSpan(i * classes, classes);
            int label = set.Validation.Labels[i];
            if (System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(row) == label) right++;
            loss -= Math.Log(Math.Max(row[label], 1e-12));
        }
        return (right / (double)set.Validation.Count, loss / set.Validation.Count);
    }

    private static int[] Subset(int[] labels, int classes, int perClass, ulong seed)
        => [.. Enumerable.Range(0, classes).SelectMany(c => Enumerable.Range(0, labels.Length).Where(i => labels[i] == c).OrderBy(i => CounterRandom.Key(seed, (uint)c, (ulong)i, SubsetOp)).Take(perClass)).Order()];
}
