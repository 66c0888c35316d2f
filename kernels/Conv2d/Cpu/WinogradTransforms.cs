using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// The one-dimensional transforms of Winograd's minimal filtering with the points 0, 1, −1, 2, −2, ∞ (Winograd 1980; Lavin and Gray 2016):
/// F(4,3) for fprop and dgrad, four results of a filter of three; F(3,4) for wgrad, three results of a "filter" of four. Both take six inputs by the same Bᵀ
/// and make six products. A tile is transformed along its columns, then along its rows.
/// </summary>
internal static class WinogradTransforms<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Bᵀd of six inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input(TVec d0, TVec d1, TVec d2, TVec d3, TVec d4, TVec d5, out TVec o0, out TVec o1, out TVec o2, out TVec o3, out TVec o4, out TVec o5)
    {
        TVec four = TIsa.Broadcast(4), minusFour = TIsa.Broadcast(-4), minusFive = TIsa.Broadcast(-5);
        TVec even = TIsa.MultiplyAdd(minusFour, d2, d4), odd = TIsa.MultiplyAdd(minusFour, d1, d3);
        TVec near = TIsa.Subtract(d4, d2), half = TIsa.Subtract(d3, d1), far = TIsa.Add(half, half);
        o0 = TIsa.MultiplyAdd(four, d0, TIsa.MultiplyAdd(minusFive, d2, d4));
        o1 = TIsa.Add(even, odd);
        o2 = TIsa.Subtract(even, odd);
        o3 = TIsa.Add(near, far);
        o4 = TIsa.Subtract(near, far);
        o5 = TIsa.MultiplyAdd(four, d1, TIsa.MultiplyAdd(minusFive, d3, d5));
    }

    /// <summary>Gg of a filter of three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter3(TVec g0, TVec g1, TVec g2, out TVec o0, out TVec o1, out TVec o2, out TVec o3, out TVec o4, out TVec o5)
    {
        TVec sixth = TIsa.Broadcast(-1f / 6), part = TIsa.Broadcast(1f / 24), ends = TIsa.Add(g0, g2), wide = TIsa.MultiplyAdd(TIsa.Broadcast(4), g2, g0), twice = TIsa.Add(g1, g1);
        o0 = TIsa.Multiply(TIsa.Broadcast(0.25f), g0);
        o1 = TIsa.Multiply(sixth, TIsa.Add(ends, g1));
        o2 = TIsa.Multiply(sixth, TIsa.Subtract(ends, g1));
        o3 = TIsa.Multiply(part, TIsa.Add(wide, twice));
        o4 = TIsa.Multiply(part, TIsa.Subtract(wide, twice));
        o5 = g2;
    }

    /// <summary>Gg of a filter of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter4(TVec g0, TVec g1, TVec g2, TVec g3, out TVec o0, out TVec o1, out TVec o2, out TVec o3, out TVec o4, out TVec o5)
    {
        TVec sixth = TIsa.Broadcast(-1f / 6), part = TIsa.Broadcast(1f / 24), four = TIsa.Broadcast(4);
        TVec even = TIsa.Add(g0, g2), odd = TIsa.Add(g1, g3), wideEven = TIsa.MultiplyAdd(four, g2, g0), half = TIsa.MultiplyAdd(four, g3, g1), wideOdd = TIsa.Add(half, half);
        o0 = TIsa.Multiply(TIsa.Broadcast(0.25f), g0);
        o1 = TIsa.Multiply(sixth, TIsa.Add(even, odd));
        o2 = TIsa.Multiply(sixth, TIsa.Subtract(even, odd));
        o3 = TIsa.Multiply(part, TIsa.Add(wideEven, wideOdd));
        o4 = TIsa.Multiply(part, TIsa.Subtract(wideEven, wideOdd));
        o5 = g3;
    }

    /// <summary>Aᵀm of F(4,3): four results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output4(TVec m0, TVec m1, TVec m2, TVec m3, TVec m4, TVec m5, out TVec y0, out TVec y1, out TVec y2, out TVec y3)
    {
        TVec near = TIsa.Add(m1, m2), nearOdd = TIsa.Subtract(m1, m2), far = TIsa.Add(m3, m4), farOdd = TIsa.Subtract(m3, m4);
        y0 = TIsa.Add(m0, TIsa.Add(near, far));
        y1 = TIsa.MultiplyAdd(TIsa.Broadcast(2), farOdd, nearOdd);
        y2 = TIsa.MultiplyAdd(TIsa.Broadcast(4), far, near);
        y3 = TIsa.Add(m5, TIsa.MultiplyAdd(TIsa.Broadcast(8), farOdd, nearOdd));
    }

    /// <summary>Aᵀm of F(3,4): three results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output3(TVec m0, TVec m1, TVec m2, TVec m3, TVec m4, TVec m5, out TVec y0, out TVec y1, out TVec y2)
    {
        TVec near = TIsa.Add(m1, m2), nearOdd = TIsa.Subtract(m1, m2), far = TIsa.Add(m3, m4), farOdd = TIsa.Subtract(m3, m4);
        y0 = TIsa.Add(m0, TIsa.Add(near, far));
        y1 = TIsa.MultiplyAdd(TIsa.Broadcast(2), farOdd, nearOdd);
        y2 = TIsa.Add(m5, TIsa.MultiplyAdd(TIsa.Broadcast(4), far, near));
    }
}

