using System.Text.Json;

namespace NativeTrainer.Cli.Tests;

/// <summary>The demo from its first line to its last, at its real size: the slowest test of this project.</summary>
public sealed class DemoTests(CliFixture fixture) : IClassFixture<CliFixture>
{
    [Fact]
    public void LearnsWhatItDraws()
    {
        string folder = fixture.In("demo");
        var demo = CliFixture.Run("demo", "--out", folder, "--json");
        Assert.True(demo.Code == 0, demo.Error);
        Assert.Contains("drawn by this program", demo.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(demo.LastLine);
        // Five classes: guessing gives 0.2.
        Assert.InRange(json.RootElement.GetProperty("accuracy").GetDouble(), 0.8, 1);
        string[] expected = ["start.safetensors", "predictions.png", "pretrained/best.safetensors", "run/best.safetensors", "run/curves.png", "run/confusion.png"];
        Assert.All(expected, name => Assert.True(File.Exists(Path.Combine(folder, name)), name));
        Assert.NotEqual(0, CliFixture.Run("demo", "--out", fixture.Data).Code);
        Assert.True(Directory.Exists(Path.Combine(fixture.Data, "val")), "a folder that is no demo is left as it is");
    }
}
