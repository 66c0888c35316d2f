using NativeTrainer.Imaging;
using NativeTrainer.Reports;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Reports;

public sealed class ModelCardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Card(string? license, out WrittenRun run)
    {
        run = new WrittenRun(_folder, "run: a").Predictions(10).Epochs((0.4, 0.5));
        ModelFile.Save(Path.Combine(run.Folder, "best.safetensors"), SmallNetworks.Random(SmallNetworks.Spec(classes: 2)) with { Labels = ["cat", "dog"], License = license, Source = "a zoo" });
        return File.ReadAllText(ModelCard.Write(run.Folder));
    }

    [Theory]
    [InlineData("Apache-2.0", "license: apache-2.0\n")]
    [InlineData("BSD-3-Clause", "license: bsd-3-clause\n")]
    [InlineData("ImageNet \"research only\"", "license: other\nlicense_name: \"ImageNet \\\"research only\\\"\"\n")]
    [InlineData(null, "license: unknown\n")]
    public void TheStartWeightsLicenceIsCarriedAlong(string? license, string front) => Assert.StartsWith("---\n" + front, Card(license, out _), StringComparison.Ordinal);

    [Fact]
    public void FiguresStandInTheFrontMatterAndWithTheirIntervalsInTheText()
    {
        string card = Card("MIT", out _);
        string front = card.Split("---\n")[1];
        Assert.Contains("pipeline_tag: image-classification\n", front, StringComparison.Ordinal);
        Assert.Contains("- name: \"run: a\"\n", front, StringComparison.Ordinal);
        Assert.Contains("    - type: accuracy\n      name: Accuracy\n      value: 0.9\n", front, StringComparison.Ordinal);
        Assert.Contains("| accuracy | 0.900 | 0.851 to 0.934 |", card, StringComparison.Ordinal);
        foreach (string part in (string[])["## How to use", "## Data", "## Training", "## Evaluation", "## Limits"]) Assert.Contains(part, card, StringComparison.Ordinal);
    }

    [Fact]
    public void ItIsWrittenAgainButNeverOverAnothersFile()
    {
        string first = Card("MIT", out var run);
        Assert.Equal(first, File.ReadAllText(ModelCard.Write(run.Folder)));
        run.Write("README.md", "# mine\n");
        Assert.Contains("was not written by this command", Assert.Throws<UserException>(() => ModelCard.Write(run.Folder)).Message, StringComparison.Ordinal);
        Assert.Equal("# mine\n", File.ReadAllText(Path.Combine(run.Folder, "README.md")));
    }
}
