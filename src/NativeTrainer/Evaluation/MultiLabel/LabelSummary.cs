using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Evaluation.MultiLabel;

/// <summary>Figures that training follows of labels that do not exclude each other.</summary>
/// <param name="MeanAveragePrecision">Mean of the labels' average precisions: how well each ranks, whatever its threshold.</param>
/// <param name="MicroF1">Of all answers at their thresholds.</param>
/// <param name="SamplesF1">Mean over images.</param>
/// <param name="HammingLoss">Share of answers that are wrong.</param>
/// <param name="Thresholds">Of each label.</param>
/// <param name="Baseline">What always saying the labels that most images have together would score.</param>
public sealed record LabelSummary(double MeanAveragePrecision, double MicroF1, double SamplesF1, double HammingLoss, IReadOnlyList<float> Thresholds, MajorityBaseline Baseline)
{
    /// <summary>All figures of a set with probabilities.</summary>
    public static ClassificationMetrics Metrics(LabelPredictions set)
    {
        var measures = new LabelMeasures(set);
        var values = new double[measures.Width];
        measures.Compute([], values);
        double Value(string key)
        {
            for (int i = 0; i < measures.Names.Count; i++)
                if (measures.Names[i].Key == key) return values[i];
            throw new KeyNotFoundException(key);
        }

        var counts = ClassTotals.OfLabels(set.Targets, set.Predicted, set.Labels.Count);
        return new ClassificationMetrics
        {
            Count = set.Count,
            Accuracy = Value("subsetAccuracy"),
            Top5 = double.NaN,
            Loss = Value("logLoss") * set.Labels.Count,
            BalancedAccuracy = counts.Where(c => c.Truth > 0).Select(c => c.Recall()).DefaultIfEmpty(double.NaN).Average(),
            MacroF1 = Value("macroF1"),
            PerClass = [.. counts.Select((c, i) => new ClassFigures(set.Labels[i], (int)c.Truth, c.Precision(0), c.Recall(), c.F(1, 0)))],
            Confusion = [],
            Labels = new LabelSummary(Value("map"), Value("microF1"), Value("samplesF1"), Value("hammingLoss"), set.Thresholds!, BaselineOf(set, counts)),
        };
    }

    private static MajorityBaseline BaselineOf(LabelPredictions set, ClassCounts[] counts)
    {
        int labels = set.Labels.Count;
        string Key(int n) => string.Concat(Enumerable.Range(n * labels, labels).Select(i => set.Targets[i] ? '1' : '0'));
        var commonest = Enumerable.Range(0, set.Count).CountBy(Key).MaxBy(group => group.Value);
        int[] said = [.. Enumerable.Range(0, labels).Where(c => commonest.Key[c] == '1')];
        int occurring = counts.Count(c => c.Truth > 0);
        double f1 = said.Sum(c => 2.0 * counts[c].Truth / (set.Count + counts[c].Truth));
        return new MajorityBaseline(said.Length == 0 ? "nothing" : string.Join(" and ", said.Select(c => set.Labels[c])), commonest.Value / (double)set.Count,
            occurring == 0 ? double.NaN : said.Length / (double)occurring, occurring == 0 ? double.NaN : f1 / occurring);
    }
}
