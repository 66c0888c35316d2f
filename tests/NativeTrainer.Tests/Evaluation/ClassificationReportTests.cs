using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;

namespace NativeTrainer.Tests.Evaluation;

public sealed class ClassificationReportTests
{
    private static readonly ReportOptions Quick = new() { Bootstrap = new BootstrapOptions { Resamples = 200 } };

    [Fact]
    public void OfNothingEveryFigureSaysSo()
    {
        var report = ClassificationReport.Of(new PredictionSet { Classes = ["a", "b"], Labels = [], Predicted = [], Probabilities = [] }, Quick);
        Assert.All(report.Figures, f => Assert.Equal((true, "there are no samples"), (double.IsNaN(f.Value), f.Note)));
        Assert.All(report.PerClass, c => Assert.True(double.IsNaN(c.F1) && !c.F1Interval.IsDefined));
    }

    [Fact]
    public void OfOneClassWhatNeedsTwoIsUndefinedInWords()
    {
        var report = ClassificationReport.Of(new PredictionSet { Classes = ["a", "b"], Labels = [0, 0, 0], Predicted = [0, 0, 0], Probabilities = [0.9f, 0.1f, 0.8f, 0.2f, 0.7f, 0.3f] }, Quick);
        foreach (string key in (string[])["matthews", "kappa", "macroSpecificity", "macroAuroc", "weightedAuroc"])
            Assert.StartsWith("undefined: ", report[key].Note, StringComparison.Ordinal);
        Assert.Equal(1, report["macroF1"].Value);
        Assert.StartsWith("no interval", report["macroF1"].Note, StringComparison.Ordinal);
        // Wilson's interval knows that three right of three do not prove perfection.
        Assert.InRange(report["accuracy"].Interval.Low, 0.4, 0.5);
    }

    [Fact]
    public void TheFiguresAreThoseOfTheTrainingLoop()
    {
        var random = new Random(3);
        int[] labels = [.. Enumerable.Range(0, 120).Select(_ => random.Next(7))];
        var images = labels.Select((label, n) =>
        {
            float[] row = [.. Enumerable.Range(0, 7).Select(c => (float)random.NextDouble() + (c == label ? 0.7f : 0))];
            return new PredictedImage($"{n}", label, [.. row.Select(v => v / row.Sum())]);
        }).ToArray();
        string[] classes = ["a", "b", "c", "d", "e", "f", "g"];
        var metrics = ClassificationMetrics.Compute([.. images.SelectMany(i => i.Probabilities)], labels, classes);
        var report = ClassificationReport.Of(PredictionSet.Of(images, classes), Quick);
        Assert.Equal(metrics.Accuracy, report["accuracy"].Value, 1e-12);
        Assert.Equal(metrics.Top5, report["top5"].Value, 1e-12);
        Assert.Equal(metrics.Loss, report["logLoss"].Value, 1e-12);
        Assert.Equal(metrics.BalancedAccuracy, report["balancedAccuracy"].Value, 1e-12);
        Assert.Equal(metrics.MacroF1, report["macroF1"].Value, 1e-12);
        Assert.Equal(metrics.Confusion, report.Confusion());
        Assert.Equal(metrics.MostConfused(9), report.MostConfused(9));
        Assert.All(report.Figures.Where(f => f.Key is not "weightedAuroc"), f => Assert.True(f.Interval.Low <= f.Interval.High && f.Note is null, f.Key));
    }
}
