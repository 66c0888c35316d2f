using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Kernels.Random;

/// <summary>
/// Box and Muller's transform in float32, four pairs at a time: √(−2 ln u)·(cos, sin)(2πv). The angle is reduced in whole numbers, so nothing of it is lost;
/// the polynomials are those of Cephes (Moshier 1989), good to the last digit or two.
/// </summary>
internal static class NormalPair
{
    /// <param name="u">32 random bits; (u + 1)·2⁻³² on (0, 1] keeps the logarithm finite.</param>
    /// <param name="v">32 random bits of a turn.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector128<float> A, Vector128<float> B) Of(Vector128<uint> u, Vector128<uint> v, float std)
    {
        var radius = Vector128.Sqrt(Log((Vector128.ConvertToSingle(u) + Vector128<float>.One) * Vector128.Create(1f / 4294967296)) * Vector128.Create(-2 * std * std));
        // The nearest quarter turn, and what is left, at most an eighth of a turn either way.
        var quarter = (v + Vector128.Create(1u << 29)) >> 30;
        var angle = Vector128.ConvertToSingle((v - (quarter << 30)).AsInt32()) * Vector128.Create((float)(2 * Math.PI / 4294967296));
        var square = angle * angle;
        var sine = ((Vector128.Create(-1.9515295891e-4f) * square + Vector128.Create(8.3321608736e-3f)) * square - Vector128.Create(1.6666654611e-1f)) * square * angle + angle;
        var cosine = ((Vector128.Create(2.443315711809948e-5f) * square - Vector128.Create(1.388731625493765e-3f)) * square + Vector128.Create(4.166664568298827e-2f)) * square * square
            - Vector128.Create(0.5f) * square + Vector128<float>.One;
        // Quarters 0 to 3: cos, −sin, −cos, sin of what is left; and sin, cos, −sin, −cos.
        var odd = Vector128.Equals(quarter & Vector128<uint>.One, Vector128<uint>.One).AsSingle();
        var firstSign = ((quarter ^ (quarter >> 1)) & Vector128<uint>.One) << 31;
        var secondSign = ((quarter >> 1) & Vector128<uint>.One) << 31;
        var first = (Vector128.ConditionalSelect(odd, sine, cosine).AsUInt32() ^ firstSign).AsSingle();
        var second = (Vector128.ConditionalSelect(odd, cosine, sine).AsUInt32() ^ secondSign).AsSingle();
        return (radius * first, radius * second);
    }

    /// <summary>ln x of normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Log(Vector128<float> x)
    {
        // x = m·2ᵉ with m from √½ to √2.
        var e = (x.AsInt32() - Vector128.Create(0x3F3504F3)) >> 23;
        var f = (x.AsInt32() - (e << 23)).AsSingle() - Vector128<float>.One;
        var p = Vector128.Create(7.0376836292e-2f);
        p = p * f - Vector128.Create(1.1514610310e-1f);
        p = p * f + Vector128.Create(1.1676998740e-1f);
        p = p * f - Vector128.Create(1.2420140846e-1f);
        p = p * f + Vector128.Create(1.4249322787e-1f);
        p = p * f - Vector128.Create(1.6668057665e-1f);
        p = p * f + Vector128.Create(2.0000714765e-1f);
        p = p * f - Vector128.Create(2.4999993993e-1f);
        p = p * f + Vector128.Create(3.3333331174e-1f);
        Vector128<float> square = f * f, exponent = Vector128.ConvertToSingle(e);
        return f + (p * f * square - Vector128.Create(2.12194440e-4f) * exponent - Vector128.Create(0.5f) * square) + Vector128.Create(0.693359375f) * exponent;
    }
}
