using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Evaluation;

/// <summary>What a report holds.</summary>
public sealed record ReportOptions
{
    public BootstrapOptions Bootstrap { get; init; } = new();

    /// <summary>k of top-k accuracy, which is reported where there are more classes.</summary>
    public int TopK { get; init; } = 5;

    /// <summary>β of a further F; 1 adds none.</summary>
    public double Beta { get; init; } = 1;

    /// <summary>Bins of the reliability diagram.</summary>
    public int Bins { get; init; } = ReliabilityDiagram.UsualBins;
}

/// <summary>A figure with what may be said about it.</summary>
/// <param name="Key">camelCase, for programs; stays.</param>
/// <param name="Name">For people.</param>
/// <param name="Value">NaN where it is not defined.</param>
/// <param name="Interval">95 %.</param>
/// <param name="Note">Why it or its interval is not defined; else null.</param>
public sealed record Figure(string Key, string Name, double Value, Interval Interval, string? Note);

/// <summary>Figures of one class; intervals of shares by Wilson, of F1 by bootstrap. What is not defined is NaN; ranks need probabilities.</summary>
/// <param name="Count">Samples of the class.</param>
/// <param name="Predicted">Samples predicted as it.</param>
public sealed record ClassReport(string Name, long Count, long Predicted, double Precision, Interval PrecisionInterval, double Recall, Interval RecallInterval, double Specificity,
    double F1, Interval F1Interval, double AreaUnderRoc, double AveragePrecision);

/// <summary>
/// All figures of a single-label classifier on a set, with 95 % intervals: of shares of samples by Wilson, of the others by a bootstrap stratified by class (which puts that of
/// the calibration error too high: a resample adds noise to each bin, and gaps count by their size).
/// </summary>
public sealed class ClassificationReport
{
    private const string NoSamples = "there are no samples", Flat = "no interval: every resample gives the same",
        TooMany = "no interval: too many scores to rank again for each resample";

    private ClassificationReport(PredictionSet set, IReadOnlyList<Figure> figures, IReadOnlyList<ClassReport> perClass, ReliabilityDiagram? reliability)
        => (Set, Figures, PerClass, Reliability) = (set, figures, perClass, reliability);

    public PredictionSet Set { get; }

    public IReadOnlyList<Figure> Figures { get; }

    /// <summary>In the set's order.</summary>
    public IReadOnlyList<ClassReport> PerClass { get; }

    /// <summary>Null without probabilities.</summary>
    public ReliabilityDiagram? Reliability { get; }

    /// <exception cref="KeyNotFoundException">The report has no such figure.</exception>
    public Figure this[string key] => Figures.FirstOrDefault(f => f.Key == key) ?? throw new KeyNotFoundException($"the report has no figure '{key}'");

    public static ClassificationReport Of(PredictionSet set, ReportOptions options)
    {
        var measure = new ResampledMeasures(set, options);
        var values = new double[measure.Width];
        measure.Compute([], values);
        var bootstrap = set.Count == 0 ? null : Bootstrap.Run(set.Labels, measure.Width, measure.Compute, options.Bootstrap);
        Interval Spread(int i) => bootstrap?.Interval(i) ?? Interval.Undefined;

        int k = set.Classes.Count;
        var figures = new List<Figure>();
        for (int i = 0; i < measure.Measures.Count; i++)
        {
            var (key, name, undefined, share) = measure.Measures[i];
            var interval = share ? Interval.OfShare((long)Math.Round(values[i] * set.Count), set.Count) : Spread(i);
            bool unranked = key is "macroAuroc" or "map" && set.Probabilities!.Length > OneVersusRest.MostKept;
            string? note = set.Count == 0 ? NoSamples : double.IsNaN(values[i]) ? undefined : interval.IsDefined ? null : unranked ? TooMany : Flat;
            figures.Add(new Figure(key, name, values[i], interval, note));
        }
        var ranks = measure.Ranks;
        if (ranks is not null)
        {
            double weighted = ranks.AreaUnderRoc(Averaging.Weighted);
            figures.Insert(figures.FindIndex(f => f.Key == "macroAuroc") + 1,
                new Figure("weightedAuroc", "AUROC, weighted", weighted, Interval.Undefined, set.Count == 0 ? NoSamples : double.IsNaN(weighted) ? ResampledMeasures.NoRoc : null));
        }
        int first = measure.Measures.Count;
        var totals = ClassTotals.Of(set.Labels, set.Predicted, k);
        var perClass = Enumerable.Range(0, k).Select(c =>
        {
            var counts = totals[c];
            return new ClassReport(set.Classes[c], counts.Truth, counts.Predicted, counts.Precision(), Interval.OfShare(counts.TruePositives, counts.Predicted),
                counts.Recall(), Interval.OfShare(counts.TruePositives, counts.Truth), counts.Specificity(), counts.F(), Spread(first + c),
                ranks?.AreaUnderRoc(c) ?? double.NaN, ranks?.AveragePrecision(c) ?? double.NaN);
        });
        return new ClassificationReport(set, figures, [.. perClass], measure.Reliability);
    }

    /// <summary>Cells [truth, predicted], in samples.</summary>
    public int[][] Confusion()
    {
        var cells = Set.Classes.Select(_ => new int[Set.Classes.Count]).ToArray();
        for (int n = 0; n < Set.Count; n++) cells[Set.Labels[n]][Set.Predicted[n]]++;
        return cells;
    }

    /// <summary>Pairs of truth and prediction that are mistaken most often, most first.</summary>
    public IReadOnlyList<Confused> MostConfused(int count)
    {
        var cells = new Dictionary<(int Truth, int Predicted), int>();
        for (int n = 0; n < Set.Count; n++)
        {
            if (Set.Labels[n] == Set.Predicted[n]) continue;
            cells[(Set.Labels[n], Set.Predicted[n])] = cells.GetValueOrDefault((Set.Labels[n], Set.Predicted[n])) + 1;
        }
        return [.. cells.OrderByDescending(c => c.Value).ThenBy(c => c.Key).Take(count).Select(c => new Confused(Set.Classes[c.Key.Truth], Set.Classes[c.Key.Predicted], c.Value))];
    }
}
