using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

/// <summary>LogME as in the paper's equations 2 to 4, with A = αI + βFᵀF inverted outright: for small cases.</summary>
internal static class LogMeByDefinition
{
    public static double Score(FeatureMatrix f, int[] labels)
    {
        var classes = labels.Distinct().ToArray();
        return classes.Average(c => Evidence(f, [.. labels.Select(l => l == c ? 1.0 : 0)]));
    }

    private static double Evidence(FeatureMatrix f, double[] y)
    {
        int n = f.Rows, d = f.Width;
        double scale = f.Values.Sum(v => (double)v * v) / Math.Min(n, d), alpha = 1, beta = 1, evidence = 0;
        double F(int i, int j) => f.Values[i * d + j] / Math.Sqrt(scale);
        for (int iteration = 0; iteration < 1000; iteration++)
        {
            double t = alpha / beta;
            double[] m = Solve(F, y, n, d, t, out double logDeterminant, out double trace);
            double mm = m.Sum(v => v * v), residual = 0;
            for (int i = 0; i < n; i++)
            {
                double difference = -y[i];
                for (int j = 0; j < d; j++) difference += F(i, j) * m[j];
                residual += difference * difference;
            }
            double gamma = d - t * trace;
            (alpha, beta) = (gamma / mm, (n - gamma) / residual);
            Solve(F, y, n, d, alpha / beta, out logDeterminant, out _);
            evidence = (n * Math.Log(beta) + d * Math.Log(alpha) - n * Math.Log(2 * Math.PI) - beta * residual - alpha * mm - d * Math.Log(beta) - logDeterminant) / 2 / n;
            if (Math.Abs(alpha / beta - t) <= 1e-3 * t) break;
        }
        return evidence;
    }

    // m = (t + FᵀF)⁻¹Fᵀy by Gauss and Jordan on (t + FᵀF | I).
    private static double[] Solve(Func<int, int, double> f, double[] y, int n, int d, double t, out double logDeterminant, out double trace)
    {
        var a = new double[d, 2 * d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++) a[i, j] = (i == j ? t : 0) + Enumerable.Range(0, n).Sum(k => f(k, i) * f(k, j));
            a[i, d + i] = 1;
        }
        logDeterminant = 0;
        for (int k = 0; k < d; k++)
        {
            double pivot = a[k, k];
            logDeterminant += Math.Log(pivot);
            for (int j = 0; j < 2 * d; j++) a[k, j] /= pivot;
            for (int i = 0; i < d; i++)
            {
                double factor = a[i, k];
                if (i == k || factor == 0) continue;
                for (int j = 0; j < 2 * d; j++) a[i, j] -= factor * a[k, j];
            }
        }
        trace = Enumerable.Range(0, d).Sum(i => a[i, d + i]);
        return [.. Enumerable.Range(0, d).Select(i => Enumerable.Range(0, d).Sum(j => a[i, d + j] * Enumerable.Range(0, n).Sum(k => f(k, j) * y[k])))];
    }
}
