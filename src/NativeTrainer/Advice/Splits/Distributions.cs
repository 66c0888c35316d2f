namespace NativeTrainer.Advice.Splits;

/// <summary>Tails of the distributions that tests compare with.</summary>
internal static class Distributions
{
    /// <summary>P(χ² ≥ <paramref name="value"/>) by the regularised incomplete gamma function (Press et al., "Numerical Recipes", 6.2: series and continued fraction).</summary>
    public static double ChiSquareTail(double value, int freedom)
    {
        if (value <= 0 || freedom < 1) return 1;
        double a = freedom / 2.0, x = value / 2;
        double front = Math.Exp(-x + a * Math.Log(x) - LogGamma(a));
        return Math.Clamp(x < a + 1 ? 1 - front * Series(a, x) : front * Fraction(a, x), 0, 1);
    }

    /// <summary>P(Z ≥ <paramref name="value"/>) of a standard normal.</summary>
    public static double NormalTail(double value) => value >= 0 ? ChiSquareTail(value * value, 1) / 2 : 1 - NormalTail(-value);

    /// <summary>P(√n·D ≥ <paramref name="value"/>) of Kolmogorov's distribution.</summary>
    public static double KolmogorovTail(double value)
    {
        // The series converges slowly near 0, where the tail is 1 to many digits.
        if (value < 0.2) return 1;
        double sum = 0;
        for (int k = 1; k <= 100; k++)
        {
            double term = Math.Exp(-2.0 * k * k * value * value);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-17) break;
        }
        return Math.Clamp(2 * sum, 0, 1);
    }

    private static double Series(double a, double x)
    {
        double term = 1 / a, sum = term;
        for (int n = 1; n < 10_000 && term > sum * 1e-16; n++) sum += term *= x / (a + n);
        return sum;
    }

    // Lentz's method.
    private static double Fraction(double a, double x)
    {
        const double tiny = 1e-300;
        double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
        for (int i = 1; i < 10_000; i++)
        {
            double an = -i * (i - a);
            b += 2;
            d = an * d + b;
            d = 1 / (Math.Abs(d) < tiny ? tiny : d);
            c = b + an / c;
            if (Math.Abs(c) < tiny) c = tiny;
            h *= d * c;
            if (Math.Abs(d * c - 1) < 1e-15) break;
        }
        return h;
    }

    // Lanczos' approximation with g = 7 and nine terms, good to 15 digits for x > 0.5.
    private static double LogGamma(double x)
    {
        if (x < 0.5) return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        ReadOnlySpan<double> terms =
        [
            676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        double sum = 0.99999999999980993;
        for (int i = 0; i < terms.Length; i++) sum += terms[i] / (x + i);
        double t = x + 6.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x - 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
