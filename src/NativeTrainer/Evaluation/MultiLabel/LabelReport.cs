using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Evaluation.MultiLabel;

/// <summary>Figures of one label; intervals of shares by Wilson, of F1 by bootstrap. What is not defined is NaN; ranks need probabilities.</summary>
/// <param name="Count">Samples that have the label.</param>
/// <param name="Predicted">Samples that are said to.</param>
/// <param name="Threshold">NaN where predictions were given.</param>
public sealed record LabelFigures(string Name, long Count, long Predicted, double Threshold, double Precision, Interval PrecisionInterval, double Recall, Interval RecallInterval,
    double F1, Interval F1Interval, double AreaUnderRoc, double AveragePrecision);

/// <summary>
/// All figures of a classifier whose labels do not exclude each other, with 95 % intervals: of the share of samples that are right in every label by Wilson, of the others by a bootstrap
/// over samples. Means of labels are as of classes: macro over the labels that occur or were said.
/// </summary>
public sealed class LabelReport
{
    private const string NoSamples = "there are no samples", Flat = "no interval: every resample gives the same", TooMany = "no interval: too many scores to rank again for each resample",
        Pooled = "no interval is computed", NoRoc = "undefined: no label has samples both with and without it", NoLabel = "undefined: no sample has a label";

    private LabelReport(LabelPredictions set, IReadOnlyList<Figure> figures, IReadOnlyList<LabelFigures> perLabel) => (Set, Figures, PerLabel) = (set, figures, perLabel);

    public LabelPredictions Set { get; }

    /// <summary>
    /// <c>map</c>: mean of the labels' average precisions. <c>samplesF1</c>: mean over samples of 2·TP / (2·TP + FP + FN), 1 where a sample has no label and is said to have none (Tsoumakas
    /// et al., "Mining multi-label data", 2010). <c>subsetAccuracy</c>: share of samples right in every label. <c>hammingLoss</c>: share of answers that are wrong. <c>logLoss</c>: mean of
    /// −log p of each answer, the binary cross-entropy.
    /// </summary>
    public IReadOnlyList<Figure> Figures { get; }

    /// <summary>In the set's order.</summary>
    public IReadOnlyList<LabelFigures> PerLabel { get; }

    /// <exception cref="KeyNotFoundException">The report has no such figure.</exception>
    public Figure this[string key] => Figures.FirstOrDefault(f => f.Key == key) ?? throw new KeyNotFoundException($"the report has no figure '{key}'");

    public static LabelReport Of(LabelPredictions set, BootstrapOptions bootstrap)
    {
        int labels = set.Labels.Count;
        var measures = new LabelMeasures(set);
        var values = new double[measures.Width];
        measures.Compute([], values);
        var resamples = set.Count == 0 ? null : Bootstrap.Run(new int[set.Count], measures.Width, measures.Compute, bootstrap);
        bool unranked = set.Targets.Length > OneVersusRest.MostKept;
        var figures = new List<Figure>();
        for (int i = 0; i < measures.Names.Count; i++)
        {
            var (key, name) = measures.Names[i];
            bool ranks = key is "map" or "macroAuroc";
            var interval = key == "subsetAccuracy" ? Interval.OfShare((long)Math.Round(values[i] * set.Count), set.Count) : resamples?.Interval(i) ?? Interval.Undefined;
            string? note = set.Count == 0 ? NoSamples : double.IsNaN(values[i]) ? key == "macroAuroc" ? NoRoc : NoLabel : interval.IsDefined ? null : ranks && unranked ? TooMany : Flat;
            figures.Add(new Figure(key, name, values[i], interval, note));
        }
        if (measures.Ranks is { } ranking)
        {
            double pooled = ranking.MeanAveragePrecision(Averaging.Micro);
            figures.Insert(figures.FindIndex(f => f.Key == "map") + 1, new Figure("microAp", "average precision, micro", pooled, Interval.Undefined, set.Count == 0 ? NoSamples : double.IsNaN(pooled) ? NoLabel : Pooled));
        }
        var totals = ClassTotals.OfLabels(set.Targets, set.Predicted, labels);
        var perLabel = Enumerable.Range(0, labels).Select(c =>
        {
            var counts = totals[c];
            return new LabelFigures(set.Labels[c], counts.Truth, counts.Predicted, set.Thresholds?[c] ?? double.NaN, counts.Precision(), Interval.OfShare(counts.TruePositives, counts.Predicted),
                counts.Recall(), Interval.OfShare(counts.TruePositives, counts.Truth), counts.F(), resamples?.Interval(measures.Names.Count + c) ?? Interval.Undefined,
                measures.Ranks?.AreaUnderRoc(c) ?? double.NaN, measures.Ranks?.AveragePrecision(c) ?? double.NaN);
        });
        return new LabelReport(set, figures, [.. perLabel]);
    }
}
