using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

internal struct BackwardDataMmaArguments
{
    /// <summary>In 16-byte chunks; C and K are multiples of a chunk.</summary>
    public ArrayView<Float4> Dy, Weights, Dx;
    public ConvGeometry Geometry;

    /// <summary>Blocks along the channels.</summary>
    public int ChannelBlocks;

    /// <summary>0 or 1.</summary>
    public int Adds;
}

/// <summary>
/// dgrad on tensor cores: input pixels × input channels, reduced over taps × output channels. With a stride, the pixels fall into stride² classes by their
/// place between the windows, and only some taps reach each class: Grid z is the class, so no product with the zeros between is made.
/// Grid: channel blocks first, then pixel blocks of the largest class; z: classes.
/// </summary>
internal static class BackwardDataMma<TBlock, TWarp, TMath, TStorage, TRows>
    where TBlock : struct, IBlockTile where TWarp : struct, IWarpTile<TWarp> where TMath : struct, IMmaMath where TStorage : struct, IStorage where TRows : struct, IRowMajorFragments<TRows>
{
    public static void Kernel(BackwardDataMmaArguments k)
    {
        var g = k.Geometry;
        var pixels = PixelClass.At(g, Grid.IdxZ);
        int rows = default(TBlock).Rows, columns = default(TBlock).Columns, aBytes = rows * SharedTiles.SlabBytes, stageBytes = (rows + columns) * SharedTiles.SlabBytes;
        var memory = SharedMemory.Allocate<Float4>(MmaShared.Chunks<TBlock>());
        int shared = Ptx.SharedAddress(ref memory[0]), thread = Group.IdxX, warp = thread / 32;
        int firstPixel = Grid.IdxX / k.ChannelBlocks * rows, firstChannel = Grid.IdxX % k.ChannelBlocks * columns, filterChunks = g.K / default(TStorage).PerChunk;
        if (firstPixel >= pixels.Count) return;
        int line = thread / 4, chunk = thread % 4;
        var dy = new WindowRows
        {
            Source = k.Dy,
            First = Origin(g, pixels, firstPixel + line),
            Second = Origin(g, pixels, firstPixel + line + 64),
            Tap = new TapCursor { Channels = filterChunks, Columns = pixels.TapColumns }.Plus(chunk),
            TapRows = pixels.TapRows,
            Step = -1,
            Height = g.P,
            Width = g.Q,
            PixelChunks = filterChunks,
            Halves = rows / 64,
            Target = SharedTiles.DepthMajor(line, chunk),
        };
        int width = columns / default(TStorage).PerChunk, depth = thread / width, column = thread % width, slabDepth = SharedTiles.SlabChunks * default(TStorage).PerChunk, secondDepth = depth + 256 / width;
        var w = new WeightColumns
        {
            Source = k.Weights,
            First = new TapCursor { Channels = g.K, Columns = pixels.TapColumns }.Plus(depth),
            Second = new TapCursor { Channels = g.K, Columns = pixels.TapColumns }.Plus(secondDepth),
            Chunk = firstChannel / default(TStorage).PerChunk + column,
            Chunks = g.C / default(TStorage).PerChunk,
            TapRows = pixels.TapRows,
            FirstR = pixels.FirstR,
            FirstS = pixels.FirstS,
            StrideR = g.StrideH,
            StrideS = g.StrideW,
            KernelRows = g.R,
            KernelColumns = g.S,
            SlabDepth = slabDepth,
            Copies = slabDepth * width / 256,
            Target = default(TRows).Place(depth, column, width),
            SecondTarget = default(TRows).Place(secondDepth, column, width),
        };
        var a = DepthMajorFragments.OfA(shared, warp / default(TBlock).WarpColumns * default(TWarp).Rows);
        var b = default(TRows).OfB(memory, shared, aBytes, warp % default(TBlock).WarpColumns * default(TWarp).Columns, width);
        int slabs = (pixels.TapRows * pixels.TapColumns * filterChunks + SharedTiles.SlabChunks - 1) / SharedTiles.SlabChunks;
        var sum = MmaLoop.Run<WindowRows, WeightColumns, DepthMajorFragments, TRows, TWarp, TMath>(dy, w, a, b, shared, aBytes, stageBytes, slabs);
        StagedStore.Run<TBlock, TWarp, Target, NoReader>(sum, memory, new Target { K = k, Pixels = pixels, FirstPixel = firstPixel, FirstChannel = firstChannel }, default);
    }

    private static WindowOrigin Origin(in ConvGeometry g, in PixelClass pixels, int pixel)
    {
        if (pixel >= pixels.Count) return new() { Image = 0, H = WindowRows.Nowhere, W = 0 };
        var at = PixelCursor.At(pixel, pixels.Rows, pixels.Columns);
        return new() { Image = at.N * g.P * g.Q, H = at.P + pixels.FirstP, W = at.Q + pixels.FirstQ };
    }

    private struct Target : IRowTarget
    {
        public BackwardDataMmaArguments K;
        public PixelClass Pixels;
        public int FirstPixel, FirstChannel;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(int row, int column, Float8 values)
        {
            int pixel = FirstPixel + row, channel = FirstChannel + column;
            if (pixel >= Pixels.Count || channel >= K.Geometry.C) return;
            var at = PixelCursor.At(pixel, Pixels.Rows, Pixels.Columns);
            int h = Pixels.FirstH + at.P * K.Geometry.StrideH, w = Pixels.FirstW + at.Q * K.Geometry.StrideW;
            int element = ((at.N * K.Geometry.H + h) * K.Geometry.W + w) * K.Geometry.C + channel;
            if (K.Adds != 0) values = values.Plus(default(TStorage).Load(K.Dx, element));
            default(TStorage).Store(K.Dx, element, values);
        }
    }
}

/// <summary>
/// The input pixels (FirstH + StrideH·i, FirstW + StrideW·j) and the taps that reach them: tap rows r = FirstR + StrideH·t read output row FirstP + i − t,
/// and so for columns.
/// </summary>
internal struct PixelClass
{
    public int FirstH, FirstW, Rows, Columns, Count, FirstR, FirstS, TapRows, TapColumns, FirstP, FirstQ;

    public static PixelClass At(in ConvGeometry g, int index)
    {
        int h = index / g.StrideW, w = index - h * g.StrideW;
        int rows = h < g.H ? (g.H - h + g.StrideH - 1) / g.StrideH : 0, columns = w < g.W ? (g.W - w + g.StrideW - 1) / g.StrideW : 0;
        int r = (h + g.PadTop) % g.StrideH, s = (w + g.PadLeft) % g.StrideW;
        int tapRows = r < g.R ? (g.R - r + g.StrideH - 1) / g.StrideH : 0, tapColumns = s < g.S ? (g.S - s + g.StrideW - 1) / g.StrideW : 0;
        return new()
        {
            FirstH = h,
            FirstW = w,
            Rows = rows,
            Columns = columns,
            Count = g.N * rows * columns,
            FirstR = r,
            FirstS = s,
            // No taps along one side are none at all; a cursor still wants a column to walk.
            TapRows = tapColumns > 0 ? tapRows : 0,
            TapColumns = IntrinsicMath.Max(tapColumns, 1),
            FirstP = (h + g.PadTop - r) / g.StrideH,
            FirstQ = (w + g.PadLeft - s) / g.StrideW,
        };
    }
}
