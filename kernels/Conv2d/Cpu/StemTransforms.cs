using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// F(4, 4) of Winograd's minimal filtering (Lavin and Gray 2016) along a row, at the points 1, −1, 2, −2, ½, −½ and ∞: seven products for four results of four taps. A 7-tap filter with
/// stride 2 is two of them, its even taps over the even columns and its odd ones over the odd columns; these are three taps, without a product at ∞. In one dimension numbers grow little:
/// a result's error is about six times that of the direct sum, of F(4×4, 3×3) it is thirty times.
/// </summary>
internal static unsafe class StemTransforms<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Reciprocals of ∏(p − q) over the other finite points q, for p = 1, 2 and ½; negative for −p.</summary>
    private const float NormOne = -1 / 4.5f, NormTwo = 1 / 45f, NormHalf = 1 / 2.8125f;

    /// <summary>Bᵀ d of each tile of an input row; lanes are column parity × channel.</summary>
    /// <param name="line">The row with its padding.</param>
    /// <param name="to">The row's place in the first tile at the first point.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels(float* line, in StemTiles tiles, float* to, int row)
    {
        int pair = 2 * tiles.Shape.C, count = tiles.Count;
        nint tileStride = tiles.TileStride(0), point = tileStride * count, lastStride = tiles.TileStride(StemTiles.Points - 1);
        float* place = to + (nint)row * pair, last = to + tiles.FirstPixel(StemTiles.Points - 1) + (nint)row * tiles.Shape.C;
        for (int tile = 0; tile < count; tile++, line += 4 * pair, place += tileStride, last += lastStride)
        {
            Vector256<float> d0 = Vector256.Load(line), d1 = Vector256.Load(line + pair), d2 = Vector256.Load(line + 2 * pair), d3 = Vector256.Load(line + 3 * pair);
            Vector256<float> d4 = Vector256.Load(line + 4 * pair), d5 = Vector256.Load(line + 5 * pair), d6 = Vector256.Load(line + 6 * pair);
            StorePair(Fused(d3, -4.25f, d5) + d1, Fused(d2, -4.25f, d4) + d0, place, point);
            StorePair(Fused(d3, -1.25f, Fused(d1, 0.25f, d5)), Fused(d4, 2, Fused(d2, -2.5f, d0 * 0.5f)), place + 2 * point, point);
            StorePair(Fused(d3, -5, Fused(d1, 4, d5)), Fused(d0, 2, Fused(d2, -2.5f, d4 * 0.5f)), place + 4 * point, point);
            (Fused(d4 - d2, -5.25f, d6) - d0).Store(last);
        }
    }

    /// <summary>G g of four taps or gradients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFilter(TVec g0, TVec g1, TVec g2, TVec g3, float* to, nint point)
    {
        StoreFilterPair(1, NormOne, g0, g1, g2, g3, to, point);
        StoreFilterPair(2, NormTwo, g0, g1, g2, g3, to + 2 * point, point);
        StoreFilterPair(0.5f, NormHalf, g0, g1, g2, g3, to + 4 * point, point);
        TIsa.Store(g3, to + 6 * point);
    }

    /// <summary>Aᵀ m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* products, nint point, out TVec y0, out TVec y1, out TVec y2, out TVec y3)
        => Output(TIsa.Load(products), TIsa.Load(products + point), TIsa.Load(products + 2 * point), TIsa.Load(products + 3 * point), TIsa.Load(products + 4 * point),
            TIsa.Load(products + 5 * point), TIsa.Load(products + 6 * point), out y0, out y1, out y2, out y3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(TVec m0, TVec m1, TVec m2, TVec m3, TVec m4, TVec m5, TVec m6, out TVec y0, out TVec y1, out TVec y2, out TVec y3)
    {
        TVec one = TIsa.Add(m0, m1), oneOdd = TIsa.Subtract(m0, m1), two = TIsa.Add(m2, m3), twoOdd = TIsa.Subtract(m2, m3), half = TIsa.Add(m4, m5), halfOdd = TIsa.Subtract(m4, m5);
        y0 = TIsa.Add(TIsa.Add(one, two), half);
        y1 = TIsa.MultiplyAdd(TIsa.Broadcast(2), twoOdd, TIsa.MultiplyAdd(TIsa.Broadcast(0.5f), halfOdd, oneOdd));
        y2 = TIsa.MultiplyAdd(TIsa.Broadcast(4), two, TIsa.MultiplyAdd(TIsa.Broadcast(0.25f), half, one));
        y3 = TIsa.MultiplyAdd(TIsa.Broadcast(8), twoOdd, TIsa.MultiplyAdd(TIsa.Broadcast(0.125f), halfOdd, TIsa.Add(oneOdd, m6)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFilterPair(float p, float norm, TVec g0, TVec g1, TVec g2, TVec g3, float* to, nint point)
    {
        var even = TIsa.MultiplyAdd(TIsa.Broadcast(p * p * norm), g2, TIsa.Multiply(TIsa.Broadcast(norm), g0));
        var odd = TIsa.MultiplyAdd(TIsa.Broadcast(p * p * p * norm), g3, TIsa.Multiply(TIsa.Broadcast(p * norm), g1));
        TIsa.Store(TIsa.Add(odd, even), to);
        TIsa.Store(TIsa.Subtract(odd, even), to + point);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(Vector256<float> even, Vector256<float> odd, float* to, nint point)
    {
        (even + odd).Store(to);
        (even - odd).Store(to + point);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Fused(Vector256<float> a, float factor, Vector256<float> c) => Vector256.MultiplyAddEstimate(a, Vector256.Create(factor), c);
}
