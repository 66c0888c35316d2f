using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Tests.Training;
using NativeTrainer.Training;
using NativeTrainer.Training.Sweep;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Training.Sweep;

/// <summary>Whole sweeps on small pictures.</summary>
public sealed class SweepRunnerTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 8, validation: 6);

    [Fact]
    public void ASweepComparesItsArmsAndKeepsTheWinner()
    {
        var recorder = new Recorder();
        var record = SweepRunner.Run(Options("sweep"), recorder);
        Assert.True(record.Finished);
        Assert.Equal((24, 18, 1), (record.TrainImages, record.JudgedImages, record.Folds));
        Assert.Equal(["few-shot", "full", "head"], record.Rows.Select(row => row.Arm).Order());
        Assert.Equal(record.Rows.Max(row => row.Accuracy), record.Rows[0].Accuracy);
        Assert.Equal(record.Rows[0].Arm, record.Verdict!.Arm);
        Assert.All(record.Rows, row => Assert.True(row.Low <= row.Accuracy && row.Accuracy <= row.High && row.Seconds > 0 && row.PeakMemoryBytes > 0 && row.WeightsBytes > 0, row.ToString()));
        Assert.True(record.Rows.Single(row => row.Arm == "full").TrainedParameters > record.Rows.Single(row => row.Arm == "head").TrainedParameters);
        // What was judged is what is kept.
        var evaluated = Evaluator.Evaluate(new EvaluateOptions { Weights = Path.Combine(_pictures.In("sweep"), SweepRecord.WeightsName), Data = _pictures.Data });
        Assert.Equal(record.Rows[0].Accuracy, evaluated.Metrics.Accuracy, 1e-9);
        Assert.Equal(4, File.ReadLines(Path.Combine(_pictures.In("sweep"), SweepRecord.CsvName)).Count());
        var again = new Recorder();
        Assert.Equal(SweepRecord.Format(record), SweepRecord.Format(SweepRunner.Run(Options("sweep"), again)));
        Assert.Empty(again.Runs);
    }

    [Fact]
    public void SharedPicturesChangeNoBitOfARun()
    {
        SweepRunner.Run(Options("sweep") with { Strategies = [SweepStrategies.Full] }, new Recorder());
        string run = Directory.GetDirectories(_pictures.In("sweep")).Single();
        var alone = TrainOptionsFile.Load(Path.Combine(run, TrainOptionsFile.Name));
        Trainer.Train(alone with { Out = _pictures.In("alone") }, new NativeTrainer.Tests.Training.Recorder());
        Assert.Equal(File.ReadAllBytes(Path.Combine(_pictures.In("alone"), "last.safetensors")), File.ReadAllBytes(Path.Combine(run, "last.safetensors")));
    }

    [Fact]
    public void AnInterruptedSweepGoesOnToTheSameTable()
    {
        var whole = SweepRunner.Run(Options("whole"), new Recorder());
        using var stop = new CancellationTokenSource();
        var stopped = SweepRunner.Run(Options("stopped"), new Recorder { AfterEpoch = (trial, epoch) => { if (trial.Arm == "full" && epoch == 1) stop.Cancel(); } }, stop.Token);
        Assert.False(stopped.Finished);
        Assert.Equal(2, stopped.Trials.Count(t => t.State == SweepTrialState.Done));
        var rest = new Recorder();
        var resumed = SweepRunner.Run(Options("stopped"), rest);
        Assert.Equal(["full"], rest.Runs.Distinct());
        Assert.Equal(whole.Rows.Select(row => (row.Arm, row.Accuracy, row.LogLoss, row.P)), resumed.Rows.Select(row => (row.Arm, row.Accuracy, row.LogLoss, row.P)));
        Assert.True(resumed.SpentSeconds > stopped.SpentSeconds);
    }

    [Fact]
    public void AChangedOptionIsNamed()
    {
        var options = Options("sweep") with { Strategies = [SweepStrategies.FewShot] };
        SweepRunner.Run(options, new Recorder());
        string Refusal(SweepOptions other) => Assert.Throws<UserException>(() => SweepRunner.Run(other, new Recorder())).Message;
        Assert.Contains("--budget", Refusal(options with { Budget = TimeSpan.FromHours(1) }));
        Assert.Contains("--seed 1, and now it is 2", Refusal(options with { Training = options.Training with { Seed = 2 } }));
        Assert.Contains("--strategies few-shot", Refusal(options with { Strategies = [SweepStrategies.Head] }));
        File.Delete(Directory.GetFiles(Path.Combine(_pictures.Data, "train", "class0"))[0]);
        Assert.Contains("files of the data set", Refusal(options));
    }

    [Fact]
    public void WithFewValidationImagesEachTrainingImageIsJudgedOnce()
    {
        var options = Options("sweep");
        var record = SweepRunner.Run(options with { Folds = 0, Strategies = [SweepStrategies.FewShot, SweepStrategies.Head] }, new Recorder());
        Assert.Equal((5, 24), (record.Folds, record.JudgedImages));
        Assert.Contains("18 validation images are too few", record.Division);
        var judged = record.Trials.Where(t => t.Arm == "few-shot" && t.Folders.Count == 5).SelectMany(t => t.Folders).SelectMany(folder => PredictionsCsv.Read(Path.Combine(_pictures.In("sweep"), folder, "judged.csv")).Names!).ToArray();
        Assert.Equal(24, judged.Distinct().Count());
        // The winner has then seen them all.
        Assert.EndsWith("-final", record.Verdict!.Run);
        Assert.True(File.Exists(Path.Combine(_pictures.In("sweep"), SweepRecord.WeightsName)));
    }

    [Fact]
    public void ABudgetThatEndsCutsTheRunAtItsEpoch()
    {
        // One second is over before the arm on pictures begins, or within an epoch of it.
        var record = SweepRunner.Run(Options("sweep") with { Budget = TimeSpan.FromSeconds(1), Training = Options("sweep").Training with { Epochs = 400 }, Given = new HashSet<string> { "--epochs" } }, new Recorder());
        Assert.True(record.Finished);
        Assert.InRange(record.SpentSeconds, 0, 20);
        Assert.DoesNotContain(record.Trials, t => t is { Arm: "full", State: SweepTrialState.Done, Epochs: > 100 });
        Assert.False(double.IsNaN(record.Rows[0].Accuracy));
    }

    [Fact]
    public void SomeImagesOfEachClassAreTheSameForAnyNumber()
    {
        var all = DatasetIndex.Open(_pictures.Data);
        string[] Names(int count) => [.. all.PerClass(count, 7).Split(SplitName.Train).Select(s => s.Path)];
        Assert.Equal(9, Names(3).Length);
        Assert.Empty(Names(3).Except(Names(5)));
        Assert.Equal(18, all.PerClass(3, 7).Split(SplitName.Val).Count);
        Assert.NotEqual(Names(3), [.. all.PerClass(3, 8).Split(SplitName.Train).Select(s => s.Path)]);
    }

    [Theory]
    [InlineData("warm", "--strategies warm")]
    [InlineData("head", "--lr -1")]
    public void WhatCannotBeTriedIsSaid(string strategy, string message)
    {
        var options = Options("sweep") with { Strategies = [strategy], Rates = strategy == "head" ? [-1] : [] };
        Assert.Contains(message, Assert.Throws<UserException>(() => SweepRunner.Run(options, new Recorder())).Message);
        Assert.False(Directory.Exists(_pictures.In("sweep")));
    }

    public void Dispose() => _pictures.Dispose();

    private SweepOptions Options(string name) => new()
    {
        Training = new TrainOptions { Data = _pictures.Data, Weights = _pictures.Weights, Size = 32, Threads = 2, HeadEpochs = 4, Epochs = 3 },
        Given = new HashSet<string> { "--epochs", "--head-epochs" },
        Strategies = [SweepStrategies.FewShot, SweepStrategies.Head, SweepStrategies.Full],
        Folds = 1,
        Out = _pictures.In(name),
    };

    private sealed class Recorder : ISweepObserver
    {
        public List<string> Runs { get; } = [];

        public Action<SweepTrial, int>? AfterEpoch { get; init; }

        public void OnRun(SweepTrial trial, int fold, int folds, double spentSeconds) => Runs.Add(trial.Arm);

        public void OnEpoch(SweepTrial trial, EpochReport epoch) => AfterEpoch?.Invoke(trial, epoch.Epoch);
    }
}
