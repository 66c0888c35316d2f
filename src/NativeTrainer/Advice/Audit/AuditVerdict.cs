using NativeTrainer.Advice.Findings;

namespace NativeTrainer.Advice.Audit;

/// <summary>A report in words.</summary>
internal static class AuditVerdict
{
    public static string Of(AuditReport report)
    {
        var refusals = report.Refusals.ToList();
        if (refusals.Count > 0)
        {
            string more = refusals.Count > 1 ? $" And {Amount.Of(refusals.Count - 1, "more reason", "more reasons")} below." : "";
            return $"Not fit to train on: {FirstLower(refusals[0].Summary)}{more}";
        }
        int warnings = Open(report, Severity.Warning), advice = Open(report, Severity.Advice);
        string rest = string.Join(" and ", new[] { Part(warnings, "warning", "warnings"), advice == 0 ? null : Amount.Of(advice, "piece of advice", "pieces of advice") }.OfType<string>());
        string verdict = rest.Length > 0 ? $"Fit to train on, with {rest}." : "Fit to train on. Nothing above a note was found.";
        return report.Marks.Count > 0 ? $"{verdict} Allowed all the same: {string.Join(", ", report.Marks)}; every result carries the mark." : verdict;
    }

    private static int Open(AuditReport report, Severity severity) => report.Findings.Count(finding => finding.Severity == severity && !finding.Allowed);

    private static string? Part(int count, string one, string many) => count == 0 ? null : Amount.Of(count, one, many);

    private static string FirstLower(string text) => text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
