using System.Globalization;
using System.Text;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Benchmarks.Throughput;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;
using NativeTrainer.Training;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>One training on a seeded subset, validated on the set's whole validation part and, where there is one, its test part.</summary>
internal static class StrategyRun
{
    private const uint SubsetOp = 0x5B5E;

    public static StrategyResult Of(StrategyCell cell, string data, string weights) => WithSubset(cell, data, weights, options =>
    {
        var result = Trainer.Train(options, new Silent());
        var used = TrainOptionsFile.Load(Path.Combine(result.RunFolder, TrainOptionsFile.Name));
        string note = string.Create(CultureInfo.InvariantCulture,
            $"{used.Strategy}, epochs {used.Epochs}, head epochs {used.HeadEpochs}, batch {used.Batch}, rate {used.LearningRate:g3}, {used.Augment}{(result.Diverged is null ? "" : ", diverged")}");
        return new StrategyResult(cell, result.Best.Accuracy, result.Best.MacroF1, result.BestEpoch, result.Seconds, note);
    });

    /// <summary>Gives options of a run on the cell's subset to <paramref name="use"/>; its files are gone afterwards.</summary>
    public static T WithSubset<T>(StrategyCell cell, string data, string weights, Func<TrainOptions, T> use)
    {
        string folder = Directory.CreateTempSubdirectory("strategies-").FullName;
        try
        {
            string manifest = Path.Combine(folder, "subset.csv");
            WriteSubset(manifest, data, cell);
            return use(Options(cell.Run, new TrainOptions { Data = manifest, Weights = weights, Size = cell.Size, Seed = (ulong)cell.Seed, Allow = ["leakage"], Out = Path.Combine(folder, "run") }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A strategy with changes, <c>two-stage:epochs=16:lr=0.01</c>, or what the plan chooses, <c>auto</c>.</summary>
    private static TrainOptions Options(string run, TrainOptions options)
    {
        string[] parts = run.Split(':');
        if (parts[0] == "auto") return Planner.Plan(new PlanOptions { Training = options }, _ => { }).Options;
        options = options with
        {
            Strategy = parts[0] switch
            {
                "head" => TrainingStrategy.Head,
                "two-stage" => TrainingStrategy.TwoStage,
                "gradual" => TrainingStrategy.Gradual,
                "full" => TrainingStrategy.Full,
                _ => throw new UsageException($"--runs {parts[0]}: choose head, two-stage, gradual, full or auto"),
            },
        };
        // The head alone takes as many passes over its cached features as the head of the others.
        if (options.Strategy == TrainingStrategy.Head) options = options with { Epochs = options.HeadEpochs };
        foreach (string[] change in parts.Skip(1).Select(part => part.Split('=')))
        {
            string value = change[^1];
            float number = float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float parsed) ? parsed : 0;
            options = change[0] switch
            {
                "epochs" => options with { Epochs = (int)number },
                "head-epochs" => options with { HeadEpochs = (int)number },
                "batch" => options with { Batch = (int)number },
                "lr" => options with { LearningRate = number },
                "head-lr" => options with { LearningRateFor = new Dictionary<string, float> { ["fc"] = number } },
                "augment" => options with { Augment = value.Replace('+', ',') },
                "warmup" => options with { WarmupEpochs = number },
                "freeze" => options with { Freeze = value.Split('+') },
                "bn" => options with { BatchNorm = Enum.Parse<BatchNormPolicy>(value, ignoreCase: true) },
                "decay" => options with { LayerDecay = number },
                var other => throw new UsageException($"--runs: '{other}' is not known; epochs, head-epochs, batch, lr, head-lr, augment, warmup, freeze, bn, decay"),
            };
        }
        return options;
    }

    private static void WriteSubset(string manifest, string data, StrategyCell cell)
    {
        var index = DatasetIndex.Open(data, new DatasetOptions { ValidationFraction = 0 });
        var text = new StringBuilder("path,label,split\n");
        void Add(Sample sample, string split) => text.Append(CultureInfo.InvariantCulture, $"\"{sample.Path}\",\"{index.Classes[sample.Label]}\",{split}\n");
        foreach (var members in index.Split(SplitName.Train).GroupBy(sample => sample.Label).OrderBy(g => g.Key))
        {
            var all = members.ToArray();
            int count = cell.PerClass == 0 ? all.Length : Math.Min(cell.PerClass, all.Length);
            foreach (var sample in Enumerable.Range(0, all.Length).OrderBy(i => CounterRandom.Key((ulong)cell.Seed, (uint)members.Key, (ulong)i, SubsetOp)).Take(count).Select(i => all[i]))
                Add(sample, "train");
        }
        foreach (var sample in index.Split(SplitName.Val).Concat(index.Split(SplitName.Test))) Add(sample, "val");
        File.WriteAllText(manifest, text.ToString());
    }

    private sealed class Silent : ITrainingObserver;
}
