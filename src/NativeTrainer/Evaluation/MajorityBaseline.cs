namespace NativeTrainer.Evaluation;

/// <summary>What a classifier scores that says the most frequent class of the evaluated images to every picture: a result means something only beside it.</summary>
/// <param name="Class">The most frequent class; of several, the first.</param>
/// <param name="Accuracy">Its share.</param>
/// <param name="BalancedAccuracy">1 over the classes that occur.</param>
/// <param name="MacroF1">Its F1 over the classes that occur.</param>
public sealed record MajorityBaseline(string Class, double Accuracy, double BalancedAccuracy, double MacroF1)
{
    /// <param name="counts">Images of each class; not all 0.</param>
    public static MajorityBaseline Of(IReadOnlyList<int> counts, IReadOnlyList<string> classes)
    {
        int largest = 0, seen = counts.Count(c => c > 0);
        for (int c = 1; c < counts.Count; c++)
            if (counts[c] > counts[largest]) largest = c;
        double share = counts[largest] / (double)counts.Sum();
        return new MajorityBaseline(classes[largest], share, 1.0 / seen, 2 * share / (1 + share) / seen);
    }
}
