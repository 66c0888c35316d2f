using System.Globalization;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Training.FewShot;

/// <summary>
/// One-hot targets by least squares with a penalty on the weights and none on the bias. What the fit without some samples says of them follows from the fit with them: their residuals
/// times (I − H)⁻¹, H being their part of the hat matrix (Cook and Weisberg, "Residuals and influence in regression", 1982).
/// </summary>
internal static class RidgeRegression
{
    /// <summary>In units of the mean eigenvalue of the scatter, over the samples or the features, whichever are fewer.</summary>
    private static readonly double[] Penalties = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];

    public static IEnumerable<FewShotCandidate> Of(FewShotSamples samples)
    {
        var scatter = new PenalisedScatter(samples.Centred, samples.Products);
        double unit = scatter.Trace / Math.Min(samples.Count, samples.Width);
        if (!(unit > 0)) yield break;
        int k = samples.Classes, d = samples.Width, n = samples.Count;
        // ZᵀY of centred rows: the class sums.
        var sums = new double[k * d];
        for (int i = 0; i < sums.Length; i++) sums[i] = samples.Means[i] * samples.Counts[i / d];
        double[] shares = [.. samples.Counts.Select(c => c / (double)n)];
        foreach (double penalty in Penalties)
        {
            var solver = scatter.With(penalty * unit);
            double[] weights = solver.Solve(sums), leftOut = FewShotSamples.Dots(samples.Centred, weights, samples.Products.Parallel);
            Parallel.ForEach(samples.Turns, samples.Products.Parallel, turn => LeaveOut(samples, turn, solver, shares, leftOut));
            yield return new FewShotCandidate(FewShotHeadKind.Ridge, string.Create(CultureInfo.InvariantCulture, $"penalty {penalty}"), leftOut, () => new FewShotHead { Linear = samples.Uncentred(weights, shares) });
        }
    }

    /// <param name="scores">(n, classes): of centred features without the bias, and of the turn's samples afterwards of the fit without them.</param>
    private static void LeaveOut(FewShotSamples samples, int[] turn, PenalisedScatter.Solver solver, double[] shares, double[] scores)
    {
        int m = turn.Length, k = samples.Classes;
        double[] rest = solver.Within(turn), residuals = new double[k * m];
        for (int i = 0; i < rest.Length; i++) rest[i] = (i / m == i % m ? 1 : 0) - rest[i] - 1.0 / samples.Count;
        for (int t = 0; t < m; t++)
            for (int c = 0; c < k; c++) residuals[c * m + t] = (samples.Labels[turn[t]] == c ? 1 : 0) - scores[turn[t] * k + c] - shares[c];
        Cholesky.Factor(rest, m, FewShotSamples.Alone).Solve(residuals, FewShotSamples.Alone);
        for (int t = 0; t < m; t++)
            for (int c = 0; c < k; c++) scores[turn[t] * k + c] = (samples.Labels[turn[t]] == c ? 1 : 0) - residuals[c * m + t];
    }
}
