using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Audit.Checks;

/// <summary>Checks that look at the pictures themselves: drawn scenes, each another one, with a mistake planted.</summary>
public sealed class MeasuredCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _next;

    public MeasuredCheckTests()
    {
        foreach (string name in (string[])["cat", "dog"])
        {
            Draw("train", name, 12);
            Draw("val", name, 6);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DifferentScenesAreNoLeak() => Assert.DoesNotContain(Audit().Findings, finding => finding.Kind.Code == "NT101");

    [Fact]
    public void ASavedAgainCopyRefuses()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "val", "cat", "again.jpg"), ImageWriter.EncodeJpeg(DrawnScenes.Draw(0), 60));
        var report = Audit();
        var leak = Assert.Single(report.Findings, finding => finding.Kind.Code == "NT101");
        Assert.Equal(Severity.Refusal, leak.Severity);
        Assert.Equal(["0.png", "again.jpg"], Assert.Single(leak.Evidence).Files.Select(file => Path.GetFileName(file.Path)));
        Assert.True(report.Refused);
        Assert.False(Audit("leakage").Refused);
    }

    [Fact]
    public void OfTinyPicturesALookAlikeOnlyWarns()
    {
        var small = new Resizer().Resize(DrawnScenes.Draw(0), 48, 40);
        ImageWriter.Write(small, Path.Combine(_folder.Path, "train", "cat", "tiny.png"));
        File.WriteAllBytes(Path.Combine(_folder.Path, "val", "cat", "tiny.jpg"), ImageWriter.EncodeJpeg(small, 80));
        File.Delete(Path.Combine(_folder.Path, "train", "cat", "0.png"));
        Assert.Equal(Severity.Warning, Assert.Single(Audit().Findings, finding => finding.Kind.Code == "NT101").Severity);
    }

    [Fact]
    public void ACopyUnderAnotherLabelIsNamed()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "train", "dog", "again.jpg"), ImageWriter.EncodeJpeg(DrawnScenes.Draw(0), 70));
        var conflict = Assert.Single(Audit().Findings, finding => finding.Kind.Code == "NT205");
        Assert.Equal(["cat", "dog"], Assert.Single(conflict.Evidence).Files.Select(file => file.Label).Order());
    }

    [Fact]
    public void ABlankPictureIsNamed()
    {
        ImageWriter.Write(new RgbImage([.. Enumerable.Repeat((byte)128, 132 * 108 * 3)], 132, 108), Path.Combine(_folder.Path, "train", "cat", "blank.png"));
        var finding = Assert.Single(Audit().Findings, f => f.Kind.Code == "NT606");
        Assert.True(finding.Severity >= Severity.Advice);
        Assert.Equal("blank.png", Path.GetFileName(finding.Evidence[0].Files[0].Path));
    }

    private AuditReport Audit(params string[] allow) => DatasetAudit.Run(new AuditOptions { Data = _folder.Path, Allow = allow, Mode = AuditMode.Quick, Threads = 2 });

    private void Draw(string part, string name, int count)
    {
        string folder = Path.Combine(_folder.Path, part, name);
        Directory.CreateDirectory(folder);
        for (int i = 0; i < count; i++, _next++) ImageWriter.Write(DrawnScenes.Draw(_next), Path.Combine(folder, $"{_next}.png"));
    }
}
