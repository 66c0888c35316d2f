using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Report;

namespace NativeTrainer.Tests.Advice.Report;

public sealed class AuditCsvTests
{
    [Fact]
    public void HasARowForWhatMayChange()
        => Assert.Equal("path,code,label,suggested_label,action\ntrain/cat/a.jpg,NT102,cat,,drop\ntrain/dog/b.jpg,NT610,dog,cat,keep\n", AuditCsv.Format(SampleReport.Make("/photos"), "/photos"));

    [Theory]
    [InlineData("=HYPERLINK(1).jpg", "./=HYPERLINK(1).jpg")]
    [InlineData("@a,b.jpg", "\"./@a,b.jpg\"")]
    [InlineData("a.jpg", "a.jpg")]
    public void NoNameIsAFormulaOfASpreadsheet(string name, string written)
    {
        var report = SampleReport.Make("/photos");
        var file = new EvidenceFile("/photos/" + name) { Label = "cat", Fix = new SuggestedFix(NativeTrainer.Imaging.FixAction.Drop) };
        report = report with { Findings = [report.Findings[0] with { Evidence = [new Evidence([file], "x")] }] };
        Assert.Equal($"path,code,label,suggested_label,action\n{written},NT102,cat,,drop\n", AuditCsv.Format(report, "/photos"));
    }
}
