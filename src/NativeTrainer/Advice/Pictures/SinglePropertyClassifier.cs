namespace NativeTrainer.Advice.Pictures;

/// <summary>
/// A classifier that knows one number: over quantiles of the values it counts each class and takes the class whose own share in the bin is the largest, whatever
/// the classes' sizes. Shares are drawn towards the bin's share of all samples, as if each class had a few more of those, so that a class of few does not win by
/// chance and a bin that holds nothing tells nothing. Bins are those of all values, which says nothing of labels.
/// </summary>
internal sealed class SinglePropertyClassifier
{
    private const int FewestBins = 4, MostBins = 16;

    private const double Drawn = 4;

    private readonly int[] _bins, _folds; // (N)
    private readonly int[] _all, _held;   // (folds, bins, classes) of the fold; (bins, classes) of all
    private readonly int[] _right, _count; // (classes)
    private readonly int _classes, _foldCount, _binCount;

    public SinglePropertyClassifier(double[] values, int classes, int[] folds, int foldCount)
    {
        (_classes, _folds, _foldCount) = (classes, folds, foldCount);
        // As many values in a bin as there are bins for each class.
        int bins = Math.Clamp((int)Math.Sqrt(values.Length / (double)classes), FewestBins, MostBins);
        double[] edges = Edges(values, bins);
        _binCount = edges.Length + 1;
        _bins = [.. values.Select(v => Bin(edges, v))];
        (_all, _held) = (new int[_binCount * classes], new int[foldCount * _binCount * classes]);
        (_right, _count) = (new int[classes], new int[classes]);
    }

    /// <summary>Mean over the classes of the share of their samples that folds which have not seen them name right.</summary>
    public double BalancedAccuracy(int[] labels)
    {
        Array.Clear(_all);
        Array.Clear(_held);
        Array.Clear(_right);
        Array.Clear(_count);
        for (int i = 0; i < labels.Length; i++)
        {
            int cell = _bins[i] * _classes + labels[i];
            _all[cell]++;
            _held[_folds[i] * _binCount * _classes + cell]++;
            _count[labels[i]]++;
        }
        Span<int> trained = stackalloc int[_classes <= 256 ? _classes : 0];
        if (_classes > 256) trained = new int[_classes];
        for (int fold = 0; fold < _foldCount; fold++)
        {
            var held = _held.AsSpan(fold * _binCount * _classes, _binCount * _classes);
            _count.CopyTo(trained);
            for (int cell = 0; cell < held.Length; cell++) trained[cell % _classes] -= held[cell];
            for (int bin = 0; bin < _binCount; bin++)
            {
                int guess = Guess(_all.AsSpan(bin * _classes, _classes), held.Slice(bin * _classes, _classes), trained);
                _right[guess] += held[bin * _classes + guess];
            }
        }
        double sum = 0;
        for (int c = 0; c < _classes; c++) sum += (double)_right[c] / _count[c];
        return sum / _classes;
    }

    private int Guess(ReadOnlySpan<int> all, ReadOnlySpan<int> held, ReadOnlySpan<int> trained)
    {
        int best = 0, inBin = 0, inAll = 0;
        for (int c = 0; c < _classes; c++) (inBin, inAll) = (inBin + all[c] - held[c], inAll + trained[c]);
        double highest = -1, common = Drawn * inBin / inAll;
        for (int c = 0; c < _classes; c++)
        {
            double share = (all[c] - held[c] + common) / (trained[c] + Drawn);
            if (share > highest) (best, highest) = (c, share);
        }
        return best;
    }

    // Upper edges of all bins but the last; equal values are never divided, so that few different values make few bins.
    private static double[] Edges(double[] values, int bins)
    {
        double[] sorted = [.. values.Order()];
        var edges = new List<double>();
        for (int b = 1; b < bins; b++)
        {
            double edge = sorted[(int)((long)b * sorted.Length / bins)];
            if (edge > sorted[0] && (edges.Count == 0 || edge > edges[^1])) edges.Add(edge);
        }
        return [.. edges];
    }

    private static int Bin(double[] edges, double value)
    {
        int found = Array.BinarySearch(edges, value);
        return found >= 0 ? found + 1 : ~found;
    }
}
