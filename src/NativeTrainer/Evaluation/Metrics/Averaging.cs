namespace NativeTrainer.Evaluation.Metrics;

/// <summary>How figures of single classes become one (scikit-learn's <c>average</c>).</summary>
public enum Averaging
{
    /// <summary>Each class counts alike: the mean over the classes that occur or were predicted.</summary>
    Macro,

    /// <summary>Each sample counts alike: the counts of all classes are added first.</summary>
    Micro,

    /// <summary>Each class counts by its samples; one that does not occur has no weight.</summary>
    Weighted,
}
