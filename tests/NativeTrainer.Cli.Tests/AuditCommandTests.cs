using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

/// <summary><c>audit</c> and <c>explain</c>, and what <c>train</c> says of its data.</summary>
public sealed class AuditCommandTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    private readonly string _out = fixture.In(Path.GetRandomFileName());

    [Fact]
    public void ACleanSetEndsWellAndLeavesThreeFiles()
    {
        var result = CliFixture.Run("audit", fixture.Data, "--out", _out);
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("Fit to train on", result.Output, StringComparison.Ordinal);
        Assert.Equal(["audit.csv", "audit.html", "audit.json"], Directory.EnumerateFiles(_out).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        using var json = JsonDocument.Parse(CliFixture.Run("audit", fixture.Data, "--out", _out, "--json").LastLine);
        Assert.False(json.RootElement.GetProperty("refused").GetBoolean());
        Assert.Equal(48, json.RootElement.GetProperty("images").GetProperty("total").GetInt32());
    }

    [Fact]
    public void ALeakEndsWithCode3AndIsMendedByItsOwnList()
    {
        string data = Leaky();
        var result = CliFixture.Run("audit", data, "--out", _out);
        Assert.Equal(3, result.Code);
        Assert.Contains("NT102 leakage/exact-duplicate", result.Output, StringComparison.Ordinal);
        Assert.Contains("= val/boat/copy.jpg (the same bytes)", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, CliFixture.Run("audit", data, "--out", _out, "--allow", "leakage").Code);
        Assert.Equal(0, CliFixture.Run("audit", data, "--out", _out, "--only", "dirty").Code);
        Assert.Equal(3, CliFixture.Run("audit", data, "--out", _out).Code);
        Assert.Equal(0, CliFixture.Run("audit", data, "--fix", Path.Combine(_out, "audit.csv"), "--out", _out + "2").Code);
    }

    [Fact]
    public void FailOnWarningIsStricter()
    {
        // 12 validation pictures measure nothing: a warning.
        Assert.Equal(3, CliFixture.Run("audit", fixture.Data, "--out", _out, "--fail-on", "warning").Code);
        Assert.Equal(0, CliFixture.Run("audit", fixture.Data, "--out", _out, "--fail-on", "warning", "--allow", "NT107").Code);
    }

    [Fact]
    public void TrainRefusesListsThePairAndGoesOnWhereAllowed()
    {
        string data = Leaky();
        string[] train = ["train", "--data", data, "--weights", fixture.Weights, "--epochs", "1", "--head-epochs", "1", "--out", _out];
        var refused = CliFixture.Run(train);
        Assert.Equal(3, refused.Code);
        Assert.False(Directory.Exists(_out));
        Assert.Contains("= val/boat/copy.jpg (the same bytes)", refused.Error, StringComparison.Ordinal);
        string line = refused.Error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains("split DATA --fix", line, StringComparison.Ordinal);
        Assert.Contains("--allow leakage", line, StringComparison.Ordinal);

        var allowed = CliFixture.Run([.. train, "--allow", "leakage"]);
        Assert.True(allowed.Code == 0, allowed.Error);
        Assert.Contains("ALLOWED     NT102 leakage/exact-duplicate", allowed.Output, StringComparison.Ordinal);
        Assert.Contains("baseline 0.", allowed.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(CliFixture.Run([.. train[..^1], _out + "json", "--allow", "leakage", "--json"]).LastLine);
        Assert.Equal("NT102 leakage/exact-duplicate", json.RootElement.GetProperty("allowed")[0].GetString());
        Assert.True(json.RootElement.GetProperty("baseline").GetProperty("accuracy").GetDouble() > 0);
    }

    [Fact]
    public void TrainNamesAFileWithoutAPictureOnce()
    {
        string data = Leaky();
        File.WriteAllText(Path.Combine(data, "train", "boat", "page.jpg"), "<html></html>");
        var trained = CliFixture.Run("train", "--data", data, "--weights", fixture.Weights, "--allow", "leakage", "--epochs", "1", "--head-epochs", "1", "--out", _out);
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Single(trained.Error.Split('\n'), line => line.Contains("page.jpg", StringComparison.Ordinal));
        Assert.Single(trained.Error.Split('\n'), line => line.Contains("left out", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_out, "audit.json")));
        Assert.Contains(json.RootElement.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("code").GetString() == "NT601");
    }

    [Fact]
    public void ExplainTellsAndLists()
    {
        string page = CliFixture.Run("explain", "NT102").Output;
        foreach (string heading in (string[])["What it is", "How it was found", "How to fix it", "What it costs to ignore", "How to silence it", "Source"]) Assert.Contains(heading, page, StringComparison.Ordinal);
        Assert.Equal(page, CliFixture.Run("audit", "--explain", "leakage/exact-duplicate").Output);
        Assert.All(page.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.Contains("NT612  serving/production-mismatch", CliFixture.Run("explain").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is no code", "explain", "NT999")]
    [InlineData("DATA is needed", "audit")]
    [InlineData("--only 'leek'", "audit", ".", "--only", "leek")]
    [InlineData("--allow 'leek'", "train", "--data", ".", "--weights", "x", "--allow", "leek")]
    public void AMistakeIsOneLine(string mentioned, params string[] arguments)
    {
        var result = CliFixture.Run(arguments);
        Assert.Equal(2, result.Code);
        Assert.Contains(mentioned, Assert.Single(result.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private string Leaky()
    {
        string data = fixture.In(Path.GetRandomFileName());
        foreach (string file in Directory.EnumerateFiles(fixture.Data, "*.jpg", SearchOption.AllDirectories))
        {
            string target = Path.Combine(data, Path.GetRelativePath(fixture.Data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        File.Copy(Path.Combine(data, "train", "boat", "000.jpg"), Path.Combine(data, "val", "boat", "copy.jpg"));
        return data;
    }
}
