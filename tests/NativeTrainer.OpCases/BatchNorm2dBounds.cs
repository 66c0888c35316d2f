using NativeTrainer.Kernels;

namespace NativeTrainer.OpCases;

/// <summary>
/// How far batch norm's float32 results may be off, from the conditioning of mean, variance and 1/√(var + ε).
/// All of it is first order in u = 2⁻²⁴ with the constant 1 of <see cref="Tolerance.Reduction"/>.
/// </summary>
internal static class BatchNorm2dBounds
{
    private const double U = Tolerance.UnitRoundOff;

    /// <summary>Float32 sums are at most this long: see BatchNormRows.</summary>
    private const int LongestSum = 1024;

    /// <summary>Exact statistics of one channel and the errors of the computed ones (before any rounding of the result).</summary>
    internal readonly record struct Statistics(double Mean, double InvStd, double MeanError, double SquaresError, double InvStdError);

    /// <summary>
    /// The kernel sums d = x − s and d² in float32 over chunks of L ≤ 1024 rows, where s is the mean of eight of the chunk's rows, then combines in float64.
    /// With D = max|x − μ| (plus s's own rounding, 8u·max|x|) we have |s − μ| ≤ D, Σ|d| ≤ Σ|x − μ| + nD and Σd² ≤ Σ(x − μ)² + nD². Rounding d and adding L terms:
    ///   e₁ = u(√L + 2)·Σ|d| for Σd,     e₂ = u(√L + 4)·Σd² for Σd² (d twice, its square, the sum).
    /// The mean is off by e₁/n. M = Σᵢ(Σd² − (Σd)²/Lᵢ + Lᵢ(mᵢ − μ)²) moves by e₂, by 2|Σd|/Lᵢ ≤ 4D times e₁ in the second term and by 2D(e₁ + n·e₁/n) in the third:
    ///   e_M = e₂ + 8D·e₁.
    /// No term holds |μ|: a large mean costs nothing but the rounding of the results that are themselves as large.
    /// </summary>
    public static Statistics Of(double[] x, int channels, int channel, double epsilon)
    {
        int rows = x.Length / channels;
        double mean = 0, absolute = 0, squares = 0, spread = 0, largest = 0;
        for (int i = channel; i < x.Length; i += channels) mean += x[i] / rows;
        for (int i = channel; i < x.Length; i += channels)
        {
            double d = Math.Abs(x[i] - mean);
            (absolute, squares, spread, largest) = (absolute + d, squares + d * d, Math.Max(spread, d), Math.Max(largest, Math.Abs(x[i])));
        }
        spread += 8 * U * largest;
        double root = Math.Sqrt(Math.Min(rows, LongestSum));
        double sumError = U * (root + 2) * (absolute + rows * spread);
        double squaresError = U * (root + 4) * (squares + rows * spread * spread) + 8 * spread * sumError;
        double variance = squares / rows, invStd = 1 / Math.Sqrt(variance + epsilon);
        // 1/√ is convex, so its largest change is towards the smaller variance.
        double invStdError = 1 / Math.Sqrt(Math.Max(variance - squaresError / rows, 0) + epsilon) - invStd;
        return new(mean, invStd, sumError / rows, squaresError, invStdError);
    }

    /// <summary>
    /// y = (x − μ̂)·scale + offset + residual with μ̂ the rounded mean, scale = fl(γ·invStd) and offset = fl(β + (μ̂ − mean)·scale). The errors of mean and
    /// invStd enter by their derivatives; difference, scale and product are rounded, then offset, the sum, and the sum with the residual. ReLU never enlarges an error.
    /// </summary>
    public static double Normalised(double x, double weight, double bias, double? residual, Statistics s)
    {
        double deviation = Math.Abs(x - s.Mean) + U * Math.Abs(s.Mean), gain = Math.Abs(weight);
        double value = (x - s.Mean) * s.InvStd * weight + bias, offset = Math.Abs(bias) + gain * s.InvStd * U * Math.Abs(s.Mean);
        double error = gain * (s.InvStd * s.MeanError + deviation * s.InvStdError) + U * (3 * deviation * s.InvStd * gain + offset + Math.Abs(value));
        return error + (residual is { } r ? U * Math.Abs(value + r) : 0);
    }

    /// <summary>Errors of the two sums of backward per channel: S₁ = Σg, and S₂ = Σg·(x − mean) whose terms are rounded twice more; in float32 over 1024 rows, then float64.</summary>
    internal readonly record struct Sums(double Sum, double Dot, double SumError, double DotError);

    public static Sums OfGradient(double[] x, double[]? y, double[] dy, double mean, int channels, int channel)
    {
        double sum = 0, dot = 0, sumSize = 0, dotSize = 0;
        for (int i = channel; i < dy.Length; i += channels)
        {
            double g = y is not null && !(y[i] > 0) ? 0 : dy[i], term = g * (x[i] - mean);
            (sum, dot, sumSize, dotSize) = (sum + g, dot + term, sumSize + Math.Abs(g), dotSize + Math.Abs(term));
        }
        double root = Math.Sqrt(Math.Min(dy.Length / channels, LongestSum));
        return new(sum, dot, U * (root + 1) * sumSize, U * (root + 3) * dotSize);
    }

    /// <summary>Bounds of dweight and dbias: the sums' errors, one rounding of the new contribution and one of the sum with the old.</summary>
    public static (double Weight, double Bias) Parameters(Sums s, double invStd, double dweight, double dbias, GradientWrite write)
        => (invStd * s.DotError + U * Math.Abs(invStd * s.Dot) + Added(dweight, write), s.SumError + U * Math.Abs(s.Sum) + Added(dbias, write));

    /// <summary>
    /// dx = scale·g + (slope·(x − mean) + offset), slope = −scale·invStd²·S₂/N, offset = −scale·S₁/N. Errors of S₁ and S₂ by their factors; roundings: scale and its
    /// product; slope, difference, product and inner sum; offset and inner sum; the result.
    /// </summary>
    public static double Gradient(double x, double g, double mean, double invStd, double weight, Sums s, int rows, double dx, GradientWrite write)
    {
        double scale = Math.Abs(weight * invStd), slope = scale * invStd * invStd * Math.Abs(x - mean) / rows;
        double direct = scale * Math.Abs(g), sloped = slope * Math.Abs(s.Dot), offset = scale * Math.Abs(s.Sum) / rows;
        return slope * s.DotError + scale * s.SumError / rows + U * (2 * direct + 4 * sloped + 2 * offset) + U * (direct + sloped + offset) + Added(dx, write);
    }

    /// <summary>Rounding of the sum with what a gradient held before.</summary>
    public static double Added(double result, GradientWrite write) => write == GradientWrite.Add ? U * Math.Abs(result) : 0;
}
