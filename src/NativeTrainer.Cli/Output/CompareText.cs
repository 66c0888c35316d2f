using NativeTrainer.Evaluation;
using NativeTrainer.Reports;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>Runs side by side, for people.</summary>
internal static class CompareText
{
    private const int WidestName = 32, WidestValue = 40;

    public static void Write(TextWriter output, RunComparison comparison, string path)
    {
        string[] names = [.. comparison.Names.Select(name => MetricsText.Fit(name, Math.Min(WidestName, comparison.Names.Max(n => n.Length))).TrimEnd())];
        int width = Math.Max(names.Max(n => n.Length), 3);
        output.WriteLine($"  {"run".PadRight(width)}  accuracy                 F1, macro                log loss  epochs      time");
        for (int i = 0; i < names.Length; i++)
        {
            var report = comparison.Reports[i];
            string loss = report?.Figures.FirstOrDefault(f => f.Key == "logLoss") is { } figure ? Invariant($"{figure.Value:0.000}") : "–";
            string time = comparison.EpochsOf(i) == 0 ? "–" : Time(TimeSpan.FromSeconds(comparison.SecondsOf(i)));
            output.WriteLine($"{(i == comparison.Leader ? "* " : "  ")}{names[i].PadRight(width)}  {Cell(report, "accuracy"),-23}  {Cell(report, "macroF1"),-23}  {loss,8}  {comparison.EpochsOf(i),6}  {time,8}");
        }
        if (comparison.Differences.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("options that differ");
            int first = comparison.Differences.Max(d => d.Name.Length);
            foreach (var difference in comparison.Differences)
                output.WriteLine($"  {difference.Name.PadRight(first)}  {string.Join(" | ", difference.Values.Select(value => MetricsText.Fit(value ?? "?", WidestValue).TrimEnd()))}");
        }
        if (comparison.Pairs.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("on the same pictures (McNemar's exact p, corrected for the number of pairs)");
            foreach (var pair in comparison.Pairs)
            {
                var (test, accuracy) = (pair.Comparison.Test, pair.Comparison.Figures[0]);
                output.WriteLine(Invariant($"  {names[pair.First]} and {names[pair.Second]}: only the first right {test.OnlyFirst}, only the second {test.OnlySecond}; accuracy {accuracy.Difference:+0.000;-0.000;0.000}, p {pair.HolmP:0.###}: {(pair.Differs ? "differ" : "may be chance")}"));
            }
        }
        output.WriteLine();
        output.WriteLine(comparison.Verdict);
        output.WriteLine(path);
    }

    private static string Cell(ClassificationReport? report, string key) => report is null ? "–" : Invariant($"{report[key].Value:0.000}") + (report[key].Interval is { IsDefined: true } interval ? $"  {MetricsText.Text(interval)}" : "");
}
