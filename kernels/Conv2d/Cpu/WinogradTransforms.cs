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
    /// <summary>Row 0 of Bᵀd, and row 5 if all three are one later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec InputEnd(TVec d0, TVec d2, TVec d4) => TIsa.MultiplyAdd(TIsa.Broadcast(4), d0, TIsa.MultiplyAdd(TIsa.Broadcast(-5), d2, d4));

    /// <summary>Bᵀd of six inputs, stored <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreInput(TVec d0, TVec d1, TVec d2, TVec d3, TVec d4, TVec d5, float* to, nint stride)
    {
        TIsa.Store(InputEnd(d0, d2, d4), to);
        InputNear<TIsa, TVec>.Rows(d1, d2, d3, d4, out var o1, out var o2);
        TIsa.Store(o1, to + stride);
        TIsa.Store(o2, to + 2 * stride);
        InputFar<TIsa, TVec>.Rows(d1, d2, d3, d4, out var o3, out var o4);
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

    /// <summary>Gg of a filter of four, stored <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void StoreFilter4(TVec g0, TVec g1, TVec g2, TVec g3, float* to, nint stride)
    {
        TIsa.Store(TIsa.Multiply(TIsa.Broadcast(0.25f), g0), to);
        Filter4Near<TIsa, TVec>.Rows(g0, g1, g2, g3, out var o1, out var o2);
        TIsa.Store(o1, to + stride);
        TIsa.Store(o2, to + 2 * stride);
        Filter4Far<TIsa, TVec>.Rows(g0, g1, g2, g3, out var o3, out var o4);
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

/// <summary>Two rows of a transform that share their sums.</summary>
internal interface IWinogradPair<TVec>
{
    static abstract void Rows(TVec a, TVec b, TVec c, TVec d, out TVec first, out TVec second);
}

/// <summary>Rows 1 and 2 of Bᵀd, of the inputs 1 to 4.</summary>
internal readonly struct InputNear<TIsa, TVec> : IWinogradPair<TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(TVec d1, TVec d2, TVec d3, TVec d4, out TVec o1, out TVec o2)
    {
        TVec minusFour = TIsa.Broadcast(-4), even = TIsa.MultiplyAdd(minusFour, d2, d4), odd = TIsa.MultiplyAdd(minusFour, d1, d3);
        (o1, o2) = (TIsa.Add(even, odd), TIsa.Subtract(even, odd));
    }
}

/// <summary>Rows 3 and 4 of Bᵀd, of the inputs 1 to 4.</summary>
internal readonly struct InputFar<TIsa, TVec> : IWinogradPair<TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(TVec d1, TVec d2, TVec d3, TVec d4, out TVec o3, out TVec o4)
    {
        TVec even = TIsa.Subtract(d4, d2), half = TIsa.Subtract(d3, d1), odd = TIsa.Add(half, half);
        (o3, o4) = (TIsa.Add(even, odd), TIsa.Subtract(even, odd));
    }
}

/// <summary>Rows 1 and 2 of Gg of a filter of four; rows 0 and 5 are g0 / 4 and g3.</summary>
internal readonly struct Filter4Near<TIsa, TVec> : IWinogradPair<TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(TVec g0, TVec g1, TVec g2, TVec g3, out TVec o1, out TVec o2)
    {
        TVec sixth = TIsa.Broadcast(-1f / 6), even = TIsa.Add(g0, g2), odd = TIsa.Add(g1, g3);
        (o1, o2) = (TIsa.Multiply(sixth, TIsa.Add(even, odd)), TIsa.Multiply(sixth, TIsa.Subtract(even, odd)));
    }
}

/// <summary>Rows 3 and 4 of Gg of a filter of four.</summary>
internal readonly struct Filter4Far<TIsa, TVec> : IWinogradPair<TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(TVec g0, TVec g1, TVec g2, TVec g3, out TVec o3, out TVec o4)
    {
        TVec part = TIsa.Broadcast(1f / 24), four = TIsa.Broadcast(4), even = TIsa.MultiplyAdd(four, g2, g0), half = TIsa.MultiplyAdd(four, g3, g1), odd = TIsa.Add(half, half);
        (o3, o4) = (TIsa.Multiply(part, TIsa.Add(even, odd)), TIsa.Multiply(part, TIsa.Subtract(even, odd)));
    }
}

