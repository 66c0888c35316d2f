using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using Spectre.Console;

namespace NativeTrainer.Cli.Output;

/// <summary>An audit for people: a table ordered by harm on a terminal, plain lines elsewhere.</summary>
internal static class AuditTable
{
    private const int ShownEvidence = 3;

    public static void Write(TextWriter output, AuditReport report, string? folder)
    {
        if (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb")
            Draw(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }), report);
        else Plain(output, report);
        foreach (var part in report.NotChecked.Where(part => part.Reason.Contains("--", StringComparison.Ordinal)))
            output.WriteLine($"not looked for: {string.Join(", ", part.Kinds.Select(kind => kind.Code))} ({part.Reason})");
        if (folder is not null) output.WriteLine($"report   {Path.Combine(folder, "audit.html")}; for programs audit.json, to edit and give back with --fix audit.csv");
        if (report.Findings.Count > 0) output.WriteLine($"more     nativetrainer explain {report.Findings[0].Kind.Code}");
    }

    public static Color Tone(Severity severity) => severity switch
    {
        Severity.Refusal => Color.Red,
        Severity.Warning => Color.Yellow,
        Severity.Advice => Color.Blue,
        _ => Color.Grey,
    };

    private static void Plain(TextWriter output, AuditReport report)
    {
        output.WriteLine(AuditText.Size(report));
        output.WriteLine(report.Verdict);
        output.WriteLine();
        foreach (var finding in report.Findings)
        {
            foreach (string line in AuditText.Lines(report, finding, ShownEvidence)) output.WriteLine(line);
            output.WriteLine();
        }
    }

    private static void Draw(IAnsiConsole console, AuditReport report)
    {
        console.WriteLine(AuditText.Size(report));
        console.Write(new Paragraph(report.Verdict + "\n\n", new Style(decoration: Decoration.Bold)));
        if (report.Findings.Count == 0) return;
        var table = new Table().Border(TableBorder.Horizontal).AddColumn("").AddColumn("code").AddColumn("finding");
        foreach (var finding in report.Findings)
        {
            var text = new Paragraph().Append(finding.Summary + "\n").Append(finding.Advice, new Style(Color.Grey));
            foreach (string line in AuditText.Evidence(report, finding, ShownEvidence)) text.Append("\n  " + line, new Style(Color.Grey));
            table.AddRow(new Text(AuditText.Word(finding) + (finding.Allowed ? "\nallowed" : ""), new Style(Tone(finding.Severity))), new Text(finding.Kind.Code), text);
        }
        console.Write(table);
    }
}
