namespace NativeTrainer.Advice.Pictures;

/// <summary>The two-sample test of Kolmogorov and Smirnov.</summary>
internal static class KolmogorovSmirnov
{
    /// <summary>sup |F₁ − F₂| of the empirical distribution functions, 0 to 1.</summary>
    /// <param name="a">Sorted, at least one.</param>
    /// <param name="b">Sorted, at least one.</param>
    public static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        int i = 0, j = 0;
        double largest = 0;
        while (i < a.Length && j < b.Length)
        {
            double at = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] == at) i++;
            while (j < b.Length && b[j] == at) j++;
            largest = Math.Max(largest, Math.Abs((double)i / a.Length - (double)j / b.Length));
        }
        return largest;
    }

    /// <summary>Stephens's 1970 approximation of the limit distribution, 2 Σ (−1)ᵏ⁻¹ exp(−2 k² λ²); good from about four values a sample on, and too large where values are equal.</summary>
    public static double PValue(double distance, int m, int n)
    {
        double root = Math.Sqrt((double)m * n / (m + n)), lambda = (root + 0.12 + 0.11 / root) * distance;
        // The series does not converge at 0, and is 1 to twelve digits below 0.2.
        if (lambda < 0.2) return 1;
        double sum = 0;
        for (int k = 1; k <= 100; k++)
        {
            double term = Math.Exp(-2.0 * k * k * lambda * lambda);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-16) break;
        }
        return Math.Clamp(2 * sum, 0, 1);
    }
}
