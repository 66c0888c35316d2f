using NativeTrainer.Kernels.Augmentation;

namespace NativeTrainer.OpCases;

/// <summary>
/// The largest error of float32 augmentation, step by step. Values are at most 255 and clamping never widens an error, so each step gives
/// (its Lipschitz constant)·(error before) + (its roundings)·u·255; roundings are counted from the kernels' formulas, to first order.
/// </summary>
internal static class AugmentationErrors
{
    private const double Rounding = Tolerance.UnitRoundOff * 255;

    /// <summary>Four roundings: the shares as float32, their products, two sums.</summary>
    private const int GrayRoundings = 4;

    /// <summary>Bound on the scale 0 … 255, before normalising.</summary>
    public static double Levels(byte[] pixels, int width, int height, AugmentationParameters p, int size, float[] mean)
    {
        double error = Sampling(p.Map, width, height, size);
        error = Tone(error, AugmentationReference.Sample(pixels, width, height, p.Map, size, mean), p.Tone, p.ToneAmount);
        if (p.Brightness != 1) error = Brightness(error, p.Brightness);
        if (p.Contrast != 1) error = Contrast(error, p.Contrast);
        if (p.Saturation != 1) error = Blend(error, p.Saturation, error + GrayRoundings * Rounding);
        // Between two borders of a sector a channel is max·(1 − d) − mid + min·(1 + d), |d| ≤ 1: constant 3. The hue is up to 16 sixths while it is added up and wrapped.
        if (p.Hue != 0) error = 3 * error + 54 * Rounding;
        if (p.Gray) error += GrayRoundings * Rounding;
        if (p.BlurSigma > 0) error += 2 * Filter(2 * Math.Min(Math.Ceiling(3.0 * p.BlurSigma), size - 1) + 1);
        return error;
    }

    /// <summary>Bound of v·scale + shift: two roundings of the product, one of the shift, one of the sum; and one more level's rounding where the mean colour was filled in.</summary>
    public static double Normalised(double error, double y, double mean, double std)
    {
        double shift = mean / std, product = Math.Abs(y) + shift;
        return (error + Rounding) / (255 * std) + Tolerance.UnitRoundOff * (2 * product + shift + Math.Abs(y));
    }

    private static double Sampling(AffineMap map, int width, int height, int size)
    {
        // Whole-pixel maps have weights 1 and 0 and are exact, which the steps on whole levels rely on.
        if (map.IsAxisAligned && Math.Abs(map.Xx) == 1 && Math.Abs(map.Yy) == 1 && map.X == Math.Floor(map.X) && map.Y == Math.Floor(map.Y)) return 0;
        if (map.IsAxisAligned) return Filter(Math.Min(width, Math.Ceiling(2 * Math.Max(Math.Abs(map.Xx), 1)))) + Filter(Math.Min(height, Math.Ceiling(2 * Math.Max(Math.Abs(map.Yy), 1))));
        // A tap: 3 roundings along x, 4 along y; then the sum of the taps and the share's own and its product's. Places step in fixed point: S + 2 errors of
        // 2⁻³³ pixels along x and y, at 255 per pixel at most.
        double taps = Math.Ceiling(Math.Sqrt(map.Xx * map.Xx + map.Yx * map.Yx)) * Math.Ceiling(Math.Sqrt(map.Xy * map.Xy + map.Yy * map.Yy));
        return (7 + taps + 1) * Rounding + (size + 2) * 2 * 255 / (double)(1L << 33);
    }

    /// <summary>A weighted mean: each weight's rounding, each product's, and the sums'.</summary>
    private static double Filter(double taps) => (taps + 1) * Rounding;

    private static double Tone(double error, double[] x, ToneOperation tone, double amount) => tone switch
    {
        ToneOperation.Brightness => Brightness(error, amount),
        ToneOperation.Contrast => Contrast(error, amount),
        ToneOperation.Saturation => Blend(error, amount, error + GrayRoundings * Rounding),
        // Nine sums of up to 13·255 and the factor over 13.
        ToneOperation.Sharpness => Blend(error, amount, error + 11 * Rounding),
        ToneOperation.AutoContrast => AutoContrast(error, x),
        _ => error,
    };

    private static double Brightness(double error, double factor) => factor * (error + Rounding);

    /// <summary>The mean gray adds 1024/4 values a lane at most, then lanes; errors of random sign grow with the square root.</summary>
    private static double Contrast(double error, double factor) => Blend(error, factor, error + (GrayRoundings + Math.Sqrt(1024 / 4 + 8) + 1) * Rounding);

    /// <summary>f·x + (1 − f)·rest: a product and the sum; 1 − f, a product and the sum.</summary>
    private static double Blend(double error, double factor, double restError) => factor * (error + 2 * Rounding) + Math.Abs(1 - factor) * (restError + 3 * Rounding);

    private static double AutoContrast(double error, double[] x)
    {
        double narrowest = Enumerable.Range(0, 3).Min(c => x.Where((_, i) => i % 3 == c).Max() - x.Where((_, i) => i % 3 == c).Min());
        // Differences of two values above and below, each rounded; then the quotient and the product.
        return 255 / narrowest * (4 * error + 2 * Rounding) + 3 * Rounding;
    }
}
