namespace NativeTrainer.Evaluation.Intervals;

/// <summary>Where a figure lies with 95 % confidence; both ends NaN where nothing can be said.</summary>
public readonly record struct Interval(double Low, double High)
{
    public static readonly Interval Undefined = new(double.NaN, double.NaN);

    public bool IsDefined => !double.IsNaN(Low);

    /// <summary>Of a share of independent samples, by Wilson; undefined of none.</summary>
    public static Interval OfShare(long part, long whole)
    {
        if (whole < 1) return Undefined;
        var wilson = WilsonInterval.Of(part / (double)whole, whole);
        return new Interval(wilson.Low, wilson.High);
    }
}
