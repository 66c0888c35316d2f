using System.Xml;
using System.Xml.Linq;
using NativeTrainer.Imaging;
using NativeTrainer.Reports;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Reports;

public sealed class RunComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private WrittenRun Run(string name, int wrong, float rate = 0.01f, string prefix = "") => new WrittenRun(_folder, name, new TrainOptions { Data = "/photos", LearningRate = rate }).Predictions(wrong, prefix: prefix).Epochs((0.4, 0.5), (0.3, 0.4));

    [Fact]
    public void ALeadThatChanceSeldomGivesIsOne()
    {
        var comparison = RunComparison.Of([Run("a", 20).Folder, Run("b", 2).Folder]);
        Assert.Equal(1, comparison.Leader);
        // 36 of 40 mistakes are the first's alone: p is 2 · 2⁻³⁶.
        Assert.True(comparison.Pairs.Single().Differs);
        Assert.Equal("b is right most often: 98.0 % (95.0 to 99.2 %). These pictures show that it is better than the other.", comparison.Verdict);
    }

    [Fact]
    public void ALeadOfTwoPicturesMayBeChance()
    {
        var comparison = RunComparison.Of([Run("a", 10).Folder, Run("b", 9).Folder]);
        Assert.False(comparison.Pairs.Single().Differs);
        Assert.EndsWith("On 200 pictures the difference may be chance.", comparison.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyOptionsThatDifferAreListed()
    {
        var comparison = RunComparison.Of([Run("a", 10).Folder, Run("b", 9, rate: 0.02f).Folder]);
        var difference = Assert.Single(comparison.Differences);
        Assert.Equal("learning rate", difference.Name);
        Assert.Equal(["0.01", "0.02"], difference.Values);
    }

    [Fact]
    public void RunsOnOtherPicturesAreShownButNotTested()
    {
        var comparison = RunComparison.Of([Run("a", 10).Folder, Run("b", 2, prefix: "other").Folder]);
        Assert.Empty(comparison.Pairs);
        Assert.Contains("lacks the sample", comparison.Unpaired, StringComparison.Ordinal);
        Assert.StartsWith("b is right most often", comparison.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void OneRunIsNoComparison() => Assert.Contains("2 to 12 runs", Assert.Throws<UserException>(() => RunComparison.Of([Run("a", 1).Folder])).Message, StringComparison.Ordinal);

    // By hand: 3·0.01, then 2·0.02 = 0.04, then 0.03 which may not fall below 0.04.
    [Fact]
    public void SeveralTestsAreCorrectedByHolm() => Assert.Equal([0.04, 0.03, 0.04], RunComparison.Holm([0.02, 0.01, 0.03]));

    [Fact]
    public void ThePageIsWellFormedAndRunsNothing()
    {
        string file = Path.Combine(_folder.Path, "compare.html");
        ComparisonPage.Write(RunComparison.Of([Run("a", 10).Folder, Run("<b> & c", 9, rate: 0.02f).Folder, Run("d", 30).Folder]), file);
        using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        var page = XDocument.Load(reader);
        Assert.Empty(page.Descendants("script"));
        Assert.Equal(["figures", "pairs", "curves", "options"], page.Descendants("section").Select(s => s.Attribute("id")!.Value));
        Assert.All(page.Descendants("svg").Where(svg => (string?)svg.Attribute("class") == "chart").Take(3), svg => Assert.Equal(3, svg.Elements("path").Count()));
    }
}
