using NativeTrainer.Advice.LearningRates;
using SkiaSharp;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Drawing;

/// <summary>The curves of a range test, a panel per group, with the suggestion and the usable range.</summary>
internal static class RangeTestPicture
{
    private const int Width = 760, PanelHeight = 280;

    public static void Save(string path, RangeTestResult result) => Picture.Save(path, Width, PanelHeight * result.Tests.Count, canvas =>
    {
        for (int i = 0; i < result.Tests.Count; i++) Chart(result.Tests[i]).Draw(canvas, new SKRect(0, i * PanelHeight, Width, (i + 1) * PanelHeight));
    });

    private static LineChart Chart(RangeTest test)
    {
        // A loss that blew up would press the curve flat.
        double ceiling = 1.5 * Math.Max(test.Points[0].Loss, test.Points.Where(p => double.IsFinite(p.Smoothed)).Select(p => p.Smoothed).DefaultIfEmpty(test.Points[0].Loss).Min());
        double[] rates = [.. test.Points.Select(p => p.Rate)];
        double[] Cut(Func<RangePoint, double> value) => [.. test.Points.Select(value).Select(y => y > ceiling ? double.NaN : y)];
        var (suggestion, marks) = (test.Suggestion, new List<ChartMark>());
        if (double.IsFinite(suggestion.Rate)) marks.Add(new ChartMark(Invariant($"suggested {suggestion.Rate:0.0e0}"), Picture.Green, suggestion.Rate));
        if (test.ConfiguredRate > 0) marks.Add(new ChartMark("", Picture.Red, test.ConfiguredRate));
        return new LineChart(Invariant($"{test.Group}: loss over learning rate (red line: the run's {test.ConfiguredRate:0.0e0})"),
            [new("after each step", Picture.Faint, rates, Cut(p => p.Loss)), new("smoothed", Picture.Blue, rates, Cut(p => p.Smoothed), Dots: false)])
        {
            LogarithmicX = true,
            Marks = marks,
            Band = double.IsFinite(suggestion.Low) ? (suggestion.Low, suggestion.High) : null,
        };
    }
}
