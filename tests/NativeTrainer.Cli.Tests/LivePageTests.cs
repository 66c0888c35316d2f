using System.Text.Json;
using System.Text.RegularExpressions;

namespace NativeTrainer.Cli.Tests;

/// <summary><c>train --ui</c> as a person uses it: in a browser, by keyboard, on a phone's width.</summary>
public sealed class LivePageTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task ARunIsFollowedStoppedAndResumedInABrowser()
    {
        Browser.Require();
        using var text = new StringWriter();
        using TextWriter log = TextWriter.Synchronized(text), output = new StringWriter();
        string Log()
        {
            // A synchronized writer locks itself.
            lock (log) return text.ToString();
        }

        string run = fixture.In("live");
        var training = Task.Run(() => CommandLine.Run(["train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "full", "--epochs", "80", "--batch", "6", "--threads", "1", "--lr", "0.0001",
            "--allow", "NT4,NT5", "--no-report", "--ui", "--out", run], output, log));
        string address;
        while (!training.IsCompleted && !Regex.IsMatch(Log(), @"live page  (http://\S+)\s")) await Task.Delay(20);
        Assert.False(training.IsCompleted, Log());
        address = Regex.Match(Log(), @"live page  (http://\S+)\s").Groups[1].Value;
        using var json = JsonDocument.Parse(await Task.Run(() => Browser.Run("live.mjs", address)));
        Assert.True(await training == 0, Log());
        var seen = json.RootElement;
        Assert.Equal("[]", seen.GetProperty("errors").GetRawText());
        Assert.Equal("[]", seen.GetProperty("requests").GetRawText());
        Assert.True(seen.GetProperty("overflow").GetInt32() <= 0);
        Assert.Equal(["Stopped", "Done"], seen.GetProperty("states").EnumerateArray().Select(s => s.GetString()!));
        Assert.Equal(File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count(), seen.GetProperty("epochs").GetInt32());
    }
}
