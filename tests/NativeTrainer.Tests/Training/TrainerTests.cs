using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Training;

/// <summary>Whole runs on small pictures written by the test: three classes told apart by colour and stripes.</summary>
public sealed class TrainerTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 10, validation: 4);

    [Fact]
    public void LearnsAndWhatItSavesEvaluatesTheSame()
    {
        var result = Trainer.Train(Options("run") with { Epochs = 12, LearningRate = 0.05f, Schedule = ScheduleKind.Cosine }, new Recorder());
        Assert.True(result.Best.Accuracy >= 0.9, $"accuracy {result.Best.Accuracy}");
        var evaluated = Evaluator.Evaluate(new EvaluateOptions { Weights = Path.Combine(result.RunFolder, "best.safetensors"), Data = _pictures.Data, Batch = 5 });
        Assert.Equal(result.Best.Accuracy, evaluated.Metrics.Accuracy);
        Assert.Equal(["class0", "class1", "class2"], evaluated.Classes);
    }

    [Theory]
    [InlineData(TrainingStrategy.Full, 0, 0, false)]
    [InlineData(TrainingStrategy.Full, 0, 2, true)]
    [InlineData(TrainingStrategy.TwoStage, 0.9f, 0, true)]
    [InlineData(TrainingStrategy.Gradual, 0, 0, false)]
    public void AResumedRunEndsWithTheBitsOfOneThatNeverStopped(TrainingStrategy strategy, float ema, int swa, bool taught)
    {
        // Head, then backbone, from weights: the stages differ in what they train and in what they cache.
        var options = Options("whole") with
        {
            Strategy = strategy,
            Epochs = 3,
            HeadEpochs = 2,
            HeadHidden = [8],
            HeadDropout = 0.2f,
            Accumulate = 2,
            Ema = ema,
            Swa = swa,
            Teacher = taught ? Teacher("teacher.safetensors", "class0", "class1", "class2") : null,
            Augment = "medium",
        };
        var whole = Trainer.Train(options, new Recorder());
        foreach (int stopAt in new[] { 1, 8, 13 })
        {
            string folder = $"stopped{stopAt}";
            using var stop = new CancellationTokenSource();
            var first = Trainer.Train(options with { Out = _pictures.In(folder), Threads = 1 }, new Recorder(stopAt, stop), stop.Token);
            Assert.True(first.Interrupted);
            var second = Trainer.Resume(first.RunFolder, new Recorder());
            Assert.False(second.Interrupted);
            Assert.Equal((whole.BestEpoch, whole.Best.Accuracy, whole.Best.Loss), (second.BestEpoch, second.Best.Accuracy, second.Best.Loss));
            AssertSameFile("whole", folder, "last.safetensors");
            AssertSameFile("whole", folder, "best.safetensors");
        }
    }

    [Fact]
    public void AStageThawsWhereValidationStallsAndAResumedRunDoesTheSame()
    {
        // At a rate that changes nothing no epoch is better than the head's, so each stage has its patience and no more.
        var options = Options("plateau") with { Strategy = TrainingStrategy.Gradual, Unfreeze = UnfreezeKind.Plateau, UnfreezePatience = 2, Epochs = 9, HeadEpochs = 2, BatchNorm = BatchNormPolicy.Eval, LearningRate = 1e-9f, LearningRateFor = new Dictionary<string, float> { ["fc"] = 1e-9f } };
        var stages = new Recorder();
        Trainer.Train(options, stages);
        Assert.Equal(["head", "head", "layer3", "layer3", "layer2", "layer2", "layer1", "layer1", "conv1", "conv1", "conv1"], Stages("plateau"));
        Assert.Equal(4, stages.Notes.Count(note => note.Contains("learn, with their peak rates", StringComparison.Ordinal)));
        Assert.Contains(stages.Notes, note => note.StartsWith("from epoch 5 on layer2 (5.0e-10), layer3 (1.0e-9), fc (1.0e-9)", StringComparison.Ordinal));
        using var stop = new CancellationTokenSource();
        // The last step of the second epoch of a stage: the next one's turn comes after the resumption.
        var stopped = Trainer.Train(options with { Out = _pictures.In("stopped") }, new Recorder(4 * 5, stop), stop.Token);
        Assert.True(stopped.Interrupted);
        Trainer.Resume(stopped.RunFolder, new Recorder());
        Assert.Equal(Stages("plateau"), Stages("stopped"));
        AssertSameFile("plateau", "stopped", "last.safetensors");
    }

    private string[] Stages(string run) => [.. File.ReadLines(Path.Combine(_pictures.In(run), RunFolderWriter.MetricsCsv)).Skip(1).Select(line => line.Split(',')[1])];

    [Fact]
    public void TheAverageOfTheLastEpochsStandsAsOneMore()
    {
        var recorder = new Recorder();
        var result = Trainer.Train(Options("average") with { Epochs = 4, Swa = 3, Augment = "light" }, recorder);
        Assert.Equal([1, 2, 3, 4, 5], recorder.Reports.Select(e => e.Epoch));
        Assert.Equal("average", recorder.Reports[^1].Stage);
        // The rate stays where the averaged epochs begin.
        Assert.Equal(recorder.Reports[1].LearningRates, recorder.Reports[3].LearningRates);
        string last = Path.Combine(result.RunFolder, "last.safetensors");
        var evaluated = Evaluator.Evaluate(new EvaluateOptions { Weights = last, Data = _pictures.Data });
        Assert.Equal(recorder.Reports[^1].Validation.Loss, evaluated.Metrics.Loss, 1e-6);
    }

    [Theory]
    [InlineData(0.9f, 0)]
    [InlineData(0, 2)]
    public void TheMemoryPromisedIsTheMemoryUsed(float ema, int swa)
    {
        var recorder = new Recorder();
        var result = Trainer.Train(Options("memory") with { Epochs = 2, Ema = ema, Swa = swa }, recorder);
        Assert.InRange(recorder.Plan!.PeakMemoryBytes, 0.9 * result.PeakMemoryBytes, 1.1 * result.PeakMemoryBytes);
    }

    [Fact]
    public void AMemoryBudgetMakesBatchesThatFitAndResumes()
    {
        var recorder = new Recorder();
        Trainer.Train(Options("free") with { Epochs = 1 }, recorder);
        long parameters = recorder.Plan!.PeakMemoryBytes / 2, budget = MemoryBudget.RuntimeBytes + parameters + recorder.Plan.PeakMemoryBytes / 6;
        var options = Options("budget") with { Epochs = 2, MemoryBytes = budget };
        var limited = new Recorder();
        var whole = Trainer.Train(options, limited);
        var used = TrainOptionsFile.Load(Path.Combine(whole.RunFolder, TrainOptionsFile.Name));
        Assert.True(used.Batch < 6 && used.Batch * used.Accumulate == 6, $"{used.Batch} × {used.Accumulate}");
        Assert.True(limited.Plan!.PeakMemoryBytes + used.CacheBytes + MemoryBudget.RuntimeBytes <= budget);
        Assert.Contains(limited.Notes, n => n.Contains($"batches of {used.Batch} in place of 6"));
        using var stop = new CancellationTokenSource();
        var stopped = Trainer.Train(options with { Out = _pictures.In("stopped") }, new Recorder(3, stop), stop.Token);
        Trainer.Resume(stopped.RunFolder, new Recorder());
        AssertSameFile("budget", "stopped", "last.safetensors");
    }

    [Fact]
    public void ABudgetThatNothingFitsSaysTheLeast()
    {
        var error = Assert.Throws<UserException>(() => Trainer.Train(Options("little") with { MemoryBytes = 1_000_000 }, new Recorder()));
        long least = 1_000_000 * long.Parse(error.Message.Split("needs ")[1].Split("MB")[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Throws<UserException>(() => Trainer.Train(Options("less") with { MemoryBytes = least - 1_000_000 }, new Recorder()));
        long again = 1_000_000 * long.Parse(error.Message.Split("--checkpoint-activations ")[1].Split("MB")[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.False(Trainer.Train(Options("again") with { Epochs = 1, MemoryBytes = again, CheckpointActivations = true }, new Recorder()).Interrupted);
        Assert.False(Trainer.Train(Options("least") with { Epochs = 1, MemoryBytes = least }, new Recorder()).Interrupted);
    }

    [Fact]
    public void AnotherNumberOfClassesReplacesTheHeadAndSaysSo()
    {
        Directory.Delete(Path.Combine(_pictures.Data, "train", "class2"), true);
        Directory.Delete(Path.Combine(_pictures.Data, "val", "class2"), true);
        var recorder = new Recorder();
        var result = Trainer.Train(Options("two") with { Strategy = TrainingStrategy.Head, Epochs = 2 }, recorder);
        Assert.Contains(recorder.Notes, n => n.Contains("new head: 2 classes"));
        Assert.Equal(2, ModelFile.Load(Path.Combine(result.RunFolder, "best.safetensors")).Spec.Head.Classes);
    }

    [Fact]
    public void ARunIsRepeatedByItsOwnOptions()
    {
        Trainer.Train(Options("first") with { LearningRate = 0, Augment = "auto", Epochs = 1 }, new Recorder());
        var again = TrainOptionsFile.Load(Path.Combine(_pictures.In("first"), TrainOptionsFile.Name));
        Assert.Equal((32, "light", 0.005f), (again.Size, again.Augment, again.LearningRate));
        Trainer.Train(again with { Out = _pictures.In("again") }, new Recorder());
        AssertSameFile("first", "again", "last.safetensors");
    }

    [Fact]
    public void ARunWhoseDataChangedIsNotResumed()
    {
        var run = Trainer.Train(Options("changed") with { Epochs = 1 }, new Recorder());
        File.Delete(Directory.EnumerateFiles(Path.Combine(_pictures.Data, "train", "class0")).First());
        var error = Assert.Throws<UserException>(() => Trainer.Resume(run.RunFolder, new Recorder()));
        Assert.Contains("cannot go on as it began", error.Message);
    }

    [Fact]
    public void ARunStoppedBeforeItsFirstCheckpointStartsAgain()
    {
        Trainer.Train(Options("whole") with { Epochs = 1 }, new Recorder());
        Trainer.Train(Options("killed") with { Epochs = 1 }, new Recorder());
        foreach (string file in Directory.EnumerateFiles(_pictures.In("killed"), "*.safetensors")) File.Delete(file);
        var recorder = new Recorder();
        Trainer.Resume(_pictures.In("killed"), recorder);
        Assert.Contains(recorder.Notes, n => n.Contains("from its beginning"));
        AssertSameFile("whole", "killed", "last.safetensors");
    }

    [Fact]
    public void WeightsOfAnotherNetworkAreRefused()
    {
        var error = Assert.Throws<UserException>(() => Trainer.Train(Options("other") with { Model = "resnet50" }, new Recorder()));
        Assert.Contains("not resnet50 (bottleneck blocks 3-4-6-3", error.Message);
    }

    [Theory]
    [InlineData("--freeze", "layer9")]
    [InlineData("--lr-for", "layer9")]
    public void APartThatTheModelLacksIsNamed(string flag, string part)
    {
        var options = Options("wrong") with
        {
            Freeze = flag == "--freeze" ? [part] : [],
            LearningRateFor = flag == "--lr-for" ? new Dictionary<string, float> { [part] = 0.1f } : new Dictionary<string, float>(),
        };
        var error = Assert.Throws<UserException>(() => Trainer.Train(options, new Recorder()));
        Assert.Contains(flag, error.Message);
        Assert.Contains(part, error.Message);
        Assert.Contains("layer3", error.Message);
    }

    [Fact]
    public void ALossThatIsNotFiniteStopsAndKeepsTheCheckpoint()
    {
        var result = Trainer.Train(Options("diverged") with { Epochs = 3, LearningRate = 100, Momentum = 0.99f, BatchNorm = BatchNormPolicy.Eval }, new Recorder());
        Assert.Contains("--lr", result.Diverged);
    }

    public void Dispose() => _pictures.Dispose();

    [Fact]
    public void ATeacherIsFollowed()
    {
        // It knows nothing, so a student of its alone learns nothing, and one of the labels does.
        var options = Options("taught") with { Epochs = 8, LearningRate = 0.05f, Teacher = Teacher("teacher.safetensors", "class0", "class1", "class2"), DistillAlpha = 1 };
        Assert.True(Trainer.Train(options, new Recorder()).Best.Loss > Trainer.Train(options with { Out = _pictures.In("untaught"), Teacher = null }, new Recorder()).Best.Loss + 0.1);
    }

    [Fact]
    public void ATeacherThatCannotTeachIsRefused()
    {
        string Refusal(TrainOptions options) => Assert.Throws<UserException>(() => Trainer.Train(options, new Recorder())).Message;
        Assert.Contains("knows the classes class1, class0, class2", Refusal(Options("a") with { Teacher = Teacher("other.safetensors", "class1", "class0", "class2") }), StringComparison.Ordinal);
        Assert.Contains("does not say which classes", Refusal(Options("b") with { Teacher = _pictures.Weights }), StringComparison.Ordinal);
        Assert.Contains("--augment light", Refusal(Options("c") with { Teacher = Teacher("fine.safetensors", "class0", "class1", "class2"), Strategy = TrainingStrategy.Head }), StringComparison.Ordinal);
    }

    private string Teacher(string name, params string[] labels)
    {
        string path = _pictures.In(name);
        ModelFile.Save(path, SmallNetworks.Random(SmallNetworks.Spec(BlockKind.Bottleneck)) with { Labels = labels });
        return path;
    }

    private TrainOptions Options(string run) => _pictures.Options(run) with { Size = 32, Batch = 6 };

    private void AssertSameFile(string a, string b, string name)
        => Assert.True(File.ReadAllBytes(Path.Combine(_pictures.In(a), name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_pictures.In(b), name))), $"{name} of {a} and {b} differ");
}
