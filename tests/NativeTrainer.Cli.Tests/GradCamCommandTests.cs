using System.Text.Json;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Tests;

public sealed class GradCamCommandTests(CliFixture fixture) : IClassFixture<CliFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nativetrainer-cam-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryPictureGetsAnOverlayOfWhatPredictSays()
    {
        string pictures = Path.Combine(fixture.Data, "val");
        var drawn = CliFixture.Run("grad-cam", "--weights", fixture.Weights, pictures, "-o", _folder, "--raw", "--json");
        Assert.True(drawn.Code == 0, drawn.Error);
        using var json = JsonDocument.Parse(drawn.LastLine);
        using var predicted = JsonDocument.Parse(CliFixture.Run("predict", "--weights", fixture.Weights, pictures, "--json").LastLine);
        Assert.Equal("layer4", json.RootElement.GetProperty("layer").GetString());
        var images = json.RootElement.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(12, images.Length);
        // val/boat/0.png and val/fish/0.png do not overwrite each other.
        Assert.Equal(12, images.Select(i => i.GetProperty("overlay").GetString()).Distinct().Count());
        foreach (var (image, said) in images.Zip(predicted.RootElement.GetProperty("images").EnumerateArray()))
        {
            Assert.Equal(said.GetProperty("predictions")[0].GetProperty("class").GetString(), image.GetProperty("class").GetString());
            Assert.Equal(said.GetProperty("predictions")[0].GetProperty("probability").GetDouble(), image.GetProperty("probability").GetDouble(), 1e-5);
            var overlay = ImageDecoder.Decode(image.GetProperty("overlay").GetString()!).Image!;
            Assert.Equal((448, 448), (overlay.Width, overlay.Height));
            string[] rows = File.ReadAllLines(image.GetProperty("raw").GetString()!);
            Assert.All(rows, row => Assert.Equal(rows.Length, row.Split(',').Length));
        }
    }

    [Theory]
    [InlineData("--class", "bout", "did you mean 'boat'?")]
    [InlineData("--layer", "layer9", "has conv1, layer1")]
    public void AnUnknownClassOrStageIsOneLineWithWhatThereIs(string flag, string value, string said)
    {
        var refused = CliFixture.Run("grad-cam", "--weights", Named(), Path.Combine(fixture.Data, "val"), "-o", _folder, flag, value);
        Assert.Equal(2, refused.Code);
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }

    private string Named()
    {
        var weights = Weights.ModelFile.Load(fixture.Weights);
        string path = Path.Combine(_folder, "named.safetensors");
        Weights.ModelFile.Save(path, weights with { Labels = ["boat", "fish", "house"] });
        return path;
    }
}
