using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Imaging;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>Findings as plain lines.</summary>
internal static class AuditText
{
    private const int Margin = 9, PairsBeforeTraining = 20;

    private const string Undecodable = "NT601";

    /// <summary>What <c>train</c> says before it starts: findings above a note, of a refusal every pair that fits, and every file that is left out.</summary>
    public static IEnumerable<(Severity Severity, string Line)> BeforeTraining(AuditReport report)
    {
        foreach (var finding in report.Findings.Where(finding => finding.Severity > Severity.Note))
        {
            int shown = finding.Severity == Severity.Refusal || finding.Kind.Code == Undecodable ? PairsBeforeTraining : 0;
            foreach (string line in Lines(report, finding, shown)) yield return (finding.Severity, line);
        }
    }

    /// <summary>1,200 to learn from …: the data set in a line.</summary>
    public static string Size(AuditReport report)
    {
        int test = report.Count(SplitName.Test);
        return $"{report.Data}: {Plural(report.Classes.Count, "class")}, {Plural(report.Count(SplitName.Train), "picture")} to learn from, {report.Count(SplitName.Val)} to validate{(report.ValidationMade ? " (taken by seed)" : "")}, {(test == 0 ? "no test part" : $"{test} to test")}";
    }

    /// <summary>A finding with its first evidence.</summary>
    public static IEnumerable<string> Lines(AuditReport report, Finding finding, int shownEvidence)
    {
        foreach (string line in Lines(finding)) yield return line;
        foreach (string line in Evidence(report, finding, shownEvidence)) yield return new string(' ', Margin + 2) + line;
    }

    /// <summary>A finding without its evidence.</summary>
    public static IEnumerable<string> Lines(Finding finding)
    {
        string indent = new(' ', Margin);
        yield return $"{Word(finding),-Margin}{finding.Kind}{(finding.Allowed ? " (allowed)" : "")}";
        yield return Printable(indent + finding.Summary);
        yield return Printable($"{indent}next: {finding.Advice}");
    }

    /// <summary>One line per piece of evidence: files that belong together are joined by " = ".</summary>
    public static IEnumerable<string> Evidence(AuditReport report, Finding finding, int shown)
    {
        foreach (var evidence in finding.Evidence.Take(shown))
            yield return Printable($"{string.Join(" = ", evidence.Files.Select(file => report.RelativePath(file.Path)))} ({evidence.Caption})");
        int more = finding.Evidence.Count - shown;
        if (shown > 0 && more > 0) yield return $"… {more} more";
    }

    public static string Word(Finding finding) => finding.Severity.ToString().ToLowerInvariant();

    // A file name must not steer the terminal.
    private static string Printable(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
}
