using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>A place in (tap row, tap column, channel), walked in that order; what a position counts, chunks or elements, is the owner's choice.</summary>
internal struct TapCursor
{
    public int Channel, Column, Row, Channels, Columns;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TapCursor Plus(int positions)
    {
        int channel = Channel + positions, column = Column, row = Row;
        while (channel >= Channels)
        {
            channel -= Channels;
            if (++column == Columns)
            {
                column = 0;
                row++;
            }
        }
        return new() { Channel = channel, Column = column, Row = row, Channels = Channels, Columns = Columns };
    }
}

/// <summary>The top left of the window of one row of pixels: image, and coordinates that padding may make negative.</summary>
internal struct WindowOrigin
{
    /// <summary>First pixel of the image; rows beyond the last pixel lie far above it, so that they read zeros.</summary>
    public int Image, H, W;
}

/// <summary>
/// Depth-contiguous rows gathered from pixels (fprop's x, dgrad's dy): row = window, depth = (tap, channel). A thread copies chunk t mod 4 of rows t/4 and t/4 + 64;
/// tap (i, j) lies at (H + i·Step, W + j·Step), and what is outside the picture is zero.
/// </summary>
internal struct WindowRows : ISlabCopy<WindowRows>
{
    /// <summary>A window's top that no picture reaches.</summary>
    public const int Nowhere = -1 << 28;

    public ArrayView<Float4> Source;
    public WindowOrigin First, Second;
    public TapCursor Tap;

    /// <summary>Taps along h, step from tap to tap (1, or −1 in dgrad), the picture's extents, chunks of a pixel, 64-row halves.</summary>
    public int TapRows, Step, Height, Width, PixelChunks, Halves, Target;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly WindowRows Copy(int shared)
    {
        Copy(shared + Target, First);
        if (Halves > 1) Copy(shared + Target + 64 * SharedTiles.SlabBytes, Second);
        var next = this;
        next.Tap = Tap.Plus(SharedTiles.SlabChunks);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Copy(int shared, WindowOrigin origin)
    {
        int h = origin.H + Tap.Row * Step, w = origin.W + Tap.Column * Step;
        bool inside = Tap.Row < TapRows && h >= 0 && h < Height && w >= 0 && w < Width;
        Ptx.CopyAsync(shared, ref Source[inside ? (origin.Image + h * Width + w) * PixelChunks + Tap.Channel : 0], inside ? 16 : 0);
    }
}

/// <summary>Depth-contiguous rows of a matrix (fprop's weights): a thread copies chunk t mod 4 of rows t/4 and t/4 + 64.</summary>
internal struct MatrixRows : ISlabCopy<MatrixRows>
{
    public ArrayView<Float4> Source;

    /// <summary>Row of the first copy, rows there are, the next chunk of depth, chunks of a row, 64-row halves.</summary>
    public int Row, Rows, Chunk, RowChunks, Halves, Target;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly MatrixRows Copy(int shared)
    {
        Copy(shared + Target, Row);
        if (Halves > 1) Copy(shared + Target + 64 * SharedTiles.SlabBytes, Row + 64);
        var next = this;
        next.Chunk = Chunk + SharedTiles.SlabChunks;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Copy(int shared, int row)
    {
        bool inside = row < Rows && Chunk < RowChunks;
        Ptx.CopyAsync(shared, ref Source[inside ? row * RowChunks + Chunk : 0], inside ? 16 : 0);
    }
}

/// <summary>
/// Row-contiguous slabs of weights for dgrad: depth = (tap, filter), rows = input channels. Of a row of w chunks, a thread copies one of depth t/w and, where
/// 256 threads are not enough for the slab, one of depth t/w + 256/w.
/// </summary>
internal struct WeightColumns : ISlabCopy<WeightColumns>
{
    public ArrayView<Float4> Source;
    public TapCursor First, Second;

