using NativeTrainer.Reports;

namespace NativeTrainer.Cli.Output;

/// <param name="Verdict">Two or three words; with what follows null of a model card.</param>
internal sealed record ReportJson(string Report, string? Verdict, string? Result, IReadOnlyList<string>? Baselines, IReadOnlyList<string> Limits, string? Next, IReadOnlyList<string> Notes)
{
    public static ReportJson Of(string path, RunPage page) => new(path, page.Verdict.Word, page.Verdict.Result, page.Verdict.Baselines, [.. page.Verdict.Limits.Select(l => l.Says)], page.Verdict.Next, page.Notes);
}

/// <summary>The same for people.</summary>
internal static class ReportText
{
    public static void Write(TextWriter output, string path, RunPage page)
    {
        var verdict = page.Verdict;
        output.WriteLine($"{verdict.Word}. {verdict.Result}");
        foreach (string baseline in verdict.Baselines) output.WriteLine($"  {baseline}");
        foreach (var limit in verdict.Limits) output.WriteLine($"  limit: {limit.Says}");
        output.WriteLine($"  next:  {verdict.Next}");
        foreach (string note in page.Notes) output.WriteLine($"  note:  {note}");
        output.WriteLine(path);
    }
}
