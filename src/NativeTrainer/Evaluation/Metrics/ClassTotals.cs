namespace NativeTrainer.Evaluation.Metrics;

/// <summary>
/// Three counts a class (its samples, those predicted as it, and those that are both), from which most figures of a single-label classifier follow without the
/// confusions themselves. Figures that are not defined are NaN: of no samples, or where a class that is needed does not occur.
/// </summary>
public sealed class ClassTotals
{
    private readonly long[] _truth;
    private readonly long[] _predicted;
    private readonly long[] _right;

    private ClassTotals(long[] truth, long[] predicted, long[] right)
    {
        (_truth, _predicted, _right) = (truth, predicted, right);
        Count = truth.Sum();
    }

    /// <summary>Samples.</summary>
    public long Count { get; }

    public int Classes => _truth.Length;

    /// <summary>One class against the others.</summary>
    public ClassCounts this[int c] => new(_right[c], _predicted[c] - _right[c], _truth[c] - _right[c], Count - _truth[c] - _predicted[c] + _right[c]);

    /// <summary>Share of samples that are right.</summary>
    public double Accuracy => _right.Sum() / (double)Count;

    /// <summary>Mean recall over the classes that occur (Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010).</summary>
    public double BalancedAccuracy => Mean(c => this[c].Recall());

    /// <summary>
    /// Matthews' correlation of truth and prediction, for any number of classes: the correlation R_K of Gorodkin, "Comparing two K-category assignments by a K-category
    /// correlation coefficient", 2004. −1…1; NaN where truth or prediction is a single class (scikit-learn writes 0 there).
    /// </summary>
    public double Matthews
    {
        get
        {
            double s2 = (double)Count * Count, spread = (s2 - Product(_predicted, _predicted)) * (s2 - Product(_truth, _truth));
            return spread == 0 ? double.NaN : Agreement / Math.Sqrt(spread);
        }
    }

    /// <summary>
    /// Cohen's κ: (p_o − p_e) / (1 − p_e), agreement beyond that of chance ("A coefficient of agreement for nominal scales", 1960). NaN where chance alone agrees always.
    /// </summary>
    public double Kappa
    {
        get
        {
            double beyond = (double)Count * Count - Product(_truth, _predicted);
            return beyond == 0 ? double.NaN : Agreement / beyond;
        }
    }

    private double Agreement => (double)_right.Sum() * Count - Product(_truth, _predicted);

    public static ClassTotals Of(ReadOnlySpan<int> labels, ReadOnlySpan<int> predicted, int classes) => Of(labels, predicted, [], classes);

    /// <param name="labels">Right class of each sample.</param>
    /// <param name="predicted">Predicted class of each sample.</param>
    /// <param name="times">How often each sample counts; empty counts each once.</param>
    /// <param name="classes">How many there are.</param>
    public static ClassTotals Of(ReadOnlySpan<int> labels, ReadOnlySpan<int> predicted, ReadOnlySpan<int> times, int classes)
    {
        if (labels.Length != predicted.Length) throw new ArgumentException($"{labels.Length} labels against {predicted.Length} predictions");
        var (truth, told, right) = (new long[classes], new long[classes], new long[classes]);
        for (int i = 0; i < labels.Length; i++)
        {
            int n = times.IsEmpty ? 1 : times[i];
            truth[labels[i]] += n;
            told[predicted[i]] += n;
            if (labels[i] == predicted[i]) right[labels[i]] += n;
        }
        return new ClassTotals(truth, told, right);
    }

    /// <summary>Of several yes-or-no labels a sample: each label is a class of its own, and a sample may have none or many. Only figures of <see cref="ClassCounts"/> mean something.</summary>
    /// <param name="targets">(samples, labels): whether the sample has the label.</param>
    /// <param name="predicted">(samples, labels): whether it was said to.</param>
    public static ClassCounts[] OfLabels(ReadOnlySpan<bool> targets, ReadOnlySpan<bool> predicted, int labels)
    {
        if (targets.Length != predicted.Length || targets.Length % labels != 0) throw new ArgumentException($"{targets.Length} targets against {predicted.Length} predictions of {labels} labels");
        var counts = new ClassCounts[labels];
        for (int i = 0; i < targets.Length; i++)
        {
            bool has = targets[i], said = predicted[i];
            counts[i % labels] += new ClassCounts(has && said ? 1 : 0, !has && said ? 1 : 0, has && !said ? 1 : 0, !has && !said ? 1 : 0);
        }
        return counts;
    }

    /// <param name="zeroDivision">What a class counts that was never predicted; NaN leaves it out.</param>
    public double Precision(Averaging averaging, double zeroDivision = 0) => Average(averaging, counts => counts.Precision(zeroDivision));

    /// <param name="zeroDivision">What a class counts that was predicted but does not occur; NaN leaves it out.</param>
    public double Recall(Averaging averaging, double zeroDivision = 0) => Average(averaging, counts => counts.Recall(zeroDivision));

    /// <summary>Specificity; NaN where there is only one class.</summary>
    public double Specificity(Averaging averaging) => Average(averaging, counts => counts.Specificity());

    /// <summary>Mean of the classes' F (not F of the mean precision and recall), as in scikit-learn.</summary>
    public double F(Averaging averaging, double beta = 1) => Average(averaging, counts => counts.F(beta));

    /// <summary>As the figure of the classes or, for micro, of their sum.</summary>
    public double Average(Averaging averaging, Func<ClassCounts, double> figure) => Average(averaging, [.. Enumerable.Range(0, Classes).Select(c => this[c])], figure);

    /// <summary>The same of labels that do not exclude each other.</summary>
    public static double Average(Averaging averaging, IReadOnlyList<ClassCounts> classes, Func<ClassCounts, double> figure)
    {
        if (averaging == Averaging.Micro) return classes.Any(c => c.Truth + c.Predicted > 0) ? figure(classes.Aggregate((a, b) => a + b)) : double.NaN;
        double sum = 0, weights = 0;
        foreach (var counts in classes)
        {
            double weight = averaging == Averaging.Weighted ? counts.Truth : counts.Truth + counts.Predicted > 0 ? 1 : 0;
            double value = weight == 0 ? double.NaN : figure(counts);
            if (double.IsNaN(value)) continue;
            sum += weight * value;
            weights += weight;
        }
        return sum / weights;
    }

    private double Mean(Func<int, double> figure)
    {
        double sum = 0;
        int defined = 0;
        for (int c = 0; c < Classes; c++)
        {
            double value = figure(c);
            if (double.IsNaN(value)) continue;
            sum += value;
            defined++;
        }
        return sum / defined;
    }

    private static double Product(long[] a, long[] b)
    {
        double sum = 0;
        for (int c = 0; c < a.Length; c++) sum += (double)a[c] * b[c];
        return sum;
    }
}
