using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation.Intervals;

namespace NativeTrainer.Reports.Sections;

/// <summary>Numbers as the pages' tables have them.</summary>
internal static class Cells
{
    public static string Value(double value) => double.IsNaN(value) ? "–" : Amount.Number(value, "0.000");

    public static string Range(Interval interval) => interval.IsDefined ? $"{Amount.Number(interval.Low, "0.000")}–{Amount.Number(interval.High, "0.000")}" : "";

    /// <summary>For SVG and style attributes.</summary>
    public static string N(double value) => Amount.Number(value, "0.##");
}
