namespace NativeTrainer.Advice.Audit;

/// <summary>Whether two counts per class can come from one mixture.</summary>
internal static class ClassCountTest
{
    /// <summary>Half of Σ |share in a − share in b|: the share of pictures that would have to change class.</summary>
    public static double TotalVariation(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        double n = Sum(a), m = Sum(b), distance = 0;
        for (int c = 0; c < a.Length; c++) distance += Math.Abs(a[c] / n - b[c] / m);
        return distance / 2;
    }

    /// <summary>The p of Pearson's chi-squared test of homogeneity; classes that both lack do not count.</summary>
    public static double ChiSquaredP(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        double n = Sum(a), m = Sum(b), statistic = 0;
        int classes = 0;
        for (int c = 0; c < a.Length; c++)
        {
            double both = a[c] + b[c];
            if (both == 0) continue;
            classes++;
            double expectedA = both * n / (n + m), expectedB = both * m / (n + m);
            statistic += (a[c] - expectedA) * (a[c] - expectedA) / expectedA + (b[c] - expectedB) * (b[c] - expectedB) / expectedB;
        }
        return classes < 2 ? 1 : UpperGamma((classes - 1) / 2.0, statistic / 2);
    }

    // Q(a, x), the upper regularised incomplete gamma function: its series below a + 1, its continued fraction (Lentz) above (Abramowitz and Stegun 6.5.29 and 6.5.31).
    private static double UpperGamma(double a, double x)
    {
        const double tiny = 1e-300, enough = 1e-14;
        if (x <= 0) return 1;
        double factor = Math.Exp(a * Math.Log(x) - x - LogGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (double k = a + 1; term > sum * enough; k++) sum += term *= x / k;
            return Math.Clamp(1 - sum * factor, 0, 1);
        }
        double b = x + 1 - a, c = 1 / tiny, d = 1 / b, fraction = d;
        for (int i = 1; i < 100_000; i++)
        {
            double numerator = -i * (i - a);
            b += 2;
            d = 1 / NotZero(numerator * d + b);
            c = NotZero(b + numerator / c);
            double step = d * c;
            fraction *= step;
            if (Math.Abs(step - 1) < enough) break;
        }
        return Math.Clamp(factor * fraction, 0, 1);

        static double NotZero(double value) => Math.Abs(value) < tiny ? tiny : value;
    }

    // Stirling's series after shifting the argument above 10, where its error is below 1e-13.
    private static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 10; x++) shift += Math.Log(x);
        double inverse = 1 / (x * x);
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / x - shift;
    }

    private static double Sum(ReadOnlySpan<int> counts)
    {
        long sum = 0;
        foreach (int count in counts) sum += count;
        return sum;
    }
}
