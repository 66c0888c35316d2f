using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

/// <summary><c>sweep</c> and <c>train --strategy few-shot</c> as a person calls them.</summary>
public sealed class SweepCommandTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    [Fact]
    public void ASweepPrintsOneTableAndGoesOnWhereItStopped()
    {
        string folder = fixture.In("sweep");
        string[] command = ["sweep", fixture.Data, "--weights", fixture.Weights, "--strategies", "few-shot,head,full", "--head-epochs", "3", "--per-class", "6", "--budget", "2m", "--folds", "1", "--threads", "2", "--out", folder];
        var swept = CliFixture.Run(command);
        Assert.True(swept.Code == 0, swept.Error);
        Assert.All(["18 images of 3 classes to learn from", "accuracy", "95 %", "memory", "is right on", "best.safetensors"], text => Assert.Contains(text, swept.Output, StringComparison.Ordinal));
        Assert.Contains("expected to take", swept.Error, StringComparison.Ordinal);
        Assert.Equal(4, File.ReadAllLines(Path.Combine(folder, "sweep.csv")).Length);
        var again = CliFixture.Run([.. command, "--json"]);
        Assert.Contains("was finished before", again.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(again.LastLine);
        Assert.Equal(3, json.RootElement.GetProperty("rows").GetArrayLength());
        Assert.Equal("6", json.RootElement.GetProperty("settings").GetProperty("--per-class").GetString());
        Assert.Equal(0, CliFixture.Run("evaluate", "--weights", Path.Combine(folder, "best.safetensors"), "--data", fixture.Data).Code);
        var other = CliFixture.Run(["sweep", fixture.Data, "--weights", fixture.Weights, "--strategies", "few-shot,head,full", "--head-epochs", "3", "--per-class", "5", "--budget", "2m", "--folds", "1", "--out", folder]);
        Assert.Equal(2, other.Code);
        Assert.Contains("--per-class 6, and now it is 5", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AFewShotHeadIsChosenShownAndInspected()
    {
        string run = fixture.In("few");
        var trained = CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "few-shot", "--threads", "2", "--out", run);
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Contains("leave-one-out", trained.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "curves.png")));
        Assert.Contains("fitted", CliFixture.Run("inspect", Path.Combine(run, "best.safetensors")).Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "few-shot", "--few-shot-head", "knn", "--threads", "2", "--out", fixture.In("knn"), "--json").LastLine);
        Assert.Equal("knn", json.RootElement.GetProperty("fewShot").GetProperty("head").GetString());
        Assert.Contains("nearest of 36 images vote", CliFixture.Run("inspect", Path.Combine(fixture.In("knn"), "best.safetensors")).Output, StringComparison.Ordinal);
        var wrong = CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "head", "--few-shot-head", "lda");
        Assert.Equal((2, true), (wrong.Code, wrong.Error.Contains("belongs to --strategy few-shot", StringComparison.Ordinal)));
        Assert.Equal(2, CliFixture.Run("lr-find", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "few-shot").Code);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("20", 20)]
    public void ABudgetIsATime(string text, double seconds)
    {
        var option = NativeTrainer.Cli.Arguments.Options.Duration("--budget", "");
        var root = new System.CommandLine.RootCommand { option };
        Assert.Equal(seconds, root.Parse(["--budget", text]).GetValue(option).TotalSeconds);
        Assert.NotEmpty(root.Parse(["--budget", "soon"]).Errors);
    }
}
