using NativeTrainer.Advice;

namespace NativeTrainer.Evaluation.Intervals;

/// <summary>
/// Whether two classifiers are right equally often on the same samples; only those on which one alone is right tell (McNemar, Psychometrika 1947; for classifiers Dietterich,
/// "Approximate statistical tests", 1998).
/// </summary>
/// <param name="OnlyFirst">Samples that the first alone has right.</param>
/// <param name="OnlySecond">Samples that the second alone has right.</param>
public readonly record struct McNemar(long OnlyFirst, long OnlySecond)
{
    /// <summary>Two-sided p of the binomial test against ½; 1 where they never differ.</summary>
    public double Exact
    {
        get
        {
            long n = OnlyFirst + OnlySecond, fewer = Math.Min(OnlyFirst, OnlySecond);
            if (2 * fewer == n) return 1;
            // Σ_{k ≤ fewer} C(n, k) / 2^n, from the largest term down.
            double term = 1, sum = 1;
            for (long k = fewer; k > 0; k--) sum += term *= k / (double)(n - k + 1);
            return Math.Min(1, 2 * sum * Math.Exp(LogBinomial(n, fewer) - n * Math.Log(2)));
        }
    }

    /// <summary>(|b − c| − 1)² / (b + c), with Edwards' correction (1948); NaN where they never differ. Good from about 25 differences on.</summary>
    public double ChiSquare
    {
        get
        {
            double distance = Math.Max(0, Math.Abs(OnlyFirst - OnlySecond) - 1);
            return distance * distance / (OnlyFirst + OnlySecond);
        }
    }

    /// <summary>p of <see cref="ChiSquare"/> with one degree of freedom; NaN where they never differ.</summary>
    public double ChiSquareP => OnlyFirst + OnlySecond == 0 ? double.NaN : Distributions.ChiSquareTail(ChiSquare, 1);

    private static double LogBinomial(long n, long k)
    {
        double sum = 0;
        for (long i = 1; i <= k; i++) sum += Math.Log((n - k + i) / (double)i);
        return sum;
    }
}
