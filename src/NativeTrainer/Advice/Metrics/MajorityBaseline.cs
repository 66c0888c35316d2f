using NativeTrainer.Evaluation;

namespace NativeTrainer.Advice.Metrics;

/// <summary>What a classifier scores that says the most frequent class of the evaluated images to every picture: a result means something only beside it.</summary>
/// <param name="Class">The most frequent class; of several, the first.</param>
/// <param name="Accuracy">Its share.</param>
/// <param name="BalancedAccuracy">1 over the classes that occur.</param>
/// <param name="MacroF1">Its F1 over the classes that occur.</param>
public sealed record MajorityBaseline(string Class, double Accuracy, double BalancedAccuracy, double MacroF1)
{
    public static MajorityBaseline Of(ClassificationMetrics metrics)
    {
        var largest = metrics.PerClass.MaxBy(c => c.Count)!;
        int seen = metrics.PerClass.Count(c => c.Count > 0);
        double share = largest.Count / (double)metrics.Count;
        return new MajorityBaseline(largest.Name, share, 1.0 / seen, 2 * share / (1 + share) / seen);
    }
}
