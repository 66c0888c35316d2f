using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Benchmarks.Evaluation;

/// <summary>A classifier whose true figures are known: what it says of each class, and how frequent the classes are.</summary>
/// <param name="Says">[truth][prediction]: probabilities, each row summing to 1.</param>
/// <param name="Share">Of each class; they sum to 1.</param>
internal sealed record KnownClassifier(double[][] Says, double[] Share)
{
    public double Accuracy => Share.Select((share, c) => share * Says[c][c]).Sum();

    public double MacroF1 => Share.Select((share, c) => 2 * share * Says[c][c] / (share + Share.Select((other, t) => other * Says[t][c]).Sum())).Average();

    /// <summary>A test set.</summary>
    /// <param name="fixedSizes">Whether each class has its share exactly, or as drawn.</param>
    public (int[] Labels, int[] Predicted) Draw(Random random, int samples, bool fixedSizes)
    {
        int[] labels = [.. Enumerable.Range(0, samples).Select(n => At(Share, fixedSizes ? (n + 0.5) / samples : random.NextDouble()))];
        return (labels, [.. labels.Select(label => At(Says[label], random.NextDouble()))]);
    }

    private static int At(double[] shares, double uniform)
    {
        for (int c = 0; c < shares.Length - 1; c++)
        {
            if (uniform < shares[c]) return c;
            uniform -= shares[c];
        }
        return shares.Length - 1;
    }
}

/// <summary>How often 95 % intervals hold the true value over simulated test sets: shares of the sets.</summary>
internal sealed record IntervalCoverage(double Wilson, double Accuracy, double MacroF1)
{
    public static IntervalCoverage Measure(KnownClassifier classifier, int samples, bool fixedSizes, int sets, int resamples)
    {
        var random = new Random(1);
        double accuracy = classifier.Accuracy, macroF1 = classifier.MacroF1;
        int wilson = 0, ofAccuracy = 0, ofF1 = 0, classes = classifier.Share.Length;
        for (int set = 0; set < sets; set++)
        {
            var (labels, predicted) = classifier.Draw(random, samples, fixedSizes);
            var bootstrap = Bootstrap.Run(labels, 2, (times, figures) =>
            {
                var totals = ClassTotals.Of(labels, predicted, times, classes);
                (figures[0], figures[1]) = (totals.Accuracy, totals.F(Averaging.Macro));
            }, new BootstrapOptions { Resamples = resamples, Seed = (ulong)set });
            if (Holds(Interval.OfShare(labels.Zip(predicted).Count(p => p.First == p.Second), samples), accuracy)) wilson++;
            if (Holds(bootstrap.Interval(0), accuracy)) ofAccuracy++;
            if (Holds(bootstrap.Interval(1), macroF1)) ofF1++;
        }
        return new IntervalCoverage(wilson / (double)sets, ofAccuracy / (double)sets, ofF1 / (double)sets);
    }

    private static bool Holds(Interval interval, double value) => interval.Low <= value && value <= interval.High;
}
