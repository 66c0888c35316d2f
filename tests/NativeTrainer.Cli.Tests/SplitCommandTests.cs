using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

public sealed class SplitCommandTests(CliFixture fixture) : IClassFixture<CliFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nativetrainer-split-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A leak is found, the split is mended by moving one file, and what came of it trains.
    [Fact]
    public void AMendedSplitTrains()
    {
        string data = Leaky(), csv = Path.Combine(_folder, "mended.csv");
        var split = CliFixture.Run("split", data, "--fix", "-o", csv, "--json");
        Assert.True(split.Code == 0, split.Error);
        using var json = JsonDocument.Parse(split.LastLine);
        Assert.True(json.RootElement.GetProperty("mended").GetBoolean());
        Assert.InRange(json.RootElement.GetProperty("moves").GetArrayLength(), 1, 4);
        Assert.Equal(0, CliFixture.Run("audit", csv, "--only", "leakage", "--out", Path.Combine(_folder, "audit")).Code);
        var train = CliFixture.Run("train", "--data", csv, "--weights", fixture.Weights, "--epochs", "1", "--head-epochs", "1", "--out", Path.Combine(_folder, "run"));
        Assert.True(train.Code == 0, train.Error);
        Assert.DoesNotContain("ALLOWED", train.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ANewSplitHasTheSharesAskedFor()
    {
        string csv = Path.Combine(_folder, "anew.csv");
        var result = CliFixture.Run("split", Path.Combine(Leaky(), "train"), "--val-fraction", "0.25", "--test-fraction", "0.25", "-o", csv);
        Assert.True(result.Code == 0, result.Error);
        string[] rows = File.ReadAllLines(csv);
        Assert.InRange(rows.Count(row => row.Contains(",val", StringComparison.Ordinal)) / (double)(rows.Length - 1), 0.15, 0.35);
        Assert.InRange(rows.Count(row => row.Contains(",test", StringComparison.Ordinal)) / (double)(rows.Length - 1), 0.15, 0.35);
    }

    [Fact]
    public void AnOutputThatIsNoCsvIsRefused()
    {
        var result = CliFixture.Run("split", Leaky(), "-o", Path.Combine(_folder, "x.txt"));
        Assert.Equal(2, result.Code);
        Assert.Contains("is no .csv file", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsAreRankedByWhatTheyAreWorth()
    {
        var result = CliFixture.Run("rank-weights", "--data", Leaky(), fixture.Weights, "--size", "32", "--json");
        Assert.True(result.Code == 0, result.Error);
        using var json = JsonDocument.Parse(result.LastLine);
        var best = json.RootElement.GetProperty("ranked")[0];
        Assert.Equal(fixture.Weights, best.GetProperty("weights").GetString());
        Assert.InRange(best.GetProperty("probeAccuracy").GetDouble(), 0, 1);
    }

    private string Leaky()
    {
        string data = Path.Combine(_folder, "data");
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