    /// <summary>Chunk along the channels, chunks there are; taps along h; tap 0's place in the kernel and the step to the next; the kernel's width.</summary>
    public int Chunk, Chunks, TapRows, FirstR, FirstS, StrideR, StrideS, KernelRows, KernelColumns, SlabDepth, Copies, Target, SecondTarget;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly WeightColumns Copy(int shared)
    {
        Copy(shared + Target, First);
        if (Copies > 1) Copy(shared + SecondTarget, Second);
        var next = this;
        next.First = First.Plus(SlabDepth);
        if (Copies > 1) next.Second = Second.Plus(SlabDepth);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Copy(int shared, TapCursor at)
    {
        bool inside = at.Row < TapRows && Chunk < Chunks;
        int r = FirstR + at.Row * StrideR, s = FirstS + at.Column * StrideS;
        Ptx.CopyAsync(shared, ref Source[inside ? ((at.Channel * KernelRows + r) * KernelColumns + s) * Chunks + Chunk : 0], inside ? 16 : 0);
    }
}

/// <summary>An output pixel, walked in memory order.</summary>
internal struct PixelCursor
{
    public int Q, P, N, Columns, Rows;

    public static PixelCursor At(int pixel, int rows, int columns)
    {
        int line = pixel / columns;
        return new() { Q = pixel - line * columns, P = line % rows, N = line / rows, Columns = columns, Rows = rows };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PixelCursor Plus(int pixels)
    {
        int q = Q + pixels, p = P, n = N;
        while (q >= Columns)
        {
            q -= Columns;
            if (++p == Rows)
            {
                p = 0;
                n++;
            }
        }
        return new() { Q = q, P = p, N = n, Columns = Columns, Rows = Rows };
    }
}

/// <summary>Row-contiguous slabs for wgrad whose depth is output pixels: dy itself, a matrix (pixels, K). Threads as in <see cref="WeightColumns"/>.</summary>
internal struct PixelLines : ISlabCopy<PixelLines>
{
    public ArrayView<Float4> Source;

    /// <summary>The pixel of the first copy, the pixel after the part's last, depth between copies; chunk along K, chunks there are.</summary>
    public int Pixel, End, SecondDepth, SlabDepth, Chunk, Chunks, Copies, Target, SecondTarget;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly PixelLines Copy(int shared)
    {
        Copy(shared + Target, Pixel);
        if (Copies > 1) Copy(shared + SecondTarget, Pixel + SecondDepth);
        var next = this;
        next.Pixel = Pixel + SlabDepth;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Copy(int shared, int pixel)
    {
        bool inside = pixel < End && Chunk < Chunks;
        Ptx.CopyAsync(shared, ref Source[inside ? pixel * Chunks + Chunk : 0], inside ? 16 : 0);
    }
}

/// <summary>Row-contiguous slabs for wgrad gathered from x: depth = output pixels, rows = (tap, channel); a thread's tap and channels stay.</summary>
internal struct WindowLines : ISlabCopy<WindowLines>
{
    public ArrayView<Float4> Source;
    public PixelCursor First, Second;

    /// <summary>Pixel of the first copy and the part's end; this thread's tap less the padding; its chunk in the pixel; 0 or 1: beyond the last tap.</summary>
    public int Pixel, End, SecondDepth, SlabDepth, OffsetH, OffsetW, StrideH, StrideW, Height, Width, Chunk, PixelChunks, Beyond, Copies, Target, SecondTarget;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly WindowLines Copy(int shared)
    {
        Copy(shared + Target, First, Pixel);
        if (Copies > 1) Copy(shared + SecondTarget, Second, Pixel + SecondDepth);
        var next = this;
        next.Pixel = Pixel + SlabDepth;
        next.First = First.Plus(SlabDepth);
        if (Copies > 1) next.Second = Second.Plus(SlabDepth);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Copy(int shared, PixelCursor at, int pixel)
    {
        int h = at.P * StrideH + OffsetH, w = at.Q * StrideW + OffsetW;
        bool inside = pixel < End && Beyond == 0 && h >= 0 && h < Height && w >= 0 && w < Width;
        Ptx.CopyAsync(shared, ref Source[inside ? ((at.N * Height + h) * Width + w) * PixelChunks + Chunk : 0], inside ? 16 : 0);
    }
}