/// <summary>
/// How images are cut into tiles of 4×4 results, or of 3 where 4 do not divide an extent: 14 is 4 + 4 + 3 + 3. Of three results none needs the product at infinity, the sixth point; so tiles
/// come in the order of their kinds, and each position's tiles are a range: rows whole and columns short, both whole, rows short and columns whole, both short.
/// </summary>
internal readonly record struct WinogradTiles(int Images, int GridH, int GridW)
{
    /// <summary>Products of a tile.</summary>
    public const int Positions = 36;

    /// <summary>Results of a whole tile along one side.</summary>
    public const int Side = 4;

    private const int Points = 6;

    /// <summary>From one position of so many floats to the next: a line more, or the positions' lines would meet in few sets of the caches.</summary>
    public static nint Stride(long floats) => (nint)floats + 16;

    public int Count => Images * Along(GridH) * Along(GridW);

    /// <summary>Results of a tile.</summary>
    public int Pixels(int tile)
    {
        var at = At(tile);
        return at.Rows * at.Columns;
    }

    public WinogradTile At(int tile)
    {
        int wholeH = Whole(GridH), wholeW = Whole(GridW), shortH = Along(GridH) - wholeH, shortW = Along(GridW) - wholeW;
        int first = Images * wholeH * shortW, second = first + Images * wholeH * wholeW, third = second + Images * shortH * wholeW;
        return tile < first ? Of(tile, 0, wholeH, wholeW, shortW)
            : tile < second ? Of(tile - first, 0, wholeH, 0, wholeW)
            : tile < third ? Of(tile - second, wholeH, shortH, 0, wholeW)
            : Of(tile - third, wholeH, shortH, wholeW, shortW);
    }

    /// <summary>Of some tiles, those that have a product at a position: the first, and how many.</summary>
    public (int First, int Count) At(int position, int first, int count)
    {
        int wholeH = Whole(GridH), wholeW = Whole(GridW), begin = 0, end = Count;
        if (position >= Positions - Points) end = Images * wholeH * Along(GridW);
        if (position % Points == Points - 1)
        {
            begin = Images * wholeH * (Along(GridW) - wholeW);
            end = Math.Min(end, begin + Images * Along(GridH) * wholeW);
        }
        int from = Math.Max(begin, first);
        return (from, Math.Max(Math.Min(end, first + count) - from, 0));
    }

    private WinogradTile Of(int index, int firstRow, int rows, int firstColumn, int columns)
    {
        int rest = index % (rows * columns);
        var (h, height) = Extent(GridH, firstRow + rest / columns);
        var (w, width) = Extent(GridW, firstColumn + rest % columns);
        return new(index / (rows * columns), h, w, height, width);
    }

    private static int Along(int extent) => (extent + Side - 1) / Side;

    /// <summary>Tiles of four results; the others have three, the last of few perhaps less.</summary>
    private static int Whole(int extent) => Math.Max(extent - (Side - 1) * Along(extent), 0);

    private static (int Start, int Results) Extent(int extent, int index)
    {
        int whole = Whole(extent), start = Side * Math.Min(index, whole) + (Side - 1) * Math.Max(index - whole, 0);
        return (start, Math.Min(index < whole ? Side : Side - 1, extent - start));
    }
}

/// <summary>A tile's place and its results.</summary>
internal readonly record struct WinogradTile(int Image, int H, int W, int Rows, int Columns);

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
    public void Run(WinogradTile tile, int firstChannel, int count, float* to, nint positionStride)
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
            StorePair<InputNear<TIsa, TVec>>(at, c, to + c + 6 * positionStride, positionStride);
            StorePair<InputFar<TIsa, TVec>>(at, c, to + c + 18 * positionStride, positionStride);
            StoreEnd(at, c, to + c, positionStride);
            StoreEnd(at + 6, c, to + c + 30 * positionStride, positionStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TPair>(float** at, int c, float* to, nint stride) where TPair : struct, IWinogradPair<TVec>
    {
        Pair<TPair>(at, c, out var a0, out var b0);
        Pair<TPair>(at + 1, c, out var a1, out var b1);
        Pair<TPair>(at + 2, c, out var a2, out var b2);
        Pair<TPair>(at + 3, c, out var a3, out var b3);
        Pair<TPair>(at + 4, c, out var a4, out var b4);
        Pair<TPair>(at + 5, c, out var a5, out var b5);
        WinogradTransforms<TIsa, TVec>.StoreInput(a0, a1, a2, a3, a4, a5, to, stride);
        WinogradTransforms<TIsa, TVec>.StoreInput(b0, b1, b2, b3, b4, b5, to + 6 * stride, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TPair>(float** column, int c, out TVec first, out TVec second) where TPair : struct, IWinogradPair<TVec>
        => TPair.Rows(TIsa.Load(column[6] + c), TIsa.Load(column[12] + c), TIsa.Load(column[18] + c), TIsa.Load(column[24] + c), out first, out second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEnd(float** rows, int c, float* to, nint stride)
        => WinogradTransforms<TIsa, TVec>.StoreInput(End(rows, c), End(rows + 1, c), End(rows + 2, c), End(rows + 3, c), End(rows + 4, c), End(rows + 5, c), to, stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec End(float** column, int c) => WinogradTransforms<TIsa, TVec>.InputEnd(TIsa.Load(column[0] + c), TIsa.Load(column[12] + c), TIsa.Load(column[24] + c));
}
