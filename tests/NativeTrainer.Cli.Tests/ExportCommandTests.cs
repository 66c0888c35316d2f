using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

/// <summary>From drawn pictures to a trained network, to ONNX, to predictions.</summary>
public sealed class ExportCommandTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    [Fact]
    public void ATrainedNetworkPredictsTheSameFromItsOnnxFile()
    {
        string run = fixture.In("export-run"), weights = Path.Combine(run, "best.safetensors");
        var trained = CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "full", "--epochs", "1", "--out", run);
        Assert.True(trained.Code == 0, trained.Error);
        using var expected = JsonDocument.Parse(CliFixture.Run("predict", "--weights", weights, "--top-k", "3", "--json", fixture.Data).LastLine);
        foreach (string[] flags in new string[][] { [], ["--preprocessing", "inside", "--softmax"], ["--preprocessing", "inside", "--fold"] })
        {
            string onnx = fixture.In("exported.onnx");
            var exported = CliFixture.Run(["export", run, "-o", onnx, "--json", .. flags]);
            Assert.True(exported.Code == 0, exported.Error);
            using var json = JsonDocument.Parse(exported.LastLine);
            Assert.Contains("the run's validation pictures", json.RootElement.GetProperty("checkedOn").GetString(), StringComparison.Ordinal);
            Assert.True(json.RootElement.GetProperty("checks")[0].GetProperty("sameTop1").GetBoolean());
            using var given = JsonDocument.Parse(CliFixture.Run("predict", "--weights", onnx, "--top-k", "3", "--json", fixture.Data).LastLine);
            foreach (var (want, have) in Images(expected).Zip(Images(given)))
            {
                Assert.Equal(Top(want).Class, Top(have).Class);
                Assert.InRange(Math.Abs(Top(want).Probability - Top(have).Probability), 0, 1e-4);
            }
        }
        using var shown = JsonDocument.Parse(CliFixture.Run("inspect", fixture.In("exported.onnx"), "--json").LastLine);
        Assert.Equal("boat", shown.RootElement.GetProperty("labels")[0].GetString());
    }

    [Fact]
    public void ASoupOfRunsIsJudgedOnTheirValidationPictures()
    {
        string[] runs = [fixture.In("soup-1"), fixture.In("soup-2")];
        for (int i = 0; i < 2; i++)
        {
            var trained = CliFixture.Run("train", "--data", fixture.Data, "--weights", fixture.Weights, "--strategy", "full", "--epochs", "2", "--swa", "2", "--seed", $"{i + 1}", "--out", runs[i]);
            Assert.True(trained.Code == 0, trained.Error);
        }
        string output = fixture.In("soup.safetensors");
        var made = CliFixture.Run("soup", runs[0], runs[1], "-o", output, "--json");
        Assert.True(made.Code == 0, made.Error);
        using var json = JsonDocument.Parse(made.LastLine);
        Assert.Equal(2, json.RootElement.GetProperty("members").GetArrayLength());
        var evaluated = CliFixture.Run("evaluate", "--weights", output, "--data", fixture.Data, "--tta", "flip", "--json");
        Assert.True(evaluated.Code == 0, evaluated.Error);
        Assert.Equal(ExitCode.Usage, CliFixture.Run("soup", runs[0], "-o", output).Code);
    }

    [Fact]
    public void WithoutARunTheComparisonIsOnDrawnPicturesAndSaysSo()
    {
        string onnx = fixture.In("plain.onnx");
        var exported = CliFixture.Run("export", fixture.Weights, "-o", onnx);
        Assert.True(exported.Code == 0, exported.Error);
        Assert.Contains("drawn pictures", exported.Output, StringComparison.Ordinal);
        Assert.Contains("by the file's own nodes", exported.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(onnx));
    }

    [Fact]
    public void AWrongNameOrFolderIsOneLine()
    {
        foreach (string[] arguments in new string[][] { ["export", fixture.Weights, "-o", "x.safetensors"], ["export", fixture.Folder, "-o", "x.onnx"], ["export", fixture.Weights, "-o", "x.onnx", "--onnxruntime", fixture.In("absent.so")] })
        {
            var result = CliFixture.Run(arguments);
            Assert.Equal(ExitCode.Usage, result.Code);
            Assert.Single(result.Error.TrimEnd().Split('\n'));
        }
    }

    private static IEnumerable<JsonElement> Images(JsonDocument document) => document.RootElement.GetProperty("images").EnumerateArray();

    private static (string? Class, double Probability) Top(JsonElement image)
        => (image.GetProperty("predictions")[0].GetProperty("class").GetString(), image.GetProperty("predictions")[0].GetProperty("probability").GetDouble());
}
