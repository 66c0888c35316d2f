namespace NativeTrainer.Kernels.Tests;

/// <summary>Central differences in float64 against a reference's backward, for a scalar Σ dy·y.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5;

    /// <summary>
    /// Checks d(Σ dy·forward(x))/dx. The error of a central difference is h²/6·|f‴| plus round-off ε/h·Σ|dy·y|; with h = 1e-5 both are
    /// below 1e-7 of the sum's magnitude for the smooth ops here. Elements whose one-sided slopes disagree sit at a kink and are skipped.
    /// </summary>
    /// <param name="x">The operand to vary; restored afterwards.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="forward">Output for the present contents of <paramref name="x"/>.</param>
    /// <param name="dx">The analytic gradient to check.</param>
    public static void Verify(double[] x, double[] dy, Func<double[]> forward, double[] dx, string what)
    {
        double Loss(out double magnitude)
        {
            var y = forward();
            double sum = 0;
            magnitude = 0;
            for (int i = 0; i < y.Length; i++)
            {
                sum += dy[i] * y[i];
                magnitude += Math.Abs(dy[i] * y[i]);
            }
            return sum;
        }

        double centre = Loss(out double size);
        int skipped = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double saved = x[i];
            x[i] = saved + Step;
            double up = Loss(out _);
            x[i] = saved - Step;
            double down = Loss(out _);
            x[i] = saved;
            double slope = (up - down) / (2 * Step), right = (up - centre) / Step, left = (centre - down) / Step;
            // A smooth function's one-sided slopes differ by h·|f″|; a kink's by the jump itself.
            if (Math.Abs(right - left) > 1e-3 * (1 + Math.Abs(slope)))
            {
                skipped++;
                continue;
            }
            Assert.True(Math.Abs(slope - dx[i]) <= 1e-7 * (1 + size), $"{what}[{i}]: analytic {dx[i]:R}, numeric {slope:R}");
        }
        Assert.True(skipped * 4 <= x.Length, $"{what}: {skipped} of {x.Length} elements sit at kinks; the check says little");
    }
}
