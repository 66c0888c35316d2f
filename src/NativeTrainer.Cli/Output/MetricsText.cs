using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Segmentation;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>Figures with their intervals, for people.</summary>
internal static class MetricsText
{
    private const int ClassesInFull = 40, ConfusedPairs = 5;

    public static void Write(TextWriter output, string file, ClassificationReport report)
    {
        var set = report.Set;
        output.WriteLine($"{file}: {Plural(set.Count, "sample")}, {Plural(set.Classes.Count, "class")}");
        foreach (string note in set.Notes) output.WriteLine($"  {note}");
        Write(output, report.Figures);
        output.WriteLine();
        var classes = report.PerClass;
        if (classes.Count > ClassesInFull)
        {
            output.WriteLine("the ten classes with the lowest F1:");
            classes = [.. classes.Where(c => c.Count > 0).OrderBy(c => c.F1).Take(10)];
        }
        Write(output, classes);
        var confused = report.MostConfused(ConfusedPairs);
        if (confused.Count > 0) output.WriteLine($"most confused: {string.Join("; ", confused.Select(pair => $"{pair.Truth} taken for {pair.Predicted} {pair.Count}×"))}");
    }

    /// <summary>Name, value and interval, or in words why there is none.</summary>
    public static void Write(TextWriter output, IReadOnlyList<Figure> figures)
    {
        int width = figures.Max(f => f.Name.Length);
        output.WriteLine($"  {"".PadRight(width)}  value   95 % interval");
        foreach (var figure in figures)
        {
            string value = double.IsNaN(figure.Value) ? "" : Invariant($"{figure.Value,6:0.000}   ");
            output.WriteLine($"  {figure.Name.PadRight(width)}  {value}{figure.Note ?? Text(figure.Interval)}");
        }
    }

    public static void Write(TextWriter output, string first, string second, PairedComparison comparison)
    {
        var test = comparison.Test;
        output.WriteLine($"first   {first}");
        output.WriteLine($"second  {second}");
        output.WriteLine(Invariant($"{Plural(comparison.Count, "sample")}: both right {comparison.BothRight}, only the first {test.OnlyFirst}, only the second {test.OnlySecond}, both wrong {comparison.BothWrong}"));
        output.WriteLine();
        int width = comparison.Figures.Max(f => f.Name.Length);
        output.WriteLine($"  {"".PadRight(width)}   first  second  difference  95 % interval       p");
        foreach (var figure in comparison.Figures)
        {
            string spread = figure.Interval.IsDefined ? Invariant($"{Text(figure.Interval),-18}  {figure.P:0.####}") : "none: every resample gives the same";
            output.WriteLine(Invariant($"  {figure.Name.PadRight(width)}  {figure.First,6:0.000}  {figure.Second,6:0.000}  {figure.Difference,10:+0.000;-0.000;0.000}  {spread}"));
        }
        output.WriteLine();
        output.WriteLine(Invariant($"McNemar's test  exact p {test.Exact:0.####}; {(double.IsNaN(test.ChiSquare) ? "χ² undefined: the two are right on the same samples" : Invariant($"χ² {test.ChiSquare:0.000}, p {test.ChiSquareP:0.####}"))}"));
        output.WriteLine(test.Exact < 0.05
            ? $"The {(test.OnlySecond > test.OnlyFirst ? "second" : "first")} is right more often, by more than chance would do to these samples in 95 of 100 cases."
            : "These samples do not show that either is right more often.");
    }

    public static void Write(TextWriter output, string folder, SegmentationReport report)
    {
        output.WriteLine(Invariant($"{folder}: {Plural(report.Images, "mask")}, {Count(report.Counts.Pixels)} pixels"));
        foreach (string note in report.Notes) output.WriteLine($"  {note}");
        Write(output, report.Figures);
        output.WriteLine();
        int width = Math.Clamp(report.Classes.Select(c => c.Name.Length).DefaultIfEmpty(0).Max(), 8, 32);
        output.WriteLine($"  {"class".PadRight(width)}   pixels    IoU  95 % interval     Dice");
        foreach (var c in report.Classes)
            output.WriteLine(Invariant($"  {Fit(c.Name, width)}  {Count(c.Pixels.Truth),7}  {c.Pixels.Iou,5:0.000}  {(c.Interval.IsDefined ? Text(c.Interval) : "–"),-15}  {c.Pixels.Dice,5:0.000}"));
    }

    public static string Fit(string name, int width) => name.Length > width ? $"{name[..(width - 1)]}…" : name.PadRight(width);

    public static string Text(Interval interval) => interval.IsDefined ? Invariant($"{interval.Low:0.000} … {interval.High:0.000}") : "–";

    private static void Write(TextWriter output, IReadOnlyList<ClassReport> classes)
    {
        int width = Math.Clamp(classes.Select(c => c.Name.Length).DefaultIfEmpty(0).Max(), 5, 32);
        output.WriteLine($"  {"class".PadRight(width)}  samples  precision  95 % interval    recall  95 % interval        F1  95 % interval");
        foreach (var c in classes)
            output.WriteLine(Invariant($"  {Fit(c.Name, width)}  {c.Count,7}  {Value(c.Precision),9}  {Text(c.PrecisionInterval),-15}  {Value(c.Recall),6}  {Text(c.RecallInterval),-15}  {Value(c.F1),8}  {Text(c.F1Interval),-15}").TrimEnd());
    }

    public static string Value(double value) => double.IsNaN(value) ? "–" : Invariant($"{value:0.000}");
}
