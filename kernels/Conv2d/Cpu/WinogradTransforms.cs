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
    /// <summary>Rows 1 and 2 of Bᵀd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputNear(TVec d1, TVec d2, TVec d3, TVec d4, out TVec o1, out TVec o2)
    {
        TVec minusFour = TIsa.Broadcast(-4), even = TIsa.MultiplyAdd(minusFour, d2, d4), odd = TIsa.MultiplyAdd(minusFour, d1, d3);
        (o1, o2) = (TIsa.Add(even, odd), TIsa.Subtract(even, odd));
    }

    /// <summary>Rows 3 and 4 of Bᵀd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputFar(TVec d1, TVec d2, TVec d3, TVec d4, out TVec o3, out TVec o4)
    {
        TVec even = TIsa.Subtract(d4, d2), half = TIsa.Subtract(d3, d1), odd = TIsa.Add(half, half);
        (o3, o4) = (TIsa.Add(even, odd), TIsa.Subtract(even, odd));
    }

    /// <summary>Row 0 of Bᵀd, and row 5 if all three are one later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec InputEnd(TVec d0, TVec d2, TVec d4) => TIsa.MultiplyAdd(TIsa.Broadcast(4), d0, TIsa.MultiplyAdd(TIsa.Broadcast(-5), d2, d4));

    /// <summary>Bᵀd of six inputs, stored <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreInput(TVec d0, TVec d1, TVec d2, TVec d3, TVec d4, TVec d5, float* to, nint stride)
    {
        TIsa.Store(InputEnd(d0, d2, d4), to);
        InputNear(d1, d2, d3, d4, out var o1, out var o2);
        TIsa.Store(o1, to + stride);
        TIsa.Store(o2, to + 2 * stride);
        InputFar(d1, d2, d3, d4, out var o3, out var o4);
        TIsa.Store(o3, to + 3 * stride);
        TIsa.Store(o4, to + 4 * stride);
        TIsa.Store(InputEnd(d1, d3, d5), to + 5 * stride);
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

    /// <summary>Rows 1 and 2 of Gg of a filter of four; rows 0 and 5 are g0 / 4 and g3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter4Near(TVec g0, TVec g1, TVec g2, TVec g3, out TVec o1, out TVec o2)
    {
        TVec sixth = TIsa.Broadcast(-1f / 6), even = TIsa.Add(g0, g2), odd = TIsa.Add(g1, g3);
        (o1, o2) = (TIsa.Multiply(sixth, TIsa.Add(even, odd)), TIsa.Multiply(sixth, TIsa.Subtract(even, odd)));
    }

    /// <summary>Rows 3 and 4 of Gg of a filter of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Filter4Far(TVec g0, TVec g1, TVec g2, TVec g3, out TVec o3, out TVec o4)
    {
        TVec part = TIsa.Broadcast(1f / 24), four = TIsa.Broadcast(4), even = TIsa.MultiplyAdd(four, g2, g0), half = TIsa.MultiplyAdd(four, g3, g1), odd = TIsa.Add(half, half);
        (o3, o4) = (TIsa.Multiply(part, TIsa.Add(even, odd)), TIsa.Multiply(part, TIsa.Subtract(even, odd)));
    }

    /// <summary>Gg of a filter of four, stored <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreFilter4(TVec g0, TVec g1, TVec g2, TVec g3, float* to, nint stride)
    {
        TIsa.Store(TIsa.Multiply(TIsa.Broadcast(0.25f), g0), to);
        Filter4Near(g0, g1, g2, g3, out var o1, out var o2);
        TIsa.Store(o1, to + stride);
        TIsa.Store(o2, to + 2 * stride);
        Filter4Far(g0, g1, g2, g3, out var o3, out var o4);
        TIsa.Store(o3, to + 3 * stride);
        TIsa.Store(o4, to + 4 * stride);
        TIsa.Store(g3, to + 5 * stride);
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
        // Two rows of the result at a time: twelve vectors stay in registers, where all thirty-six would go through memory.
        for (int c = 0; c < count; c += TIsa.Width)
        {
            TVec a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5;
            Near(at, c, out a0, out b0);
            Near(at + 1, c, out a1, out b1);
            Near(at + 2, c, out a2, out b2);
            Near(at + 3, c, out a3, out b3);
            Near(at + 4, c, out a4, out b4);
            Near(at + 5, c, out a5, out b5);
            WinogradTransforms<TIsa, TVec>.StoreInput(a0, a1, a2, a3, a4, a5, to + c + 6 * positionStride, positionStride);
            WinogradTransforms<TIsa, TVec>.StoreInput(b0, b1, b2, b3, b4, b5, to + c + 12 * positionStride, positionStride);
            Far(at, c, out a0, out b0);
            Far(at + 1, c, out a1, out b1);
            Far(at + 2, c, out a2, out b2);
            Far(at + 3, c, out a3, out b3);
            Far(at + 4, c, out a4, out b4);
            Far(at + 5, c, out a5, out b5);
            WinogradTransforms<TIsa, TVec>.StoreInput(a0, a1, a2, a3, a4, a5, to + c + 18 * positionStride, positionStride);
            WinogradTransforms<TIsa, TVec>.StoreInput(b0, b1, b2, b3, b4, b5, to + c + 24 * positionStride, positionStride);
            StoreEnd(at, c, to + c, positionStride);
            StoreEnd(at + 6, c, to + c + 30 * positionStride, positionStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Near(float** column, int c, out TVec o1, out TVec o2)
        => WinogradTransforms<TIsa, TVec>.InputNear(TIsa.Load(column[6] + c), TIsa.Load(column[12] + c), TIsa.Load(column[18] + c), TIsa.Load(column[24] + c), out o1, out o2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Far(float** column, int c, out TVec o3, out TVec o4)
        => WinogradTransforms<TIsa, TVec>.InputFar(TIsa.Load(column[6] + c), TIsa.Load(column[12] + c), TIsa.Load(column[18] + c), TIsa.Load(column[24] + c), out o3, out o4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEnd(float** rows, int c, float* to, nint stride)
        => WinogradTransforms<TIsa, TVec>.StoreInput(End(rows, c), End(rows + 1, c), End(rows + 2, c), End(rows + 3, c), End(rows + 4, c), End(rows + 5, c), to, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec End(float** column, int c) => WinogradTransforms<TIsa, TVec>.InputEnd(TIsa.Load(column[0] + c), TIsa.Load(column[12] + c), TIsa.Load(column[24] + c));
}
