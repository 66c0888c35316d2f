using System.Text.Json;
using NativeTrainer.Advice.Report;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>A finding as <c>audit.json</c> has it.</summary>
/// <param name="Files">All of the evidence, below the data set.</param>
internal sealed record FindingInFile(string Code, string Title, string Severity, string Summary, IReadOnlySet<string> Figures, IReadOnlySet<string> Files)
{
    public bool AboveNote => Severity != "note";
}

/// <summary>What programs read of an audit: the file, not the objects that wrote it.</summary>
internal sealed record AuditFindings(bool Refused, string Verdict, IReadOnlyList<FindingInFile> Findings)
{
    public IEnumerable<FindingInFile> Of(string code) => Findings.Where(finding => finding.Code == code);

    /// <param name="folder">That holds <c>audit.json</c>.</param>
    public static AuditFindings Read(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, AuditJson.FileName)));
        var root = json.RootElement;
        return new AuditFindings(root.GetProperty("refused").GetBoolean(), Text(root, "verdict"), [.. root.GetProperty("findings").EnumerateArray().Select(Finding)]);
    }

    private static FindingInFile Finding(JsonElement finding) => new(Text(finding, "code"), Text(finding, "title"), Text(finding, "severity"), Text(finding, "summary"),
        finding.GetProperty("figures").EnumerateObject().Select(figure => figure.Name).ToHashSet(),
        finding.GetProperty("evidence").EnumerateArray().SelectMany(evidence => evidence.GetProperty("files").EnumerateArray()).Select(file => Text(file, "path")).ToHashSet());

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
