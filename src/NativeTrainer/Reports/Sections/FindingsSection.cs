using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Report;
using NativeTrainer.Html;

namespace NativeTrainer.Reports.Sections;

/// <summary>The audit's findings, and the mistakes that were looked for and are not there.</summary>
internal sealed class FindingsSection(HtmlWriter html)
{
    public void Write(AuditFile audit)
    {
        html.Element("p", "lead", audit.Verdict);
        if (audit.Findings.Count > 0) html.Line().Element("div", "found", () =>
        {
            foreach (var finding in audit.Findings) Finding(finding);
        });
        var found = audit.Findings.Select(f => f.Code).ToHashSet();
        var avoided = audit.Checked.Where(code => !found.Contains(code)).ToList();
        if (avoided.Count > 0) html.Line().Element("details", null, () =>
        {
            html.Element("summary", null, $"{Amount.Of(avoided.Count)} mistakes that were looked for and not found");
            Kinds(avoided);
        });
        foreach (var part in audit.NotChecked.GroupBy(part => part.Reason)) html.Line().Element("details", null, () =>
        {
            string[] codes = [.. part.SelectMany(p => p.Codes)];
            html.Element("summary", null, $"Not looked for: {Amount.Of(codes.Length, "kind", "kinds")} ({part.Key})");
            Kinds(codes);
        });
    }

    private void Finding(FindingPart finding) => html.Line().Element("details", $"finding {(finding.Allowed ? "refusal" : finding.Severity.ToString().ToLowerInvariant())}", () =>
    {
        html.Element("summary", null, () =>
        {
            html.Element("span", "badge", finding.Severity.ToString()).Text(" ").Element("span", "say", finding.Title).Text(" ").Element("span", "code", finding.Code);
            if (finding.Allowed) html.Text(" ").Element("span", "mark", "allowed");
        });
        html.Element("p", null, finding.Summary);
        html.Element("p", "next", () =>
        {
            html.Element("b", null, "Next step");
            CommandText.Write(html, finding.Advice);
        });
    });

    private void Kinds(IEnumerable<string> codes) => html.Element("ul", "kinds", () =>
    {
        foreach (string code in codes) html.Element("li", null, () => html.Element("span", "code", code).Text($" {FindingCatalogue.All.FirstOrDefault(kind => kind.Code == code)?.Title}"));
    });
}
