namespace NativeTrainer.Advice.Probes;

/// <summary>
/// accuracy(n) = Asymptote − Scale · n^(−Exponent): how accuracy grows with the number of training samples (Figueroa et al., "Predicting sample size required
/// for classification performance", BMC Medical Informatics and Decision Making 2012). A handful of noisy points cannot tell the exponent from the other two, so it is given.
/// </summary>
public readonly record struct PowerLaw(double Asymptote, double Scale, double Exponent)
{
    /// <summary>
    /// The rate at which an estimate from n samples settles. Forecasts from half of the samples for all were nearer with it than with a fitted exponent, with logarithms or
    /// with a free exponent to an accuracy of 1 (see the benchmark <c>advice-quality forecast</c>).
    /// </summary>
    public const double UsualExponent = 0.5;

    public double At(double samples) => Asymptote - Scale * Math.Pow(samples, -Exponent);

    /// <summary>Least weighted squares, with Scale ≥ 0 and Asymptote ≤ 1: a straight line in z = n^(−exponent).</summary>
    /// <param name="samples">At least one; above 0.</param>
    /// <param name="accuracies">0…1, one for each.</param>
    /// <param name="weights">Above 0, one for each: the inverse of each point's variance.</param>
    public static PowerLaw Fit(ReadOnlySpan<double> samples, ReadOnlySpan<double> accuracies, ReadOnlySpan<double> weights, double exponent = UsualExponent)
    {
        double sum = 0, z = 0, y = 0, zz = 0, zy = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            double at = Math.Pow(samples[i], -exponent), w = weights[i];
            sum += w;
            z += w * at;
            y += w * accuracies[i];
            zz += w * at * at;
            zy += w * at * accuracies[i];
        }
        double determinant = sum * zz - z * z;
        double scale = determinant > 1e-12 * sum * zz ? (z * y - sum * zy) / determinant : 0;
        if (scale <= 0) return new PowerLaw(y / sum, 0, exponent);
        double asymptote = (y + scale * z) / sum;
        // At the bound the best scale is that of a line through (0, 1).
        return asymptote <= 1 ? new PowerLaw(asymptote, scale, exponent) : new PowerLaw(1, Math.Max((z - zy) / zz, 0), exponent);
    }
}
