namespace NativeTrainer.Evaluation.Metrics;

/// <summary>
/// A class against all others, in samples. What divides by 0 is <c>zeroDivision</c>, by default NaN: undefined (definitions: Sokolova and Lapalme, "A systematic
/// analysis of performance measures for classification tasks", 2009).
/// </summary>
/// <param name="TruePositives">Of the class, and predicted so.</param>
/// <param name="FalsePositives">Of another, but predicted as this.</param>
/// <param name="FalseNegatives">Of the class, but predicted as another.</param>
/// <param name="TrueNegatives">Neither.</param>
public readonly record struct ClassCounts(long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives)
{
    /// <summary>Samples of the class.</summary>
    public long Truth => TruePositives + FalseNegatives;

    /// <summary>Samples predicted as the class.</summary>
    public long Predicted => TruePositives + FalsePositives;

    /// <summary>TP / (TP + FP): right among those predicted as the class.</summary>
    public double Precision(double zeroDivision = double.NaN) => Ratio(TruePositives, Predicted, zeroDivision);

    /// <summary>TP / (TP + FN): found among those of the class; also sensitivity, true positive rate.</summary>
    public double Recall(double zeroDivision = double.NaN) => Ratio(TruePositives, Truth, zeroDivision);

    /// <summary>TN / (TN + FP): left alone among those of other classes; also true negative rate.</summary>
    public double Specificity(double zeroDivision = double.NaN) => Ratio(TrueNegatives, TrueNegatives + FalsePositives, zeroDivision);

    /// <summary>(1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP): recall weighs β times as much as precision (van Rijsbergen, "Information Retrieval", 1979).</summary>
    /// <param name="beta">Above 0; 1 gives F1.</param>
    public double F(double beta = 1, double zeroDivision = double.NaN)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta);
        double b2 = beta * beta;
        return Ratio((1 + b2) * TruePositives, (1 + b2) * TruePositives + b2 * FalseNegatives + FalsePositives, zeroDivision);
    }

    public static ClassCounts operator +(ClassCounts a, ClassCounts b)
        => new(a.TruePositives + b.TruePositives, a.FalsePositives + b.FalsePositives, a.FalseNegatives + b.FalseNegatives, a.TrueNegatives + b.TrueNegatives);

    private static double Ratio(double part, double whole, double zeroDivision) => whole == 0 ? zeroDivision : part / whole;
}
