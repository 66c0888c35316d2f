using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;
using NativeTrainer.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Training;

/// <summary>Whole runs on pictures with none, one or several squares of three colours.</summary>
public sealed class SeveralLabelsTests : IDisposable
{
    private static readonly string[] Colours = ["blue", "green", "red"];

    private readonly SmallPictures _small = new(train: 1, validation: 1);

    public SeveralLabelsTests()
    {
        var random = new Random(5);
        var rows = new List<string> { "path,labels,split" };
        for (int i = 0; i < 96; i++)
        {
            int drawn = i % 8;
            Draw(_small.In($"squares/{i}.png"), drawn, random);
            rows.Add($"{i}.png,{string.Join(';', Colours.Where((_, c) => (drawn >> c & 1) == 1))},{(i < 72 ? "train" : "val")}");
        }
        File.WriteAllLines(Data, rows);
    }

    private string Data => _small.In("squares/set.csv");

    public void Dispose() => _small.Dispose();

    [Fact]
    public void EachIsLearnedForItselfAndWhatIsSavedEvaluatesTheSame()
    {
        var recorder = new Recorder();
        var result = Trainer.Train(Options("run") with { Epochs = 14 }, recorder);
        var labels = result.Best.Labels!;
        Assert.True(labels.MeanAveragePrecision > 0.95, $"mAP {labels.MeanAveragePrecision}");
        Assert.Equal(recorder.Reports.Max(e => e.Validation.Labels!.MeanAveragePrecision), labels.MeanAveragePrecision);
        Assert.Equal(["blue", "green", "red"], result.Best.PerClass.Select(c => c.Name));
        // Of eight equally frequent sets of labels none is commoner.
        Assert.Equal(1 / 8.0, result.Best.Baseline.Accuracy);

        string weights = Path.Combine(result.RunFolder, "best.safetensors");
        var evaluated = Evaluator.Evaluate(new EvaluateOptions { Weights = weights, Data = Data, Split = SplitName.Val, Batch = 5 });
        Assert.Equal(labels.MeanAveragePrecision, evaluated.Metrics.Labels!.MeanAveragePrecision);
        Assert.Equal(labels.Thresholds, evaluated.Labels!.Thresholds);
        Assert.Equal((result.Best.Accuracy, result.Best.MacroF1), (evaluated.Metrics.Accuracy, evaluated.Metrics.MacroF1));

        var predicted = Evaluator.Predict(new PredictOptions { Weights = weights, Files = [_small.In("squares/95.png")] });
        Assert.Equal(evaluated.Images[^1].Probabilities, predicted.Images[0].Probabilities);
        Assert.Equal(labels.Thresholds, predicted.Thresholds);
    }

    [Fact]
    public void TheRunFolderHasThem()
    {
        var result = Trainer.Train(Options("folder") with { Epochs = 2, Strategy = TrainingStrategy.TwoStage, HeadEpochs = 2, Augment = "mixup=0.2", Balance = BalanceKind.Weights }, new Recorder());
        var read = LabelPredictionsCsv.Read(result.RunFolder);
        Assert.Equal(24, read.Count);
        Assert.Equal(result.Best.Labels!.MicroF1, LabelSummary.Metrics(read with { Thresholds = result.Best.Labels.Thresholds }).Labels!.MicroF1);
        string[] lines = File.ReadAllLines(Path.Combine(result.RunFolder, RunFolderWriter.MetricsCsv));
        Assert.EndsWith(",val_map", lines[0], StringComparison.Ordinal);
        Assert.All(lines.Skip(1), line => Assert.False(line.EndsWith(',')));
        Assert.False(File.Exists(Path.Combine(result.RunFolder, RunFolderWriter.ConfusionCsv)));
        Assert.Contains(result.Audit.NotChecked, part => part.Reason.Contains("one label each", StringComparison.Ordinal));
        Assert.True(ModelFile.Load(Path.Combine(result.RunFolder, "best.safetensors")).Spec.Head.MultiLabel);
    }

    [Fact]
    public void TheBitsDoNotDependOnThreadsOrAStop()
    {
        var options = Options("whole") with { Epochs = 2, Augment = "light,mixup=0.3" };
        var whole = Trainer.Train(options, new Recorder());
        using var stop = new CancellationTokenSource();
        var first = Trainer.Train(options with { Out = _small.In("stopped"), Threads = 1 }, new Recorder(7, stop), stop.Token);
        Assert.True(first.Interrupted);
        var second = Trainer.Resume(first.RunFolder, new Recorder());
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.RunFolder, "last.safetensors")), File.ReadAllBytes(Path.Combine(second.RunFolder, "last.safetensors")));
    }

    [Fact]
    public void WhatIsForOneLabelIsRefused()
    {
        void Refused(string expected, TrainOptions options) => Assert.Contains(expected, Assert.Throws<UserException>(() => Trainer.Train(options, new Recorder())).Message);
        Refused("--balance sampler is for one label", Options("a") with { Balance = BalanceKind.Sampler });
        Refused("--metric map is of images with several labels", Options("b") with { Data = _small.Data, Metric = SelectionMetric.Map });
        var single = Trainer.Train(_small.Options("single") with { Epochs = 1, Size = 32, Batch = 2, Allow = ["training"] }, new Recorder());
        string weights = Path.Combine(single.RunFolder, "best.safetensors");
        var refusal = Assert.Throws<UserException>(() => Evaluator.Evaluate(new EvaluateOptions { Weights = weights, Data = Data }));
        Assert.Contains("is not among the model's", refusal.Message);
    }

    private TrainOptions Options(string run) => _small.Options(run) with { Data = Data, Size = 32, Batch = 8 };

    private static void Draw(string path, int colours, Random random)
    {
        const int Side = 40, Square = 12;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var pixels = new byte[Side * Side * 3];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)(40 + random.Next(60));
        for (int c = 0; c < 3; c++)
        {
            if ((colours >> c & 1) == 0) continue;
            int left = random.Next(Side - Square), top = c * 13 + random.Next(2);
            for (int y = top; y < Math.Min(top + Square, Side); y++)
                for (int x = left; x < left + Square; x++) pixels[(y * Side + x) * 3 + 2 - c] = (byte)(200 + random.Next(50));
        }
        ImageWriter.Write(new RgbImage(pixels, Side, Side), path);
    }
}
