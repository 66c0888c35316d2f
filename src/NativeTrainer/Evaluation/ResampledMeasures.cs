using System.Globalization;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Evaluation;

/// <summary>The figures of a report in one pass over a set whose samples count so many times: first the measures, then F1 of each class.</summary>
internal sealed class ResampledMeasures
{
    /// <param name="Undefined">Why it may be NaN.</param>
    /// <param name="Share">Whether it is a share of the samples.</param>
    public readonly record struct Measure(string Key, string Name, string Undefined, bool Share = false);

    public const string NoRoc = "undefined: no class has samples both of its own and of others";

    private const string NoSamples = "undefined: there are no samples", OneClass = "undefined: only one class occurs",
        NoSpread = "undefined: the truth or the predictions are a single class";

    private readonly PredictionSet _set;
    private readonly ReportOptions _options;
    private readonly List<(Measure Measure, Func<Resample, double> Value)> _measures = [];
    private readonly double[]? _loss;
    private readonly double[]? _brier;
    private readonly bool[]? _top;

    public ResampledMeasures(PredictionSet set, ReportOptions options)
    {
        (_set, _options) = (set, options);
        int k = set.Classes.Count;
        if (set.Probabilities is { } probabilities)
        {
            _loss = ProbabilityScores.Each(probabilities, set.Labels, k, ProbabilityScores.LogLoss);
            _brier = ProbabilityScores.Each(probabilities, set.Labels, k, ProbabilityScores.Brier);
            _top = [.. ProbabilityScores.Each(probabilities, set.Labels, k, (row, label) => ProbabilityScores.Rank(row, label)).Select(rank => rank < options.TopK)];
            Reliability = ReliabilityDiagram.Of(probabilities, set.Labels, k, options.Bins);
            Ranks = OneVersusRest.Of(probabilities, set.Labels, k);
        }
        AddOfClasses();
        if (_loss is not null) AddOfProbabilities();
    }

    public IReadOnlyList<Measure> Measures => [.. _measures.Select(m => m.Measure)];

    /// <summary>Figures a pass gives.</summary>
    public int Width => _measures.Count + _set.Classes.Count;

    public OneVersusRest? Ranks { get; }

    public ReliabilityDiagram? Reliability { get; }

    /// <param name="times">How often each sample counts; empty counts each once, and figures whose ranks are too many to resample are given then only.</param>
    public void Compute(ReadOnlySpan<int> times, Span<double> figures)
    {
        var totals = ClassTotals.Of(_set.Labels, _set.Predicted, times, _set.Classes.Count);
        var areas = Ranks is null || (!times.IsEmpty && _set.Probabilities!.Length > OneVersusRest.MostKept) ? (double.NaN, double.NaN) : Ranks.Areas(times);
        var resample = new Resample(totals, Mean(times, _loss), Mean(times, _brier), Mean(times, _top), Reliability?.Error(times) ?? double.NaN, areas.Item1, areas.Item2);
        for (int i = 0; i < _measures.Count; i++) figures[i] = _measures[i].Value(resample);
        for (int c = 0; c < _set.Classes.Count; c++) figures[_measures.Count + c] = totals[c].F();
    }

    private void AddOfClasses()
    {
        Add("accuracy", "accuracy", NoSamples, r => r.Totals.Accuracy, share: true);
        if (_top is not null && _set.Classes.Count > _options.TopK)
            Add(string.Create(CultureInfo.InvariantCulture, $"top{_options.TopK}"), string.Create(CultureInfo.InvariantCulture, $"top-{_options.TopK} accuracy"), NoSamples, r => r.Top, share: true);
        Add("balancedAccuracy", "balanced accuracy", NoSamples, r => r.Totals.BalancedAccuracy);
        foreach (var (averaging, word) in new[] { (Averaging.Macro, "macro"), (Averaging.Weighted, "weighted"), (Averaging.Micro, "micro") })
        {
            Add($"{word}Precision", $"precision, {word}", NoSamples, r => r.Totals.Precision(averaging));
            Add($"{word}Recall", $"recall, {word}", NoSamples, r => r.Totals.Recall(averaging));
            Add($"{word}F1", $"F1, {word}", NoSamples, r => r.Totals.F(averaging));
            if (_options.Beta != 1)
                Add($"{word}FBeta", string.Create(CultureInfo.InvariantCulture, $"F{_options.Beta}, {word}"), NoSamples, r => r.Totals.F(averaging, _options.Beta));
        }
        Add("macroSpecificity", "specificity, macro", OneClass, r => r.Totals.Specificity(Averaging.Macro));
        Add("matthews", "Matthews' correlation", NoSpread, r => r.Totals.Matthews);
        Add("kappa", "Cohen's kappa", NoSpread, r => r.Totals.Kappa);
    }

    private void AddOfProbabilities()
    {
        Add("macroAuroc", "AUROC, macro", NoRoc, r => r.Roc);
        Add("map", "mAP (average precision, macro)", "undefined: no class has samples", r => r.AveragePrecision);
        Add("logLoss", "log loss", NoSamples, r => r.Loss);
        Add("brier", "Brier score (0…2)", NoSamples, r => r.Brier);
        Add("ece", "expected calibration error", NoSamples, r => r.CalibrationError);
    }

    private void Add(string key, string name, string undefined, Func<Resample, double> value, bool share = false) => _measures.Add((new Measure(key, name, undefined, share), value));

    private static double Mean(ReadOnlySpan<int> times, double[]? values)
    {
        if (values is null) return double.NaN;
        double sum = 0;
        long count = 0;
        for (int n = 0; n < values.Length; n++)
        {
            int once = times.IsEmpty ? 1 : times[n];
            sum += once * values[n];
            count += once;
        }
        return sum / count;
    }

    private static double Mean(ReadOnlySpan<int> times, bool[]? holds)
    {
        if (holds is null) return double.NaN;
        long part = 0, count = 0;
        for (int n = 0; n < holds.Length; n++)
        {
            int once = times.IsEmpty ? 1 : times[n];
            if (holds[n]) part += once;
            count += once;
        }
        return part / (double)count;
    }

    private readonly record struct Resample(ClassTotals Totals, double Loss, double Brier, double Top, double CalibrationError, double Roc, double AveragePrecision);
}
