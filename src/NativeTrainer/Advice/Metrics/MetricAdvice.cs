using System.Globalization;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Metrics;

/// <summary>Which figure tells a good network from a bad one on this data.</summary>
/// <param name="Metric">To select checkpoints by.</param>
/// <param name="Imbalance">Images of the largest class over those of the smallest.</param>
/// <param name="MajorityShare">Accuracy of always saying the largest class.</param>
public sealed record MetricAdvice(SelectionMetric Metric, double Imbalance, double MajorityShare, string Reason)
{
    /// <summary>Below this ratio of the largest class to the smallest, accuracy and balanced accuracy weigh the classes almost alike.</summary>
    private const double Balanced = 1.5;

    /// <summary>From so many classes on, rare ones are so few images that precision has to count beside recall.</summary>
    private const int Many = 10;

    /// <param name="counts">Images of each class; classes without images do not count.</param>
    /// <param name="classes">Names.</param>
    public static MetricAdvice For(IReadOnlyList<int> counts, IReadOnlyList<string> classes)
    {
        int[] occurring = [.. Enumerable.Range(0, counts.Count).Where(c => counts[c] > 0)];
        if (occurring.Length == 0) throw new ArgumentException("no class has images");
        int largest = occurring.MaxBy(c => counts[c]), smallest = occurring.MinBy(c => counts[c]);
        double ratio = counts[largest] / (double)counts[smallest], share = counts[largest] / (double)counts.Sum();
        MetricAdvice Advice(SelectionMetric metric, FormattableString reason) => new(metric, ratio, share, reason.ToString(CultureInfo.InvariantCulture));
        if (ratio < Balanced) return Advice(SelectionMetric.Accuracy, $"the classes are of similar size (largest over smallest {ratio:0.0}), so accuracy weighs them alike");
        return occurring.Length < Many
            ? Advice(SelectionMetric.BalancedAccuracy, $"always saying '{classes[largest]}' already has accuracy {share:0.000}, for it has {ratio:0.0} times the images of '{classes[smallest]}'; balanced accuracy counts each class alike")
            : Advice(SelectionMetric.MacroF1, $"'{classes[largest]}' has {ratio:0.0} times the images of '{classes[smallest]}', so accuracy hardly sees the rare ones of {occurring.Length} classes; macro F1 counts each alike, its false alarms too");
    }
}
