using ILGPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>exp and log in float64 for kernels, to a few units in the last place: the device has neither, and losses are computed in float64 on every device.</summary>
internal static class DoubleMath
{
    private const double Log2E = 1.4426950408889634, Ln2High = 0.693147180369123816490, Ln2Low = 1.90821492927058770002e-10;

    /// <summary>x ≤ 709; below −708 the result is 0.</summary>
    public static double Exp(double x)
    {
        if (x < -708) return 0;
        double scaled = x * Log2E;
        long n = (long)(scaled + (scaled < 0 ? -0.5 : 0.5));
        double r = x - n * Ln2High - n * Ln2Low, sum = 1;
        // Taylor on |r| ≤ ln2/2: the 14th term is below 2⁻⁵⁵.
        for (int i = 14; i > 0; i--) sum = 1 + sum * r / i;
        return sum * Interop.IntAsFloat((ulong)(n + 1023 << 52));
    }

    /// <summary>x positive and normal: log(2ᵉ·m) with m in [√½, √2), 2·artanh((m − 1)/(m + 1)).</summary>
    public static double Log(double x)
    {
        ulong bits = Interop.FloatAsInt(x);
        long exponent = (long)(bits >> 52) - 1023;
        double m = Interop.IntAsFloat((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }
        // |z| ≤ 0.172: z²⁵/25 and later are below 2⁻⁵³ of z.
        double z = (m - 1) / (m + 1), square = z * z, sum = 0;
        for (int i = 23; i > 0; i -= 2) sum = sum * square + 1.0 / i;
        return exponent * Ln2High + (2 * z * sum + exponent * Ln2Low);
    }
}
