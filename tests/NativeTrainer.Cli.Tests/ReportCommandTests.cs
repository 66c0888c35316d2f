using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

/// <summary><c>report</c>, <c>compare</c> and the page that train writes, on two small runs.</summary>
public sealed class ReportCommandTests(ReportCommandTests.Runs runs) : IClassFixture<ReportCommandTests.Runs>
{
    /// <summary>Two runs of the same pictures with other rates.</summary>
    public sealed class Runs : IDisposable
    {
        private readonly CliFixture _fixture = new();

        public Runs()
        {
            First = Train("first", "0.001");
            Second = Train("second", "0.02");
        }

        public string First { get; }

        public string Second { get; }

        public string In(string name) => _fixture.In(name);

        public void Dispose() => _fixture.Dispose();

        private string Train(string name, string rate)
        {
            var trained = CliFixture.Run("train", "--data", _fixture.Data, "--weights", _fixture.Weights, "--strategy", "two-stage", "--epochs", "2", "--head-epochs", "2", "--batch", "6", "--threads", "2", "--lr", rate,
                "--allow", "NT4,NT5", "--out", In(name));
            Assert.True(trained.Code == 0, trained.Error);
            Assert.Contains(Path.Combine(In(name), "report.html"), trained.Output, StringComparison.Ordinal);
            return In(name);
        }
    }

    [Fact]
    public void TrainLeavesAReport() => Assert.True(new FileInfo(Path.Combine(runs.First, "report.html")).Length > 10_000);

    [Fact]
    public void AReportSaysTheVerdictInWords()
    {
        var report = CliFixture.Run("report", runs.Second, "--json");
        Assert.True(report.Code == 0, report.Error);
        using var json = JsonDocument.Parse(report.LastLine);
        Assert.StartsWith("Right on ", json.RootElement.GetProperty("result").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, json.RootElement.GetProperty("baselines").GetArrayLength());
        Assert.NotEmpty(json.RootElement.GetProperty("next").GetString()!);
    }

    [Fact]
    public void RunsAreComparedInATableAndAPage()
    {
        string page = runs.In("two.html");
        var compared = CliFixture.Run("compare", runs.First, runs.Second, "--out", page);
        Assert.True(compared.Code == 0, compared.Error);
        Assert.Contains("learning rate", compared.Output, StringComparison.Ordinal);
        Assert.Contains("first and second: only the first right", compared.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(page));
        using var json = JsonDocument.Parse(CliFixture.Run("compare", runs.First, runs.Second, "--out", page, "--json").LastLine);
        Assert.Equal(12, json.RootElement.GetProperty("pairs")[0].GetProperty("comparison").GetProperty("count").GetInt32());
        Assert.Equal(4, json.RootElement.GetProperty("runs")[0].GetProperty("epochs").GetInt32());
    }

    [Fact]
    public void ACardLiesBesideTheWeights()
    {
        var card = CliFixture.Run("report", runs.First, "--card");
        Assert.True(card.Code == 0, card.Error);
        Assert.StartsWith("---\nlicense: ", File.ReadAllText(Path.Combine(runs.First, "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report", "nowhere")]
    [InlineData("compare", "nowhere", "nor-here")]
    [InlineData("compare", "nowhere")]
    public void AFolderThatIsNoRunIsOneLine(params string[] arguments)
    {
        var refused = CliFixture.Run(arguments);
        Assert.Equal(2, refused.Code);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }

    /// <summary>In a browser: nothing to complain of, no request, no sideways scrolling at 380 pixels, and all of it by keyboard.</summary>
    [Fact]
    public void ThePagesWorkInABrowser()
    {
        Browser.Require();
        string compare = runs.In("browser.html");
        Assert.Equal(0, CliFixture.Run("report", runs.First).Code);
        Assert.Equal(0, CliFixture.Run("compare", runs.First, runs.Second, "--out", compare).Code);
        string output = Browser.Run("look.mjs", Path.Combine(runs.First, "report.html"), compare);
        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.Equal(2, lines.Count(line => !line.Contains("\"reached\":null", StringComparison.Ordinal)));
        foreach (string line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var seen = json.RootElement;
            Assert.Equal("[]", seen.GetProperty("errors").GetRawText());
            Assert.Equal("[]", seen.GetProperty("requests").GetRawText());
            Assert.True(seen.GetProperty("overflow").GetInt32() <= 0, line);
            Assert.Equal(seen.GetProperty("focusable").GetRawText(), seen.GetProperty("reached").GetRawText());
            if (seen.GetProperty("chooser") is not { ValueKind: JsonValueKind.Object } chooser) continue;
            Assert.Equal("95 %", chooser.GetProperty("value").GetString());
            Assert.StartsWith("Of 12 pictures", chooser.GetProperty("after").GetString(), StringComparison.Ordinal);
            Assert.Contains("taken for it", chooser.GetProperty("ofClass").GetString(), StringComparison.Ordinal);
        }
    }
}
