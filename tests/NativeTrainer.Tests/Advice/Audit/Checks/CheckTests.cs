using NativeTrainer.Advice.Audit.Checks;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Audit.Checks;

/// <summary>Each check on a planted mistake, and just below it.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly AuditFolder _folder = AuditFolder.Clean();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACleanSetHasNoFinding() => Assert.Empty(_folder.Audit().Findings);

    [Theory]
    [InlineData("train/cat", "val/cat/copy.png", Severity.Refusal)]
    [InlineData("train/cat", "val/dog/copy.png", Severity.Refusal)]
    [InlineData("train/dog", "test/dog/copy.png", Severity.Refusal)]
    [InlineData("val/dog", "test/dog/copy.png", Severity.Warning)]
    public void ACopyInAnotherPartLeaks(string from, string to, Severity severity)
    {
        var finding = _folder.Copy(from, 3, to).Only("NT102");
        Assert.Equal(severity, finding.Severity);
        var pair = Assert.Single(finding.Evidence).Files;
        Assert.Equal(Path.Combine(_folder.Data, from), Path.GetDirectoryName(pair[0].Path));
        Assert.Equal(Path.Combine(_folder.Data, to), pair[1].Path);
        Assert.Equal((FixAction.Drop, null), (pair[0].Fix!.Action, pair[1].Fix));
    }

    [Fact]
    public void ALeakCountsThePicturesThatMeasure()
    {
        var finding = _folder.Copy("train/cat", 0, "val/cat/a.png").Copy("train/cat", 0, "val/cat/b.png").Copy("train/cat", 0, "train/cat/again.png").Only("NT102");
        Assert.Equal(2, finding.Figures.Single(f => f.Name == "validationLeaking").Value);
        Assert.Equal(4, Assert.Single(finding.Evidence).Files.Count);
        Assert.StartsWith("2 of 152 validation pictures (1.3 %)", finding.Summary);
    }

    [Fact]
    public void CopiesUnderTwoLabelsConflict()
    {
        var finding = _folder.Copy("train/cat", 1, "train/dog/copy.png").Only("NT205");
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Equal(["dog", "cat"], finding.Evidence[0].Files.Select(file => file.Fix!.Label));
        Assert.All(finding.Evidence[0].Files, file => Assert.Equal(FixAction.Keep, file.Fix!.Action));
        _folder.HasNo("NT206");
    }

    [Theory]
    [InlineData("val/cat", 1, Severity.Note)] // 1 of 151
    [InlineData("train/cat", 1, Severity.Advice)] // 1 of 61
    public void CopiesInOnePartRepeat(string part, int copies, Severity severity)
    {
        for (int i = 0; i < copies; i++) _folder.Copy(part, 2, $"{part}/copy{i}.png");
        var finding = _folder.Only("NT206");
        Assert.Equal(severity, finding.Severity);
        Assert.Equal([null, FixAction.Drop], finding.Evidence[0].Files.Select(file => file.Fix?.Action));
        _folder.HasNo("NT102");
    }

    [Theory]
    [InlineData(1, Severity.Advice)]
    [InlineData(3, Severity.Warning)] // 3 of 33 of the class
    public void FilesThatGiveNoPictureAreNamed(int files, Severity severity)
    {
        for (int i = 0; i < files; i++) _folder.Text($"train/cat/bad{i}.jpg", "<html>not found</html>");
        var finding = _folder.Only("NT601");
        Assert.Equal(severity, finding.Severity);
        Assert.Equal(files, finding.Evidence.Count);
        Assert.Contains("web page", finding.Evidence[0].Caption);
        _folder.HasNo("NT205"); // broken files are often the same bytes
        _folder.HasNo("NT206");
    }

    [Theory]
    [InlineData(20, null)]
    [InlineData(19, Severity.Advice)]
    [InlineData(4, Severity.Warning)]
    public void FewPicturesOfAClassAreToldWithTheirNumber(int count, Severity? severity)
    {
        _folder.Add("train", "bird", count).Add("val", "bird", 20).Add("test", "bird", 2);
        var finding = _folder.Audit().Findings.SingleOrDefault(f => f.Kind.Code == "NT201");
        Assert.Equal(severity, finding?.Severity);
        if (finding is not null) Assert.Contains($"bird ({count})", finding.Summary);
    }

    [Fact]
    public void AClassThatIsNotValidatedIsNamed()
    {
        var finding = _folder.Add("train", "bird", 25).Add("test", "bird", 4).Only("NT109");
        Assert.Equal((Severity.Warning, "1 of 3 classes has no validation picture: bird."), (finding.Severity, finding.Summary));
        _folder.Add("val", "bird", 1).HasNo("NT109");
    }

    [Theory]
    [InlineData(141, null)]
    [InlineData(140, Severity.Advice)]
    [InlineData(37, Severity.Advice)]
    [InlineData(36, Severity.Warning)]
    public void AValidationPartThatMeasuresRoughlySaysHowRoughly(int pictures, Severity? severity)
    {
        using var folder = new AuditFolder().Add("train", "a", 30).Add("train", "b", 30).Add("val", "a", pictures / 2).Add("val", "b", pictures - pictures / 2);
        var finding = folder.Audit().Findings.SingleOrDefault(f => f.Kind.Code == "NT107");
        Assert.Equal(severity, finding?.Severity);
        if (finding is not null) Assert.Equal(141, finding.Figures.Single(f => f.Name == "neededForFivePoints").Value);
    }

    [Theory]
    [InlineData(0, 60, null)] // 14 points apart, which chance does with 60 training pictures
    [InlineData(150, 75, Severity.Advice)]
    [InlineData(0, 400, Severity.Warning)]
    public void SharesThatDifferMoreThanByChanceAreTold(int train, int validation, Severity? severity)
    {
        _folder.Add("train", "cat", train).Add("train", "dog", train).Add("val", "dog", validation);
        Assert.Equal(severity, _folder.Audit().Findings.SingleOrDefault(f => f.Kind.Code == "NT104")?.Severity);
    }

    [Fact]
    public void AMissingTestPartIsANote() => Assert.Equal(Severity.Note, _folder.Remove("test").Only("NT108").Severity);

    [Theory]
    [InlineData(59, null)]
    [InlineData(60, Severity.Advice)]
    [InlineData(270, Severity.Warning)]
    public void UnequalClassesComeWithTheBaseline(int more, Severity? severity)
    {
        _folder.Add("train", "dog", more);
        var finding = _folder.Audit().Findings.SingleOrDefault(f => f.Kind.Code == "NT501");
        Assert.Equal(severity, finding?.Severity);
        if (finding is not null) Assert.Equal(0.5, finding.Figures.Single(f => f.Name == "majorityBaseline").Value);
    }

    [Theory]
    [InlineData(60, false)] // 0.60 of 100: the interval begins at 0.502
    [InlineData(59, true)]
    public void AResultThatGuessingWouldReachIsNamed(int right, bool found)
    {
        var metrics = ClassificationMetrics.Compute([.. Enumerable.Range(0, 100).SelectMany(i => i < right ? Row(i % 2) : Row(1 - i % 2))], [.. Enumerable.Range(0, 100).Select(i => i % 2)], ["a", "b"]);
        Assert.Equal(0.5, metrics.Baseline.Accuracy);
        Assert.Equal(found, BaselineCheck.Of(metrics) is not null);

        static float[] Row(int label) => label == 0 ? [0.9f, 0.1f] : [0.1f, 0.9f];
    }
}
