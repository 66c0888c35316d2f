using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Report;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Audit;

public sealed class DatasetAuditTests : IDisposable
{
    private readonly AuditFolder _folder = AuditFolder.Clean();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FindingsComeByHarm()
    {
        var report = _folder.Copy("train/cat", 0, "val/cat/copy.png").Copy("train/dog", 0, "train/cat/copy.png").Add("train", "bird", 3).Remove("test").Audit();
        string[] planted = ["NT102", "NT109", "NT205", "NT501", "NT201", "NT108"];
        Assert.Equal(planted, report.Findings.Select(f => f.Kind.Code).Where(planted.Contains));
        Assert.True(report.Refused);
        Assert.StartsWith("Not fit to train on: 1 of 151 validation pictures", report.Verdict);
    }

    [Theory]
    [InlineData("leakage")]
    [InlineData("NT102")]
    [InlineData("leakage/exact-duplicate")]
    public void WhatIsAllowedDoesNotRefuseAndMarks(string word)
    {
        var report = _folder.Copy("train/cat", 0, "val/cat/copy.png").Audit(word);
        Assert.False(report.Refused);
        Assert.Equal(["NT102 leakage/exact-duplicate"], report.Marks);
        Assert.Contains("NT102", report.Verdict);
        Assert.True(report.Findings.Single(finding => finding.Kind.Code == "NT102").Allowed);
    }

    [Fact]
    public void OnlyLooksForWhatIsNamed()
    {
        _folder.Copy("train/cat", 0, "val/cat/copy.png").Remove("test");
        var report = DatasetAudit.Run(new AuditOptions { Data = _folder.Data, Only = ["validation"] });
        Assert.Equal(["NT108"], report.Findings.Select(f => f.Kind.Code));
        Assert.All(report.Checked.Concat(report.NotChecked.SelectMany(part => part.Kinds)), kind => Assert.Equal("validation", kind.Group));
    }

    [Fact]
    public void EveryKindIsLookedForOrSaidNotToBe()
    {
        var report = _folder.Audit();
        Assert.Equal(FindingCatalogue.All.Select(kind => kind.Code), report.Checked.Concat(report.NotChecked.SelectMany(part => part.Kinds)).Select(kind => kind.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TheReportIsTheSameForAnyNumberOfThreads()
    {
        _folder.Copy("train/cat", 0, "val/cat/copy.png").Copy("train/cat", 1, "train/cat/again.png").Text("train/dog/bad.jpg", "text");
        string One(int threads) => AuditJson.Format(DatasetAudit.Run(new AuditOptions { Data = _folder.Data, Threads = threads }));
        Assert.Equal(One(1), One(4));
    }

    [Fact]
    public void OnePixelChangesTheContentAndNotTheNames()
    {
        var before = _folder.Audit();
        ImageWriter.Write(new RgbImage(new byte[8 * 6 * 3], 8, 6), Directory.EnumerateFiles(Path.Combine(_folder.Data, "train", "cat")).First());
        var after = _folder.Audit();
        Assert.Equal(before.Fingerprint, after.Fingerprint);
        Assert.NotEqual(before.ContentFingerprint, after.ContentFingerprint);
    }

    [Fact]
    public void ASplitThatIsMadeKeepsCopiesTogether()
    {
        using var folder = new AuditFolder().Add("", "cat", 40).Add("", "dog", 40);
        for (int i = 0; i < 12; i++) folder.Copy("cat", i, $"cat/x{i}.png");
        foreach (ulong seed in (ulong[])[1, 2, 3])
            Assert.DoesNotContain(DatasetAudit.Run(new AuditOptions { Data = folder.Data, Seed = seed }).Findings, f => f.Kind.Code == "NT102");
    }

    [Fact]
    public void TheListGivenBackLeavesNoLeak()
    {
        _folder.Copy("train/cat", 0, "val/cat/copy.png").Copy("train/dog", 0, "test/dog/=copy,\"1\".png").Text("train/dog/bad.jpg", "text");
        string csv = _folder.In("audit.csv");
        File.WriteAllText(csv, AuditCsv.Format(_folder.Audit(), Path.GetDirectoryName(csv)!));
        Assert.Equal(4, File.ReadAllLines(csv).Length);
        var mended = DatasetAudit.Run(new AuditOptions { Data = _folder.Data, Fix = csv });
        Assert.Empty(mended.Findings);
        Assert.Equal(220, mended.Total); // as before the three were planted: the training copies went
    }

    [Theory]
    [InlineData("leek")]
    [InlineData("NT999")]
    public void AWordThatMeansNothingIsRefused(string word) => Assert.Contains($"--allow '{word}'", Assert.Throws<UserException>(() => _folder.Audit(word)).Message);
}
