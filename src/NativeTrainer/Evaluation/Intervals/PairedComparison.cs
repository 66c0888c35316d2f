using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Evaluation.Intervals;

/// <summary>A figure of two classifiers on the same samples.</summary>
/// <param name="Difference">Second − first.</param>
/// <param name="Interval">95 % of the difference, by bootstrap; undefined where no resample differs.</param>
/// <param name="P">Two-sided: twice the smaller share of resamples on either side of no difference; at least 1 / (resamples + 1).</param>
public sealed record PairedFigure(string Key, string Name, double First, double Second, double Difference, Interval Interval, double P);

/// <summary>
/// Whether two classifiers differ on the same samples by more than chance: McNemar's test of who is right, and a bootstrap that draws the same samples for both, stratified by class
/// (Efron and Tibshirani, 1993, chapter 16). A single test set says nothing about other training runs with other seeds.
/// </summary>
public sealed record PairedComparison(int Count, int BothRight, int BothWrong, McNemar Test, IReadOnlyList<PairedFigure> Figures)
{
    /// <exception cref="ArgumentException">The two are not of the same samples.</exception>
    public static PairedComparison Of(PredictionSet first, PredictionSet second, BootstrapOptions options)
    {
        if (!first.Classes.SequenceEqual(second.Classes) || !first.Labels.AsSpan().SequenceEqual(second.Labels)) throw new ArgumentException("the two are not of the same samples in the same order");
        if (first.Count == 0) throw new ArgumentException("there are no samples to compare on");
        int both = 0, neither = 0, onlyFirst = 0, onlySecond = 0;
        for (int n = 0; n < first.Count; n++)
        {
            bool a = first.Predicted[n] == first.Labels[n], b = second.Predicted[n] == second.Labels[n];
            if (a && b) both++;
            else if (a) onlyFirst++;
            else if (b) onlySecond++;
            else neither++;
        }
        return new PairedComparison(first.Count, both, neither, new McNemar(onlyFirst, onlySecond), Compare(first, second, options));
    }

    private static PairedFigure[] Compare(PredictionSet first, PredictionSet second, BootstrapOptions options)
    {
        int k = first.Classes.Count;
        var measures = new List<(string Key, string Name)> { ("accuracy", "accuracy"), ("balancedAccuracy", "balanced accuracy"), ("macroF1", "F1, macro") };
        var (lossA, lossB) = (Losses(first), Losses(second));
        if (lossA is not null && lossB is not null) measures.Add(("logLoss", "log loss"));
        int width = measures.Count;
        var values = new double[2 * width];
        Of(first, lossA, [], values.AsSpan(0, width));
        Of(second, lossB, [], values.AsSpan(width));
        var bootstrap = Bootstrap.Run(first.Labels, width, (times, figures) =>
        {
            Span<double> a = stackalloc double[width], b = stackalloc double[width];
            Of(first, lossA, times, a);
            Of(second, lossB, times, b);
            for (int i = 0; i < width; i++) figures[i] = b[i] - a[i];
        }, options);
        return [.. measures.Select((m, i) => new PairedFigure(m.Key, m.Name, values[i], values[width + i], values[width + i] - values[i], bootstrap.Interval(i), TwoSided(bootstrap.Sorted(i))))];

        void Of(PredictionSet set, double[]? losses, ReadOnlySpan<int> times, Span<double> figures)
        {
            var totals = ClassTotals.Of(set.Labels, set.Predicted, times, k);
            (figures[0], figures[1], figures[2]) = (totals.Accuracy, totals.BalancedAccuracy, totals.F(Averaging.Macro));
            if (figures.Length < 4) return;
            double sum = 0;
            for (int n = 0; n < losses!.Length; n++) sum += (times.IsEmpty ? 1 : times[n]) * losses[n];
            figures[3] = sum / set.Count;
        }
    }

    private static double[]? Losses(PredictionSet set)
        => set.Probabilities is { } probabilities ? ProbabilityScores.Each(probabilities, set.Labels, set.Classes.Count, ProbabilityScores.LogLoss) : null;

    private static double TwoSided(double[] differences)
    {
        if (differences.Length == 0) return double.NaN;
        int below = differences.Count(d => d <= 0), above = differences.Count(d => d >= 0);
        return Math.Min(1, 2.0 * (Math.Min(below, above) + 1) / (differences.Length + 1));
    }
}
