using NativeTrainer.Evaluation.Intervals;

namespace NativeTrainer.Evaluation.Metrics;

/// <summary>Samples whose confidence lies in (low, high]; the first bin takes 0 too.</summary>
/// <param name="Confidence">Mean probability of the predicted class; NaN of an empty bin.</param>
/// <param name="Accuracy">Share that is right; NaN of an empty bin.</param>
/// <param name="Interval">What the accuracy says about the true one, by Wilson.</param>
public readonly record struct ReliabilityBin(double Low, double High, int Count, double Confidence, double Accuracy, Interval Interval);

/// <summary>
/// Whether a classifier is right as often as it says: accuracy against confidence (the highest probability) in bins of equal width, and the mean gap between the two weighted by samples,
/// the expected calibration error (Naeini et al., AAAI 2015; Guo et al., "On calibration of modern neural networks", ICML 2017, who take 15 bins).
/// </summary>
public sealed class ReliabilityDiagram
{
    public const int UsualBins = 15;

    private readonly int[] _bin;
    private readonly double[] _confidence;
    private readonly bool[] _right;
    private readonly int _bins;

    /// <param name="confidence">Probability of what each sample was taken for.</param>
    /// <param name="right">Whether it is that.</param>
    /// <param name="bins">Of equal width over 0…1.</param>
    public ReliabilityDiagram(ReadOnlySpan<double> confidence, ReadOnlySpan<bool> right, int bins = UsualBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (confidence.Length != right.Length) throw new ArgumentException($"{confidence.Length} confidences for {right.Length} samples");
        (_confidence, _right, _bins) = (confidence.ToArray(), right.ToArray(), bins);
        _bin = [.. _confidence.Select(c => Math.Clamp((int)Math.Ceiling(c * bins) - 1, 0, bins - 1))];
        Bins = MakeBins();
        ExpectedError = Error([]);
        LargestError = Bins.Where(b => b.Count > 0).Select(b => Math.Abs(b.Accuracy - b.Confidence)).DefaultIfEmpty(double.NaN).Max();
    }

    public IReadOnlyList<ReliabilityBin> Bins { get; }

    /// <summary>ECE, 0…1; NaN of no samples.</summary>
    public double ExpectedError { get; }

    /// <summary>The largest gap of a bin; NaN of no samples.</summary>
    public double LargestError { get; }

    /// <param name="probabilities">(samples, classes).</param>
    public static ReliabilityDiagram Of(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, int classes, int bins = UsualBins)
    {
        var (confidence, right) = (new double[labels.Length], new bool[labels.Length]);
        for (int n = 0; n < labels.Length; n++)
        {
            var row = probabilities.Slice(n * classes, classes);
            int best = 0;
            for (int c = 1; c < classes; c++)
                if (row[c] > row[best]) best = c;
            (confidence[n], right[n]) = (row[best], best == labels[n]);
        }
        return new ReliabilityDiagram(confidence, right, bins);
    }

    /// <summary>ECE where each sample counts so many times; empty counts each once.</summary>
    public double Error(ReadOnlySpan<int> times)
    {
        Span<double> gaps = _bins <= 256 ? stackalloc double[_bins] : new double[_bins];
        gaps.Clear();
        long all = 0;
        for (int n = 0; n < _bin.Length; n++)
        {
            int count = times.IsEmpty ? 1 : times[n];
            gaps[_bin[n]] += count * ((_right[n] ? 1 : 0) - _confidence[n]);
            all += count;
        }
        double sum = 0;
        foreach (double gap in gaps) sum += Math.Abs(gap);
        return all == 0 ? double.NaN : sum / all;
    }

    private ReliabilityBin[] MakeBins()
    {
        var (count, confidence, right) = (new int[_bins], new double[_bins], new int[_bins]);
        for (int n = 0; n < _bin.Length; n++)
        {
            count[_bin[n]]++;
            confidence[_bin[n]] += _confidence[n];
            if (_right[n]) right[_bin[n]]++;
        }
        return [.. Enumerable.Range(0, _bins).Select(b => new ReliabilityBin(b / (double)_bins, (b + 1) / (double)_bins, count[b], confidence[b] / count[b],
            right[b] / (double)count[b], Interval.OfShare(right[b], count[b])))];
    }
}
