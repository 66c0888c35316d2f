namespace NativeTrainer.Tests.Evaluation.Metrics;

/// <summary>A line of the table of metrics.</summary>
/// <param name="Metric">What is measured.</param>
/// <param name="On">The data, in words.</param>
/// <param name="Source">Where the expected value comes from.</param>
/// <param name="Expected">NaN is not defined.</param>
/// <param name="Ours">Of the same length.</param>
/// <param name="Degenerate">Whether a class is absent, all scores are equal, all are right or wrong, or nothing is there.</param>
internal sealed record MetricCase(string Metric, string On, string Source, double[] Expected, double[] Ours, bool Degenerate)
{
    /// <summary>Room for another order of additions; for what SciPy searches by values of a function, which it knows to √u; and for logits in float32.</summary>
    private double Tolerance(double expected) => Metric switch
    {
        "temperature" => 1e-6 * expected,
        "temperatureLoss" => 1e-7,
        "mcnemarExact" or "mcnemarChiSquare" => 1e-9 * expected,
        _ => 1e-12 * Math.Max(1, Math.Abs(expected)),
    };

    public bool Agrees => Expected.Length == Ours.Length && Expected.Zip(Ours).All(pair => pair.First.Equals(pair.Second) || Math.Abs(pair.First - pair.Second) <= Tolerance(pair.First));

    public string Line => $"{(Agrees ? "  " : "✗ ")}{Metric,-20} {On,-34} {Source,-62} {Text(Expected),-36} {Text(Ours)}";

    private static string Text(double[] values)
        => string.Join(' ', values.Take(4).Select(v => double.IsNaN(v) ? "undefined" : v.ToString("0.########", System.Globalization.CultureInfo.InvariantCulture))) + (values.Length > 4 ? $" … ({values.Length})" : "");
}
