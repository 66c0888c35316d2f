using System.Text.Json;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Tests.Training;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.Planning;

/// <summary>Plans for a small network on pictures written by the test, and the runs that follow them.</summary>
public sealed class PlannerTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 10, validation: 4);

    [Theory]
    [InlineData(TrainingStrategy.TwoStage)]
    [InlineData(TrainingStrategy.Head)]
    [InlineData(TrainingStrategy.FewShot)]
    public void ThePlannedMemoryParametersAndStepsAreTheRuns(TrainingStrategy strategy)
    {
        var given = Given() with { Strategy = strategy, Epochs = 2, HeadEpochs = 3 };
        var plan = Planner.Plan(new PlanOptions { Training = given, Given = new HashSet<string> { "--strategy", "--epochs", "--head-epochs" } }, _ => { });
        var recorder = new Recorder();
        var result = Trainer.Train(plan.Options with { Out = _pictures.In($"run-{strategy}") }, recorder);
        Assert.Equal(recorder.Plan!.PeakMemoryBytes, plan.Needs.PeakMemoryBytes);
        Assert.InRange(plan.Needs.PeakMemoryBytes, 0.9 * result.PeakMemoryBytes, 1.1 * result.PeakMemoryBytes);
        Assert.Equal(recorder.Plan.TrainedParameters, plan.Needs.Stages[0].TrainedParameters);
        Assert.Equal(recorder.Plan.TotalParameters, plan.Needs.TotalParameters);
        Assert.Equal(recorder.Losses.Count, plan.Needs.Steps);
        Assert.Equal(recorder.Plan.Epochs, plan.Needs.Stages.Sum(s => s.Epochs));
        long used = new DirectoryInfo(result.RunFolder).EnumerateFiles().Sum(f => f.Length);
        Assert.True(plan.Needs.DiskBytes > 0.9 * used, $"{plan.Needs.DiskBytes} planned, {used} used");
    }

    [Fact]
    public void TimesAreMeasuredForEachStage()
    {
        var needs = Planner.Plan(new PlanOptions { Training = Given() with { Strategy = TrainingStrategy.Gradual }, Given = new HashSet<string> { "--strategy" } }, _ => { }).Needs;
        Assert.Equal("head", needs.Stages[0].Name);
        Assert.True(needs.Stages.Count > 2);
        Assert.All(needs.Stages, stage => Assert.True(stage.SecondsPerEpoch > 0 && stage.ImagesPerSecond > 0, stage.ToString()));
        Assert.True(needs.Stages[0].SecondsPerEpoch < needs.Stages[^1].SecondsPerEpoch, "a head on cached features is faster than all layers");
        Assert.True(needs.DecodeSeconds > 0 && needs.Seconds > needs.DecodeSeconds);
    }

    [Fact]
    public void FeaturesAreProbedUnlessTheirFiguresAreGiven()
    {
        var measured = Planner.Plan(new PlanOptions { Training = Given() }, _ => { });
        Assert.InRange(measured.Evidence.KnnAccuracy!.Value, 0, 1);
        var given = Planner.Plan(new PlanOptions { Training = Given(), Evidence = new TransferEvidence { LinearProbeAccuracy = 1 } }, _ => { });
        Assert.Null(given.Evidence.KnnAccuracy);
        Assert.Equal(TrainingStrategy.Head, given.Options.Strategy);
    }

    [Fact]
    public void RatesAreMeasuredWhereAskedAndThoseGivenAreChecked()
    {
        var full = Given() with { Strategy = TrainingStrategy.Full, Batch = 6 };
        var options = new PlanOptions { Training = full, Given = new HashSet<string> { "--strategy", "--batch" }, RangeTestSteps = 40 };
        var measured = Planner.Plan(options, _ => { });
        var rate = measured.Choices.Single(c => c.Option == "--lr");
        Assert.StartsWith("all: the loss falls", rate.Reason, StringComparison.Ordinal);
        Assert.Equal(measured.Options.LearningRate, float.Parse(rate.Value, System.Globalization.CultureInfo.InvariantCulture), measured.Options.LearningRate * 0.05f);
        var slow = Planner.Plan(options with { Training = full with { LearningRate = 1e-7f }, Given = new HashSet<string> { "--strategy", "--batch", "--lr" } }, _ => { });
        Assert.Equal(1e-7f, slow.Options.LearningRate);
        Assert.Contains(slow.Findings, finding => finding.Kind.Code == "NT402" && finding.Summary.Contains("rate 1.0e-7 cannot learn in", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatTheUserGaveIsJudgedAndTheRunSaysSo()
    {
        var given = Given() with { Strategy = TrainingStrategy.Full, LearningRate = 5, Augment = "none", Epochs = 1 };
        var plan = Planner.Plan(new PlanOptions { Training = given, Given = new HashSet<string> { "--strategy", "--lr", "--augment", "--epochs" }, Evidence = new TransferEvidence { KnnAccuracy = 0.8 } }, _ => { });
        Assert.Equal(["NT401", "NT403", "NT405"], plan.Findings.Select(f => f.Kind.Code).Where(c => c.StartsWith("NT4", StringComparison.Ordinal)).Distinct().Order());
        var recorder = new Recorder();
        Trainer.Train(plan with { Options = plan.Options with { Out = _pictures.In("judged") } }, recorder);
        Assert.Subset(recorder.Audit!.Findings.Select(f => f.Kind.Code).ToHashSet(), plan.Findings.Select(f => f.Kind.Code).ToHashSet());
        var free = Planner.Plan(new PlanOptions { Training = Given(), Evidence = new TransferEvidence { KnnAccuracy = 0.8 } }, _ => { });
        Assert.DoesNotContain(free.Findings, f => f.Kind.Code.StartsWith("NT4", StringComparison.Ordinal));
    }

    [Fact]
    public void APartOfALargeSetIsMeasuredAndSaidSo()
    {
        var plan = Planner.Plan(new PlanOptions { Training = Given(), ProbeImages = 12 }, _ => { });
        Assert.Equal(30, plan.Data.TrainImages);
        Assert.Contains(plan.Notes, note => note.Contains("12 of 30", StringComparison.Ordinal));
    }

    [Fact]
    public void DataThatTrainingRefusesGetNoPlanUnlessAllowed()
    {
        File.Copy(Path.Combine(_pictures.Data, "train", "class0", "0.png"), Path.Combine(_pictures.Data, "val", "class0", "copy.png"));
        var refused = Assert.Throws<AuditRefusedException>(() => Planner.Plan(new PlanOptions { Training = Given() }, _ => { }));
        Assert.Equal(3, refused.ExitCode);
        var plan = Planner.Plan(new PlanOptions { Training = Given() with { Allow = ["leakage"] } }, _ => { });
        Assert.Contains("NT102 leakage/exact-duplicate is allowed: every result of this run will be marked with it", plan.Notes);
    }

    [Fact]
    public void TheRunFolderKeepsThePlan()
    {
        var plan = Planner.Plan(new PlanOptions { Training = Given() with { Epochs = 1 }, Given = new HashSet<string> { "--epochs" } }, _ => { });
        Trainer.Train(plan.Options with { Out = _pictures.In("planned") }, new PlanRecorder(plan));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_pictures.In("planned"), PlanFile.Name)));
        var choices = json.RootElement.GetProperty("choices");
        Assert.Equal(plan.Choices.Count, choices.GetArrayLength());
        Assert.All(choices.EnumerateArray(), choice => Assert.NotEqual("", choice.GetProperty("reason").GetString()));
        Assert.True(choices.EnumerateArray().Single(c => c.GetProperty("option").GetString() == "--epochs").GetProperty("given").GetBoolean());
        Assert.Equal(plan.Findings.Select(f => f.Kind.Code), json.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()));
        var used = TrainOptionsFile.Load(Path.Combine(_pictures.In("planned"), TrainOptionsFile.Name));
        Assert.Equal((plan.Options.Strategy, 1, plan.Options.Batch, plan.Options.LearningRate), (used.Strategy, used.Epochs, used.Batch, used.LearningRate));
    }

    public void Dispose() => _pictures.Dispose();

    private TrainOptions Given() => new() { Data = _pictures.Data, Weights = _pictures.Weights, Size = 32, Threads = 2 };
}
