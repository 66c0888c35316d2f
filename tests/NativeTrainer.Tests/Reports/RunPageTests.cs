using System.Xml;
using System.Xml.Linq;
using NativeTrainer.Imaging;
using NativeTrainer.Reports;
using NativeTrainer.Tests.Training;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Reports;

public sealed class RunPageTests : IDisposable
{
    private const string Hostile = "</style><script>alert(1)</script>";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat")]
    [InlineData(Hostile)]
    [InlineData("a \"b\" ' onload=x &amp;")]
    public void IsWellFormedAndRunsNothingButItsOwnScript(string name)
    {
        var page = Page(new WrittenRun(_folder).Predictions(10, first: name).Epochs((0.4, 0.5)));
        Assert.Single(page.Descendants("script"));
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        string policy = page.Descendants("meta").Single(m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value;
        byte[] hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(page.Descendants("script").Single().Value));
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src 'sha256-{Convert.ToBase64String(hash)}'", policy, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("th"), cell => cell.Value == name);
    }

    [Fact]
    public void AsksNothingOfANetwork()
    {
        var run = new WrittenRun(_folder).Predictions(10).Epochs((0.4, 0.5));
        var page = Page(run);
        string html = File.ReadAllText(Path.Combine(run.Folder, RunPage.FileName));
        foreach (string word in (string[])["http:", "https:", "url(", "@import"]) Assert.DoesNotContain(word, html);
        Assert.All(page.Descendants().Attributes("src"), source => Assert.StartsWith("data:", source.Value));
        Assert.All(page.Descendants().Attributes("href"), link => Assert.StartsWith("#", link.Value));
    }

    [Fact]
    public void AnOldRunHasAPageThatSaysWhatIsMissing()
    {
        var run = new WrittenRun(_folder).Predictions(10);
        var page = Page(run);
        string foot = page.Descendants("footer").Single().Value;
        foreach (string name in (string[])["metrics.jsonl is not there: there are no curves", "audit.json is not there", "environment.json is not there", "best.safetensors is not there"]) Assert.Contains(name, foot, StringComparison.Ordinal);
        Assert.Equal(["classes", "confusion", "certainty", "threshold", "mistakes", "settings"], page.Descendants("section").Select(s => s.Attribute("id")!.Value));
    }

    [Fact]
    public void ARunThatWasTornHasAPageToo()
    {
        var run = new WrittenRun(_folder).Predictions(10).Epochs((0.4, 0.5), (0.3, 0.4));
        File.AppendAllText(Path.Combine(run.Folder, "metrics.jsonl"), "{\"epoch\":3,\"sta");
        run.Write("audit.json", "{ no json");
        var page = Page(run);
        Assert.Contains("audit.json cannot be used", page.Descendants("footer").Single().Value, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("section"), s => (string?)s.Attribute("id") == "curves");
    }

    [Fact]
    public void ARunWithoutPredictionsHasNoResult()
    {
        var verdict = RunPage.Write(new WrittenRun(_folder).Epochs((1, 1)).Folder, new RunPageOptions()).Verdict;
        Assert.Equal("No result", verdict.Word);
    }

    [Fact]
    public void AFolderWithoutARunIsRefused()
    {
        Assert.Contains("is no run folder", Assert.Throws<UserException>(() => RunPage.Write(_folder.Path, new RunPageOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("no such run folder", Assert.Throws<UserException>(() => RunPage.Write(Path.Combine(_folder.Path, "none"), new RunPageOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheMatrixHoldsEveryPicture()
    {
        var page = Page(new WrittenRun(_folder).Predictions(10));
        var matrix = page.Descendants("section").Single(s => (string?)s.Attribute("id") == "confusion").Descendants("tbody").Single();
        Assert.Equal(["90", "10", "10", "90"], matrix.Descendants("td").Select(cell => cell.Value));
    }

    /// <summary>A run that was trained: its mistakes with where the network looked and what they resemble.</summary>
    [Fact]
    public void MistakesAreShownWithHeatMapsAndTheirNearestTrainingPictures()
    {
        using var pictures = new SmallPictures(train: 8, validation: 8);
        var result = Trainer.Train(pictures.Options("run") with { Strategy = TrainingStrategy.Head, Epochs = 1, LearningRate = 1e-5f, Size = 32, Allow = ["leakage", "NT5"] }, new Silent());
        var page = Page(result.RunFolder, new RunPageOptions { Cache = false, Mistakes = 3 });
        var mistakes = page.Descendants("ol").Single(list => (string?)list.Attribute("class") == "mistakes").Elements("li").ToList();
        Assert.Equal(3, mistakes.Count);
        Assert.All(mistakes, mistake =>
        {
            var shots = mistake.Elements("div").ToList();
            Assert.Equal(3, shots[0].Descendants("img").Count());
            Assert.Equal(3, shots[0].Descendants("img").Select(img => img.Attribute("src")!.Value).Distinct().Count());
            Assert.Equal(3, shots[1].Descendants("img").Count());
        });
        Assert.Contains(page.Descendants("dt"), name => name.Value == "vectors");
        Assert.Contains(page.Descendants("section"), s => (string?)s.Attribute("id") == "findings");
    }

    private static XDocument Page(WrittenRun run) => Page(run.Folder, new RunPageOptions { Pictures = false });

    private static XDocument Page(string folder, RunPageOptions options)
    {
        RunPage.Write(folder, options);
        using var reader = XmlReader.Create(Path.Combine(folder, RunPage.FileName), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    private sealed class Silent : ITrainingObserver;
}
