using NativeTrainer.Kernels;

namespace NativeTrainer.OpCases;

/// <summary>The one tolerance rule for float32 results; nothing here is tuned.</summary>
public static class Tolerance
{
    /// <summary>Unit round-off of float32: 2⁻²⁴.</summary>
    public const double UnitRoundOff = 1.0 / (1 << 24);

    /// <summary>Unit round-off of bfloat16, 8 significant bits: 2⁻⁸ of a result for rounding it to that type.</summary>
    public const double Bf16RoundOff = 1.0 / (1 << 8);

    /// <summary>Unit round-off of tf32, 11 significant bits; a product of two rounded operands is off by at most twice that.</summary>
    public const double Tf32RoundOff = 1.0 / (1 << 11);

    /// <summary>What storing a result in the precision's type adds to its bound.</summary>
    public static double Stored(Precision precision, double reference, double bound)
        => precision == Precision.BFloat16 ? bound + Bf16RoundOff * (Math.Abs(reference) + bound) : bound;

    /// <summary>
    /// |y − ref| ≤ u·√K·Σ|aᵢbᵢ| + u·|ref|: K rounding errors of random sign, each at most u of the running sum, and the final rounding
    /// (Higham and Mary 2019, probabilistic rounding error analysis, with constant 1 for the terms' own spread).
    /// </summary>
    /// <param name="length">K, the number of terms, at least 1.</param>
    /// <param name="magnitude">Σ|aᵢbᵢ|.</param>
    /// <param name="reference">The exact result.</param>
    public static double Reduction(long length, double magnitude, double reference)
        => UnitRoundOff * (Math.Sqrt(length) * magnitude + Math.Abs(reference));

    /// <summary><paramref name="roundings"/> float32 operations in a row on values of at most <paramref name="magnitude"/>.</summary>
    public static double Roundings(int roundings, double magnitude) => UnitRoundOff * roundings * Math.Abs(magnitude);
}
