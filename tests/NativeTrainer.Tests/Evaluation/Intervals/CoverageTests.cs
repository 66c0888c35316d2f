using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Tests.Evaluation.Intervals;

/// <summary>A 95 % interval holds the true value in about 95 of 100 test sets: 200 sets are drawn from a classifier whose true figures are known.</summary>
public sealed class CoverageTests(ITestOutputHelper output)
{
    private const int Sets = 200, Samples = 400;

    // What the classifier says of each of three classes, and how frequent they are.
    private static readonly double[][] Says = [[0.90, 0.07, 0.03], [0.15, 0.75, 0.10], [0.10, 0.20, 0.70]];
    private static readonly double[] Share = [0.5, 0.3, 0.2];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void IntervalsCoverTheTruth(bool fixedClassSizes)
    {
        double accuracy = Enumerable.Range(0, 3).Sum(c => Share[c] * Says[c][c]);
        double macroF1 = Enumerable.Range(0, 3).Average(c => 2 * Share[c] * Says[c][c] / (Share[c] + Enumerable.Range(0, 3).Sum(t => Share[t] * Says[t][c])));
        var random = new Random(1);
        int wilson = 0, ofAccuracy = 0, ofF1 = 0;
        for (int set = 0; set < Sets; set++)
        {
            int[] labels = [.. Enumerable.Range(0, Samples).Select(n => Drawn(Share, fixedClassSizes ? (n + 0.5) / Samples : random.NextDouble()))];
            int[] predicted = [.. labels.Select(label => Drawn(Says[label], random.NextDouble()))];
            var bootstrap = Bootstrap.Run(labels, 2, (times, figures) =>
            {
                var totals = ClassTotals.Of(labels, predicted, times, 3);
                (figures[0], figures[1]) = (totals.Accuracy, totals.F(Averaging.Macro));
            }, new BootstrapOptions { Resamples = 1000, Seed = (ulong)set });
            if (Holds(Interval.OfShare(labels.Zip(predicted).Count(p => p.First == p.Second), Samples), accuracy)) wilson++;
            if (Holds(bootstrap.Interval(0), accuracy)) ofAccuracy++;
            if (Holds(bootstrap.Interval(1), macroF1)) ofF1++;
        }
        output.WriteLine($"of {Sets} intervals cover: accuracy by Wilson {wilson}, accuracy by bootstrap {ofAccuracy}, macro F1 by bootstrap {ofF1}");
        foreach (int covered in (int[])[wilson, ofAccuracy, ofF1]) Assert.InRange(covered / (double)Sets, 0.92, 0.98);
    }

    private static bool Holds(Interval interval, double value) => interval.Low <= value && value <= interval.High;

    private static int Drawn(double[] shares, double uniform)
    {
        for (int c = 0; c < shares.Length - 1; c++)
        {
            if (uniform < shares[c]) return c;
            uniform -= shares[c];
        }
        return shares.Length - 1;
    }
}
