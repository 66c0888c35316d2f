using NativeTrainer.Evaluation.MultiLabel;
using static NativeTrainer.Cli.Output.MetricsText;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>Figures of several labels, for people.</summary>
internal static class LabelText
{
    private const int LabelsInFull = 40;

    public static void Write(TextWriter output, string file, LabelReport report)
    {
        var set = report.Set;
        output.WriteLine($"{file}: {Plural(set.Count, "sample")}, {Plural(set.Labels.Count, "label")}, {Invariant($"{set.Targets.Count(t => t) / (double)Math.Max(set.Count, 1):0.##}")} a sample");
        foreach (string note in set.Notes) output.WriteLine($"  {note}");
        Write(output, report);
    }

    public static void Write(TextWriter output, LabelReport report)
    {
        MetricsText.Write(output, report.Figures);
        output.WriteLine();
        var labels = report.PerLabel;
        if (labels.Count > LabelsInFull)
        {
            output.WriteLine("the ten labels with the lowest F1:");
            labels = [.. labels.Where(c => c.Count > 0).OrderBy(c => c.F1).Take(10)];
        }
        int width = Math.Clamp(labels.Select(c => c.Name.Length).DefaultIfEmpty(0).Max(), 5, 32);
        output.WriteLine($"  {"label".PadRight(width)}  samples  threshold  precision  95 % interval    recall  95 % interval        F1  95 % interval        AP");
        foreach (var c in labels)
            output.WriteLine(Invariant($"  {Fit(c.Name, width)}  {c.Count,7}  {Value(c.Threshold),9}  {Value(c.Precision),9}  {Text(c.PrecisionInterval),-15}  {Value(c.Recall),6}  {Text(c.RecallInterval),-15}  {Value(c.F1),8}  {Text(c.F1Interval),-15}  {Value(c.AveragePrecision),6}").TrimEnd());
    }
}
