namespace NativeTrainer.Evaluation.Metrics;

/// <summary>A point of a receiver operating characteristic: what is found and what is called falsely when all scores of at least the threshold are.</summary>
public readonly record struct RocPoint(double FalsePositiveRate, double TruePositiveRate, double Threshold);

/// <summary>A point of a precision-recall curve.</summary>
public readonly record struct PrecisionRecallPoint(double Recall, double Precision, double Threshold);

/// <summary>
/// Samples by falling score, of which some are sought: how well the score puts those first. Equal scores are one step of every curve, so that their order neither helps nor harms.
/// Curves and areas are undefined (NaN) where nothing, or for ROC everything, is sought.
/// </summary>
public sealed class BinaryRanking
{
    private readonly double[] _scores; // Falling.
    private readonly int[] _order; // _order[i] is the sample with the i-th score.
    private readonly bool[] _positive; // In that order.

    /// <param name="scores">Higher is likelier; no NaN.</param>
    /// <param name="positive">Whether each sample is sought.</param>
    public BinaryRanking(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        if (scores.Length != positive.Length) throw new ArgumentException($"{scores.Length} scores for {positive.Length} samples");
        _scores = new double[scores.Length];
        _order = new int[scores.Length];
        for (int i = 0; i < scores.Length; i++) (_scores[i], _order[i]) = (-scores[i], i);
        Array.Sort(_scores, _order);
        _positive = new bool[scores.Length];
        for (int i = 0; i < scores.Length; i++) (_scores[i], _positive[i]) = (-_scores[i], positive[_order[i]]);
        Positives = _positive.LongCount(p => p);
    }

    /// <summary>Samples sought.</summary>
    public long Positives { get; }

    public int Count => _scores.Length;

    /// <summary>The chance that a sample sought has the higher score than one that is not, ties counting half: the area under the ROC curve (Hanley and McNeil, Radiology 1982).</summary>
    public double AreaUnderRoc => Areas([]).Roc;

    /// <summary>Σ (R_n − R_{n−1})·P_n over the thresholds, without interpolation (scikit-learn's <c>average_precision_score</c>).</summary>
    public double AveragePrecision => Areas([]).AveragePrecision;

    /// <summary>From (0, 0) at an infinite threshold to (1, 1); empty where it is undefined.</summary>
    public IReadOnlyList<RocPoint> Roc()
    {
        long negatives = Count - Positives;
        if (Positives == 0 || negatives == 0) return [];
        var points = new List<RocPoint> { new(0, 0, double.PositiveInfinity) };
        foreach (var (found, falsely, threshold) in Steps()) points.Add(new RocPoint(falsely / (double)negatives, found / (double)Positives, threshold));
        return points;
    }

    /// <summary>From recall 0, where precision is 1 by convention, to recall 1; empty where nothing is sought.</summary>
    public IReadOnlyList<PrecisionRecallPoint> PrecisionRecall()
    {
        if (Positives == 0) return [];
        var points = new List<PrecisionRecallPoint> { new(0, 1, double.PositiveInfinity) };
        foreach (var (found, falsely, threshold) in Steps()) points.Add(new PrecisionRecallPoint(found / (double)Positives, found / (double)(found + falsely), threshold));
        return points;
    }

    /// <summary>Both areas in one pass.</summary>
    /// <param name="times">How often each sample counts; empty counts each once.</param>
    public (double Roc, double AveragePrecision) Areas(ReadOnlySpan<int> times)
    {
        double area = 0, precisions = 0;
        long found = 0, falsely = 0;
        for (int start = 0; start < _scores.Length;)
        {
            long more = 0, wrong = 0;
            int end = start;
            for (double score = _scores[start]; end < _scores.Length && _scores[end] == score; end++)
            {
                int n = times.IsEmpty ? 1 : times[_order[end]];
                if (_positive[end]) more += n;
                else wrong += n;
            }
            area += wrong * (found + more / 2.0);
            found += more;
            falsely += wrong;
            if (more > 0) precisions += more * (found / (double)(found + falsely));
            start = end;
        }
        return (found == 0 || falsely == 0 ? double.NaN : area / ((double)found * falsely), found == 0 ? double.NaN : precisions / found);
    }

    private IEnumerable<(long Found, long Falsely, double Threshold)> Steps()
    {
        long found = 0, falsely = 0;
        for (int i = 0; i < _scores.Length; i++)
        {
            if (_positive[i]) found++;
            else falsely++;
            if (i + 1 == _scores.Length || _scores[i + 1] != _scores[i]) yield return (found, falsely, _scores[i]);
        }
    }
}
