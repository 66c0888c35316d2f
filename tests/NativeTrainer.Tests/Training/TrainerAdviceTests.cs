using NativeTrainer.Advice.Findings;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Training;

/// <summary>Training looks at its options before the first step, and at its result after the last.</summary>
public sealed class TrainerAdviceTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 10, validation: 6);

    public void Dispose() => _pictures.Dispose();

    [Fact]
    public void OptionsThatDoNotFitAreNamedBeforeTheFirstStepAndInTheRunFolder()
    {
        var recorder = new Recorder();
        var result = Trainer.Train(Options("run") with { LearningRate = 30, Augment = "none", Epochs = 1 }, recorder);
        Assert.Equal(["NT401", "NT401", "NT405"], Codes(recorder.Audit!.Findings, "NT4"));
        Assert.Contains("\"code\": \"NT405\"", File.ReadAllText(_pictures.In("run/audit.json")));
        Assert.Contains(recorder.Audit.Checked, kind => kind.Code == "NT403");
        Assert.DoesNotContain(recorder.Audit.NotChecked.SelectMany(part => part.Kinds), kind => kind.Code is "NT401" or "NT405");
        Assert.Equal(recorder.Audit.Findings.Count(f => f.Kind.Code == "NT405"), result.Audit.Findings.Count(f => f.Kind.Code == "NT405"));
    }

    [Fact]
    public void TheDefaultsSayNothingOfTheOptions()
    {
        var recorder = new Recorder();
        Trainer.Train(Options("run"), recorder);
        Assert.Empty(Codes(recorder.Audit!.Findings.Where(f => f.Severity > Severity.Note), "NT4"));
    }

    [Fact]
    public void WhatIsAllowedIsMarkedAndMarksNoResult()
    {
        var result = Trainer.Train(Options("run") with { LearningRate = 30, Allow = ["NT401"] }, new Recorder());
        Assert.All(result.Audit.Findings.Where(f => f.Kind.Code == "NT401"), finding => Assert.True(finding.Allowed));
        Assert.Empty(result.Audit.Marks);
    }

    [Fact]
    public void AHeadAloneIsSaidAfterTheRun()
    {
        var recorder = new Recorder();
        var result = Trainer.Train(Options("run") with { Strategy = TrainingStrategy.Head, Epochs = 1, LearningRate = 1e-6f }, recorder);
        Assert.Contains("NT404", Codes(result.Findings, "NT4"));
        Assert.DoesNotContain("NT404", Codes(recorder.Audit!.Findings, "NT4"));
        Assert.Contains("\"code\": \"NT404\"", File.ReadAllText(_pictures.In("run/audit.json")));
        Assert.DoesNotContain("NT404", Codes(Trainer.Train(Options("allowed") with { Strategy = TrainingStrategy.Head, Epochs = 1, LearningRate = 1e-6f, Allow = ["NT404"] }, new Recorder()).Findings, "NT4"));
        Assert.Empty(Codes(Trainer.Train(Options("both"), new Recorder()).Findings, "NT4"));
    }

    private static IEnumerable<string> Codes(IEnumerable<Finding> findings, string family) => findings.Select(f => f.Kind.Code).Where(code => code.StartsWith(family, StringComparison.Ordinal)).Order();

    private TrainOptions Options(string run) => new() { Data = _pictures.Data, Weights = _pictures.Weights, Size = 32, Batch = 6, Epochs = 2, HeadEpochs = 2, Threads = 2, Out = _pictures.In(run) };
}
