using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Evaluation.MultiLabel;

/// <summary>The figures of a label report in one pass over a set whose samples count so many times: first the named ones, then F1 of each label.</summary>
internal sealed class LabelMeasures
{
    private readonly LabelPredictions _set;
    private readonly int _labels;
    private readonly double[] _samplesF1;
    private readonly double[]? _loss; // Of each sample: its sum over labels.
    private readonly int[] _wrong; // Of each sample: labels that are.

    public LabelMeasures(LabelPredictions set)
    {
        (_set, _labels) = (set, set.Labels.Count);
        (_samplesF1, _wrong, _loss) = (new double[set.Count], new int[set.Count], set.Probabilities is null ? null : new double[set.Count]);
        for (int n = 0; n < set.Count; n++) OfSample(n);
        Ranks = set.Probabilities is null ? null : OneVersusRest.Of(set.Probabilities, set.Targets, _labels);
        Names =
        [
            .. Ranks is null ? [] : new[] { ("map", "mAP (average precision, macro)"), ("macroAuroc", "AUROC, macro") },
            ("macroF1", "F1, macro"), ("microF1", "F1, micro"), ("weightedF1", "F1, weighted"), ("samplesF1", "F1, mean over samples"),
            ("macroPrecision", "precision, macro"), ("microPrecision", "precision, micro"), ("macroRecall", "recall, macro"), ("microRecall", "recall, micro"),
            ("subsetAccuracy", "right in every label"), ("hammingLoss", "Hamming loss"),
            .. _loss is null ? [] : new[] { ("logLoss", "log loss of an answer") },
        ];
    }

    public IReadOnlyList<(string Key, string Name)> Names { get; }

    /// <summary>Figures a pass gives.</summary>
    public int Width => Names.Count + _labels;

    /// <summary>Null without probabilities.</summary>
    public OneVersusRest? Ranks { get; }

    /// <param name="times">How often each sample counts; empty counts each once, and figures whose ranks are too many to resample are given then only.</param>
    public void Compute(ReadOnlySpan<int> times, Span<double> figures)
    {
        var counts = Counts(times);
        int at = 0;
        if (Ranks is not null)
        {
            var (roc, precision) = !times.IsEmpty && _set.Targets.Length > OneVersusRest.MostKept ? (double.NaN, double.NaN) : Ranks.Areas(times);
            (figures[at++], figures[at++]) = (precision, roc);
        }
        foreach (var averaging in new[] { Averaging.Macro, Averaging.Micro, Averaging.Weighted }) figures[at++] = ClassTotals.Average(averaging, counts, c => c.F());
        double f1 = 0, loss = 0;
        long samples = 0, right = 0, wrong = 0;
        for (int n = 0; n < _set.Count; n++)
        {
            int once = times.IsEmpty ? 1 : times[n];
            samples += once;
            f1 += once * _samplesF1[n];
            wrong += (long)once * _wrong[n];
            if (_wrong[n] == 0) right += once;
            if (_loss is not null) loss += once * _loss[n];
        }
        figures[at++] = f1 / samples;
        foreach (var averaging in new[] { Averaging.Macro, Averaging.Micro }) figures[at++] = ClassTotals.Average(averaging, counts, c => c.Precision(0));
        foreach (var averaging in new[] { Averaging.Macro, Averaging.Micro }) figures[at++] = ClassTotals.Average(averaging, counts, c => c.Recall(0));
        double answers = (double)samples * _labels;
        (figures[at++], figures[at++]) = (right / (double)samples, wrong / answers);
        if (_loss is not null) figures[at++] = loss / answers;
        for (int c = 0; c < _labels; c++) figures[at + c] = counts[c].F();
    }

    private void OfSample(int n)
    {
        int both = 0, wrong = 0;
        double loss = 0;
        for (int i = n * _labels; i < (n + 1) * _labels; i++)
        {
            bool has = _set.Targets[i];
            if (has && _set.Predicted[i]) both++;
            if (has != _set.Predicted[i]) wrong++;
            if (_set.Probabilities is { } p) loss -= Math.Log(Math.Max(has ? p[i] : 1 - p[i], float.Epsilon));
        }
        (_samplesF1[n], _wrong[n]) = (both + wrong == 0 ? 1 : 2.0 * both / (2 * both + wrong), wrong);
        if (_loss is not null) _loss[n] = loss;
    }

    private ClassCounts[] Counts(ReadOnlySpan<int> times)
    {
        if (times.IsEmpty) return ClassTotals.OfLabels(_set.Targets, _set.Predicted, _labels);
        var (both, truth, told) = (new long[_labels], new long[_labels], new long[_labels]);
        long samples = 0;
        for (int n = 0, i = 0; n < _set.Count; n++)
        {
            int once = times[n];
            samples += once;
            for (int c = 0; c < _labels; c++, i++)
            {
                bool has = _set.Targets[i], said = _set.Predicted[i];
                if (has) truth[c] += once;
                if (said) told[c] += once;
                if (has && said) both[c] += once;
            }
        }
        return [.. Enumerable.Range(0, _labels).Select(c => new ClassCounts(both[c], told[c] - both[c], truth[c] - both[c], samples - truth[c] - told[c] + both[c]))];
    }
}