/// <summary>How an image is cut into tiles of 4×4 results, counted over (image, row, column).</summary>
internal readonly record struct WinogradTiles(int Images, int GridH, int GridW)
{
    /// <summary>Products of a tile.</summary>
    public const int Positions = 36;

    /// <summary>Results of a tile along one side.</summary>
    public const int Side = 4;

    /// <summary>From one position of so many floats to the next: a line more, or the positions' lines would meet in few sets of the caches.</summary>
    public static nint Stride(long floats) => (nint)floats + 16;

    public int Rows => (GridH + Side - 1) / Side;

    public int Columns => (GridW + Side - 1) / Side;

    public int Count => Images * Rows * Columns;

    public (int Image, int H, int W) At(int tile)
    {
        int perImage = Rows * Columns, rest = tile % perImage;
        return (tile / perImage, rest / Columns * Side, rest % Columns * Side);
    }
}

/// <summary>Bᵀ d B of 6×6 pixels around each tile, all channels: V[position][tile][channel].</summary>
internal readonly unsafe struct WinogradInput<TIsa, TVec>(float* source, int height, int width, int channels, int padTop, int padLeft, float* zeros)
    where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <param name="tile">Image, first row and first column of the tile's results.</param>
    /// <param name="firstChannel">First channel that is transformed.</param>
    /// <param name="count">Channels, whole vectors.</param>
    /// <param name="to">Position 0 of this tile.</param>
    /// <param name="positionStride">Floats from one position to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run((int Image, int H, int W) tile, int firstChannel, int count, float* to, nint positionStride)
    {
        // Pixels outside the image are read from zeros.
        float** at = stackalloc float*[WinogradTiles.Positions];
        for (int i = 0; i < 6; i++)
        {
            int row = tile.H + i - padTop;
            float* line = source + (((long)tile.Image * height + row) * width + tile.W - padLeft) * channels + firstChannel;
            for (int j = 0; j < 6; j++) at[i * 6 + j] = (uint)row < (uint)height && (uint)(tile.W + j - padLeft) < (uint)width ? line + (long)j * channels : zeros;
        }
        TVec* half = stackalloc TVec[WinogradTiles.Positions];
        for (int c = 0; c < count; c += TIsa.Width)
        {
            for (int j = 0; j < 6; j++)
            {
                WinogradTransforms<TIsa, TVec>.Input(TIsa.Load(at[j] + c), TIsa.Load(at[6 + j] + c), TIsa.Load(at[12 + j] + c), TIsa.Load(at[18 + j] + c), TIsa.Load(at[24 + j] + c), TIsa.Load(at[30 + j] + c),
                    out half[j], out half[6 + j], out half[12 + j], out half[18 + j], out half[24 + j], out half[30 + j]);
            }
            float* place = to + c;
            for (int i = 0; i < 6; i++)
            {
                TVec* line = half + i * 6;
                WinogradTransforms<TIsa, TVec>.Input(line[0], line[1], line[2], line[3], line[4], line[5], out var o0, out var o1, out var o2, out var o3, out var o4, out var o5);
                TIsa.Store(o0, place);
                TIsa.Store(o1, place + positionStride);
                TIsa.Store(o2, place + 2 * positionStride);
                TIsa.Store(o3, place + 3 * positionStride);
                TIsa.Store(o4, place + 4 * positionStride);
                TIsa.Store(o5, place + 5 * positionStride);
                place += 6 * positionStride;
            }
        }
    }
}
