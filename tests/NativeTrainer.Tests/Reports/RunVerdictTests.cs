using NativeTrainer.Reports;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Reports;

public sealed class RunVerdictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunVerdict Verdict(WrittenRun run) => RunPage.Write(run.Folder, new RunPageOptions { Pictures = false }).Verdict;

    private WrittenRun Run(TrainOptions? options = null) => new(_folder, options: options);

    [Fact]
    public void AResultStandsWithItsIntervalBesideGuessing()
    {
        var verdict = Verdict(Run().Predictions(wrong: 10).Epochs((0.4, 0.5), (0.4, 0.45)));
        // Wilson of 180 of 200.
        Assert.Equal("Right on 90.0 % of 200 validation pictures (95 % interval 85.1 to 93.4 %).", verdict.Result);
        Assert.Equal(["Always answering “cat” would be right on 50.0 %."], verdict.Baselines);
    }

    [Fact]
    public void WhatGuessingReachesIsNoSuccess()
    {
        var verdict = Verdict(Run().Predictions(wrong: 47));
        Assert.Equal(("warning", "No better than guessing"), (verdict.Tone, verdict.Word));
        Assert.Contains("lr-find", verdict.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void ALeakThatWasAllowedIsSaidBeforeAnythingElse()
    {
        var verdict = Verdict(Run().Predictions(wrong: 2).Epochs("NT101 leakage/near-duplicate", (0.1, 0.9)));
        Assert.Equal(("refusal", "Better than the truth"), (verdict.Tone, verdict.Word));
        Assert.Contains("NT101", verdict.Limits[0].Says, StringComparison.Ordinal);
        Assert.Contains("split /photos --fix", verdict.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void ALossThatStillFellAsksForMoreEpochs()
        => Assert.Contains("--epochs 16", Verdict(Run().Predictions(5).Epochs((0.9, 0.9), (0.6, 0.6), (0.4, 0.45))).Next, StringComparison.Ordinal);

    [Theory]
    [InlineData("light", "--augment medium")]
    [InlineData("medium", "--freeze")]
    public void TrainingPicturesLearntByHeartAskForWhatTheRunDidNotHave(string augment, string next)
        => Assert.Contains(next, Verdict(Run(new TrainOptions { Data = "/photos", Augment = augment }).Predictions(5).Epochs((0.1, 0.4), (0.02, 0.45))).Next, StringComparison.Ordinal);

    [Fact]
    public void FewValidationPicturesLeaveItUncertain()
        => Assert.Contains(Verdict(Run().Predictions(wrong: 2, each: 20)).Limits, limit => limit.Says.StartsWith("40 validation pictures leave the accuracy uncertain", StringComparison.Ordinal));

    [Fact]
    public void NothingWrongIsSaidToo()
    {
        var verdict = Verdict(Run().Predictions(wrong: 5, sure: 0.97, each: 500));
        Assert.Equal(("good", "Works"), (verdict.Tone, verdict.Word));
        Assert.Empty(verdict.Limits);
        Assert.Contains("another day", verdict.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void TheHeadAloneIsABaselineWhereOtherStagesFollowed()
    {
        var run = Run().Predictions(5).Epochs((0.9, 0.9), (0.6, 0.7));
        string file = Path.Combine(run.Folder, "metrics.jsonl");
        string[] lines = File.ReadAllLines(file);
        File.WriteAllLines(file, [lines[0].Replace("\"stage\":\"full\"", "\"stage\":\"head\"").Replace("\"accuracy\":0.9", "\"accuracy\":0.875"), lines[1]]);
        Assert.Contains("The head alone, on frozen features, reached 87.5 %.", Verdict(run).Baselines);
    }
}
