namespace NativeTrainer.Evaluation.Metrics;

/// <summary>
/// How well each class's score ranks its samples before those of all other classes; of single labels, or of several a sample (multi-label). A class without samples has no
/// average precision, and one that all samples have no ROC either: such are NaN and left out of means.
/// </summary>
public sealed class OneVersusRest
{
    /// <summary>Scores whose ranks are kept, for <see cref="Areas"/>: a ranking takes 13 bytes a score, and 2,000 passes over more take longer than a second or two.</summary>
    internal const int MostKept = 200_000;

    private readonly ReadOnlyMemory<float> _scores;
    private readonly Func<int, int, bool> _target; // Of sample and class.
    private readonly int _classes;
    private readonly BinaryRanking?[] _kept;
    private readonly long[] _positives;
    private readonly (double Roc, double AveragePrecision)[] _areas;

    private OneVersusRest(ReadOnlyMemory<float> scores, Func<int, int, bool> target, int classes)
    {
        (_scores, _target, _classes) = (scores, target, classes);
        (_kept, _positives, _areas) = (new BinaryRanking?[classes], new long[classes], new (double, double)[classes]);
        Parallel.For(0, classes, c =>
        {
            var ranking = Rank(c, c + 1);
            (_positives[c], _areas[c]) = (ranking.Positives, ranking.Areas([]));
            if (scores.Length <= MostKept) _kept[c] = ranking;
        });
    }

    /// <param name="scores">(samples, classes).</param>
    /// <param name="labels">Right class of each sample.</param>
    public static OneVersusRest Of(ReadOnlyMemory<float> scores, ReadOnlySpan<int> labels, int classes)
    {
        if (scores.Length != labels.Length * classes) throw new ArgumentException($"{scores.Length} scores against {labels.Length} samples of {classes} classes");
        int[] right = labels.ToArray();
        return new OneVersusRest(scores, (n, c) => right[n] == c, classes);
    }

    /// <param name="scores">(samples, labels).</param>
    /// <param name="targets">(samples, labels): whether the sample has the label.</param>
    public static OneVersusRest Of(ReadOnlyMemory<float> scores, ReadOnlySpan<bool> targets, int classes)
    {
        if (scores.Length != targets.Length || scores.Length % classes != 0) throw new ArgumentException($"{scores.Length} scores against {targets.Length} targets of {classes} labels");
        bool[] has = targets.ToArray();
        return new OneVersusRest(scores, (n, c) => has[n * classes + c], classes);
    }

    /// <summary>The curves of one class.</summary>
    public BinaryRanking Ranking(int c) => _kept[c] ?? Rank(c, c + 1);

    public double AreaUnderRoc(int c) => _areas[c].Roc;

    public double AveragePrecision(int c) => _areas[c].AveragePrecision;

    /// <summary>Area under ROC, one class against the rest (Fawcett, "An introduction to ROC analysis", 2006); micro pools all scores.</summary>
    public double AreaUnderRoc(Averaging averaging) => averaging == Averaging.Micro ? Rank(0, _classes).AreaUnderRoc : Mean(averaging, _areas, areas => areas.Roc);

    /// <summary>mAP: the mean of the classes' average precisions; micro pools all scores.</summary>
    public double MeanAveragePrecision(Averaging averaging) => averaging == Averaging.Micro ? Rank(0, _classes).AveragePrecision : Mean(averaging, _areas, areas => areas.AveragePrecision);

    /// <summary>Macro area under ROC and mAP in one pass.</summary>
    /// <param name="times">How often each sample counts.</param>
    public (double Roc, double AveragePrecision) Areas(ReadOnlySpan<int> times)
    {
        var areas = new (double Roc, double AveragePrecision)[_classes];
        for (int c = 0; c < areas.Length; c++) areas[c] = Ranking(c).Areas(times);
        return (Mean(Averaging.Macro, areas, a => a.Roc), Mean(Averaging.Macro, areas, a => a.AveragePrecision));
    }

    // Of some classes, as one list.
    private BinaryRanking Rank(int first, int end)
    {
        int samples = _scores.Length / _classes, at = 0;
        var (scores, positive) = (new double[samples * (end - first)], new bool[samples * (end - first)]);
        var all = _scores.Span;
        for (int n = 0; n < samples; n++)
        {
            for (int c = first; c < end; c++, at++) (scores[at], positive[at]) = (all[n * _classes + c], _target(n, c));
        }
        return new BinaryRanking(scores, positive);
    }

    private double Mean(Averaging averaging, (double Roc, double AveragePrecision)[] areas, Func<(double Roc, double AveragePrecision), double> figure)
    {
        double sum = 0, weights = 0;
        for (int c = 0; c < areas.Length; c++)
        {
            double value = figure(areas[c]), weight = averaging == Averaging.Weighted ? _positives[c] : 1;
            if (double.IsNaN(value)) continue;
            sum += weight * value;
            weights += weight;
        }
        return sum / weights;
    }
}
