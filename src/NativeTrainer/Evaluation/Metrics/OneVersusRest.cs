namespace NativeTrainer.Evaluation.Metrics;

/// <summary>
/// How well each class's score ranks its samples before those of all other classes; of single labels, or of several a sample (multi-label). A class without samples has no
/// average precision, and one that all samples have no ROC either: such are NaN and left out of means.
/// </summary>
public sealed class OneVersusRest
{
    private readonly BinaryRanking[] _rankings;
    private readonly (double Roc, double AveragePrecision)[] _areas;
    private readonly Lazy<BinaryRanking> _pooled;

    private OneVersusRest(ReadOnlyMemory<float> scores, bool[] targets, int classes)
    {
        int samples = scores.Length / classes;
        _rankings = new BinaryRanking[classes];
        Parallel.For(0, classes, c =>
        {
            var (column, positive) = (new double[samples], new bool[samples]);
            for (int n = 0; n < samples; n++) (column[n], positive[n]) = (scores.Span[n * classes + c], targets[n * classes + c]);
            _rankings[c] = new BinaryRanking(column, positive);
        });
        _areas = [.. _rankings.Select(r => r.Areas([]))];
        _pooled = new(() => new BinaryRanking([.. scores.ToArray().Select(s => (double)s)], targets));
    }

    /// <summary>One a class.</summary>
    public IReadOnlyList<BinaryRanking> Rankings => _rankings;

    /// <param name="scores">(samples, classes).</param>
    /// <param name="labels">Right class of each sample.</param>
    public static OneVersusRest Of(ReadOnlyMemory<float> scores, ReadOnlySpan<int> labels, int classes)
    {
        if (scores.Length != labels.Length * classes) throw new ArgumentException($"{scores.Length} scores against {labels.Length} samples of {classes} classes");
        var targets = new bool[scores.Length];
        for (int n = 0; n < labels.Length; n++) targets[n * classes + labels[n]] = true;
        return new OneVersusRest(scores, targets, classes);
    }

    /// <param name="scores">(samples, labels).</param>
    /// <param name="targets">(samples, labels): whether the sample has the label.</param>
    public static OneVersusRest Of(ReadOnlyMemory<float> scores, ReadOnlySpan<bool> targets, int classes)
    {
        if (scores.Length != targets.Length || scores.Length % classes != 0) throw new ArgumentException($"{scores.Length} scores against {targets.Length} targets of {classes} labels");
        return new OneVersusRest(scores, targets.ToArray(), classes);
    }

    public double AreaUnderRoc(int c) => _areas[c].Roc;

    public double AveragePrecision(int c) => _areas[c].AveragePrecision;

    /// <summary>Area under ROC, one class against the rest (Fawcett, "An introduction to ROC analysis", 2006); micro pools all scores.</summary>
    public double AreaUnderRoc(Averaging averaging) => averaging == Averaging.Micro ? _pooled.Value.AreaUnderRoc : Mean(averaging, _areas, areas => areas.Roc);

    /// <summary>mAP: the mean of the classes' average precisions; micro pools all scores.</summary>
    public double MeanAveragePrecision(Averaging averaging) => averaging == Averaging.Micro ? _pooled.Value.AveragePrecision : Mean(averaging, _areas, areas => areas.AveragePrecision);

    /// <summary>Macro area under ROC and mAP in one pass.</summary>
    /// <param name="times">How often each sample counts.</param>
    public (double Roc, double AveragePrecision) Areas(ReadOnlySpan<int> times)
    {
        var areas = new (double Roc, double AveragePrecision)[_rankings.Length];
        for (int c = 0; c < areas.Length; c++) areas[c] = _rankings[c].Areas(times);
        return (Mean(Averaging.Macro, areas, a => a.Roc), Mean(Averaging.Macro, areas, a => a.AveragePrecision));
    }

    private double Mean(Averaging averaging, (double Roc, double AveragePrecision)[] areas, Func<(double Roc, double AveragePrecision), double> figure)
    {
        double sum = 0, weights = 0;
        for (int c = 0; c < areas.Length; c++)
        {
            double value = figure(areas[c]), weight = averaging == Averaging.Weighted ? _rankings[c].Positives : 1;
            if (double.IsNaN(value)) continue;
            sum += weight * value;
            weights += weight;
        }
        return sum / weights;
    }
}
