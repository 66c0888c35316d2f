using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

/// <summary><c>lr-find</c>, <c>plan</c> and <c>train --auto</c> as a person calls them.</summary>
public sealed class AdviceCommandTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    [Fact]
    public void LearningRatesAreFoundDrawnAndWritten()
    {
        string stem = fixture.In("rates");
        byte[] weights = File.ReadAllBytes(fixture.Weights);
        var found = CliFixture.Run("lr-find", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "two-stage", "--batch", "6", "--steps", "24", "--threads", "2", "--out", stem, "--json");
        Assert.True(found.Code == 0, found.Error);
        using var json = JsonDocument.Parse(found.LastLine);
        var groups = json.RootElement.GetProperty("groups");
        Assert.Equal(["head", "backbone"], groups.EnumerateArray().Select(g => g.GetProperty("group").GetString()));
        Assert.True(new FileInfo(stem + ".png").Length > 1000);
        Assert.Equal(1 + groups.EnumerateArray().Sum(g => g.GetProperty("curve").GetArrayLength()), File.ReadAllLines(stem + ".csv").Length);
        Assert.Equal(weights, File.ReadAllBytes(fixture.Weights));
    }

    [Fact]
    public void LearningRatesAreSaidWithTheirReasonAndTheFlagsToGive()
    {
        var found = CliFixture.Run("lr-find", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "full", "--lr", "50", "--batch", "6", "--steps", "40", "--from", "0.001", "--to", "100", "--threads", "2", "--out", fixture.In("all"));
        Assert.True(found.Code == 0, found.Error);
        Assert.Contains("the loss ", found.Output, StringComparison.Ordinal);
        Assert.Contains("warning: NT401 training/rate-too-high: all: rate 5.0e1 ", found.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void APlanSaysWhatItChoosesAndTakes()
    {
        string file = fixture.In("plan.html");
        var planned = CliFixture.Run("plan", fixture.Data, "--weights", fixture.Weights, "--threads", "2", "--allow", "NT6", "--html", file);
        Assert.True(planned.Code == 0, planned.Error);
        // It is XML too, asks nothing of a network, and has what was printed.
        string page = File.ReadAllText(file);
        var document = System.Xml.Linq.XDocument.Parse(page[page.IndexOf("<html", StringComparison.Ordinal)..]);
        Assert.Contains(document.Descendants("meta"), meta => ((string?)meta.Attribute("content") ?? "").StartsWith("default-src 'none'", StringComparison.Ordinal));
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
        Assert.Equal(planned.Output.Split('\n').Where(line => line.StartsWith("--", StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2])),
            document.Descendants("dt").SelectMany(title => title.Elements("code")).Select(code => code.Value));
        string[] expected = ["--strategy", "--batch", "--epochs", "--lr", "--augment", "--metric", "memory", "disk", "nativetrainer train --data", " --allow NT6 --threads 2"];
        Assert.All(expected, text => Assert.Contains(text, planned.Output, StringComparison.Ordinal));
        using var json = JsonDocument.Parse(CliFixture.Run("plan", "--data", fixture.Data, "--weights", fixture.Weights, "--epochs", "2", "--threads", "2", "--json").LastLine);
        Assert.True(json.RootElement.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal("2", json.RootElement.GetProperty("choices").EnumerateArray().Single(c => c.GetProperty("option").GetString() == "--epochs").GetProperty("value").GetString());
    }

    [Fact]
    public void AutoFollowsThePlanButForWhatTheUserGave()
    {
        string run = fixture.In("auto");
        var trained = CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--auto", "--epochs", "1", "--head-epochs", "2", "--batch", "5", "--threads", "2", "--out", run, "--json");
        Assert.True(trained.Code == 0, trained.Error);
        using var plan = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "plan.json")));
        using var options = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "options.json")));
        var choices = plan.RootElement.GetProperty("choices").EnumerateArray().ToDictionary(c => c.GetProperty("option").GetString()!);
        Assert.Equal(5, options.RootElement.GetProperty("batch").GetInt32());
        Assert.True(choices["--batch"].GetProperty("given").GetBoolean() && !choices["--strategy"].GetProperty("given").GetBoolean());
        Assert.Equal(choices["--strategy"].GetProperty("value").GetString(), options.RootElement.GetProperty("strategy").GetString());
        Assert.All(choices.Keys, option => Assert.Contains($"plan: {option} ", trained.Error, StringComparison.Ordinal));
        using var json = JsonDocument.Parse(trained.LastLine);
        Assert.Equal(1 / 3.0, json.RootElement.GetProperty("baseline").GetProperty("accuracy").GetDouble(), 1e-9);
    }

    [Fact]
    public void TrainWarnsOfItsOptionsBeforeTheFirstStepAndSaysSoEverywhere()
    {
        string run = fixture.In("warned");
        string[] train = ["train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "head", "--epochs", "2", "--threads", "2"];
        var warned = CliFixture.Run([.. train, "--lr", "40", "--out", run, "--json"]);
        int said = warned.Error.IndexOf("warning  NT401 training/rate-too-high", StringComparison.Ordinal);
        Assert.InRange(said, 0, warned.Error.IndexOf("epoch 1/2", StringComparison.Ordinal));
        Assert.Contains("5.0e-3 is advised", warned.Error, StringComparison.Ordinal);
        using var audit = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "audit.json")));
        using var json = JsonDocument.Parse(warned.LastLine);
        foreach (var found in (JsonElement[])[audit.RootElement, json.RootElement])
            Assert.Equal(0.005, found.GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("code").GetString() == "NT401").GetProperty("figures").GetProperty("advised").GetDouble(), 1e-9);
        Assert.Contains(audit.RootElement.GetProperty("checked").EnumerateArray(), code => code.GetString() == "NT404");
        var plain = CliFixture.Run([.. train, "--out", fixture.In("plain")]);
        Assert.True(plain.Code == 0, plain.Error);
        Assert.DoesNotContain("NT4", plain.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void APlanJudgesWhatWasGiven()
    {
        string[] plan = ["plan", fixture.Data, "--weights", fixture.Weights, "--threads", "2"];
        Assert.Contains("warning  NT402 training/rate-too-low", CliFixture.Run([.. plan, "--lr", "1e-9"]).Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(CliFixture.Run([.. plan, "--lr", "1e-9", "--json"]).LastLine);
        Assert.Contains(json.RootElement.GetProperty("findings").EnumerateArray(), f => f.GetProperty("code").GetString() == "NT402");
        Assert.DoesNotContain("NT402", CliFixture.Run(plan).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TheBaselineStandsBesideTheResult()
    {
        var evaluated = CliFixture.Run("evaluate", "--weights", fixture.Weights, "--data", fixture.Data, "--split", "val");
        Assert.Contains("baseline 0.333 (always 'boat'): balanced accuracy 0.333, macro F1 0.167", evaluated.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train", "--auto", "--config", "CONFIG")]
    [InlineData("train", "--auto", "--resume", "runs/none")]
    [InlineData("plan", "DATA", "--data", "DATA")]
    [InlineData("plan", "nowhere")]
    [InlineData("train", "--data", "DATA", "--lr-find")]
    [InlineData("lr-find", "--data", "DATA", "--weights", "WEIGHTS", "--steps", "2")]
    [InlineData("lr-find", "--data", "DATA", "--weights", "WEIGHTS", "--out", "no/such/folder/x")]
    public void MistakesAreOneLine(params string[] arguments)
    {
        string config = fixture.In("options.json");
        File.WriteAllText(config, $$"""{"data": "{{fixture.Data.Replace("\\", "/")}}", "weights": "{{fixture.Weights.Replace("\\", "/")}}"}""");
        var result = CliFixture.Run([.. arguments.Select(a => a switch { "DATA" => fixture.Data, "WEIGHTS" => fixture.Weights, "CONFIG" => config, _ => a })]);
        Assert.Equal(2, result.Code);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }
}
