using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

internal struct BackwardWeightsMmaArguments
{
    /// <summary>In 16-byte chunks; C and K are multiples of a chunk.</summary>
    public ArrayView<Float4> X, Dy;

    /// <summary>float32 (parts, K, R, S, C).</summary>
    public ArrayView<float> Parts;
    public ConvGeometry Geometry;

    /// <summary>Output pixels of a part.</summary>
    public int PixelsPerPart;
}

/// <summary>
/// wgrad on tensor cores: output channels × (taps × input channels), reduced over output pixels; both operands have their rows contiguous.
/// K × RSC alone would leave multiprocessors idle, so the pixels are split into parts, added up in order afterwards. Grid: filter blocks, column blocks, parts.
/// </summary>
internal static class BackwardWeightsMma<TBlock, TWarp, TMath, TStorage, TRows>
    where TBlock : struct, IBlockTile where TWarp : struct, IWarpTile<TWarp> where TMath : struct, IMmaMath where TStorage : struct, IStorage where TRows : struct, IRowMajorFragments<TRows>
{
    public static void Kernel(BackwardWeightsMmaArguments k)
    {
        var g = k.Geometry;
        int rows = default(TBlock).Rows, columns = default(TBlock).Columns, aBytes = rows * SharedTiles.SlabBytes, stageBytes = (rows + columns) * SharedTiles.SlabBytes;
        var memory = SharedMemory.Allocate<Float4>(MmaShared.Chunks<TBlock>());
        int shared = Ptx.SharedAddress(ref memory[0]), thread = Group.IdxX, warp = thread / 32;
        int firstFilter = Grid.IdxX * rows, firstColumn = Grid.IdxY * columns, from = Grid.IdxZ * k.PixelsPerPart, to = IntrinsicMath.Min(from + k.PixelsPerPart, g.OutputPixels);
        int perChunk = default(TStorage).PerChunk, slabDepth = SharedTiles.SlabChunks * perChunk, channelChunks = g.C / perChunk, wide = rows / perChunk, depthA = thread / wide, chunkA = thread % wide;
        var dy = new PixelLines
        {
            Source = k.Dy,
            Pixel = from + depthA,
            End = to,
            Chunk = firstFilter / perChunk + chunkA,
            Chunks = g.K / perChunk,
            SecondDepth = 256 / wide,
            SlabDepth = slabDepth,
            Copies = slabDepth * wide / 256,
            Target = default(TRows).Place(depthA, chunkA, wide),
            SecondTarget = default(TRows).Place(depthA + 256 / wide, chunkA, wide),
        };
        int width = columns / perChunk, depthB = thread / width, chunkB = thread % width, column = firstColumn / perChunk + chunkB;
        int tap = column / channelChunks, r = tap / g.S, s = tap - r * g.S;
        var x = new WindowLines
        {
            Source = k.X,
            First = PixelCursor.At(from + depthB, g.P, g.Q),
            Second = PixelCursor.At(from + depthB + 256 / width, g.P, g.Q),
            Pixel = from + depthB,
            End = to,
            OffsetH = r - g.PadTop,
            OffsetW = s - g.PadLeft,
            StrideH = g.StrideH,
            StrideW = g.StrideW,
            Height = g.H,
            Width = g.W,
            Chunk = column - tap * channelChunks,
            PixelChunks = channelChunks,
            Beyond = r < g.R ? 0 : 1,
            SecondDepth = 256 / width,
            SlabDepth = slabDepth,
            Copies = slabDepth * width / 256,
            Target = default(TRows).Place(depthB, chunkB, width),
            SecondTarget = default(TRows).Place(depthB + 256 / width, chunkB, width),
        };
        int warpRow = warp / default(TBlock).WarpColumns * default(TWarp).Rows, warpColumn = warp % default(TBlock).WarpColumns * default(TWarp).Columns;
        var a = default(TRows).OfA(memory, shared, 0, warpRow, wide);
        var b = default(TRows).OfB(memory, shared, aBytes, warpColumn, width);
        var sum = MmaLoop.Run<PixelLines, WindowLines, TRows, TRows, TWarp, TMath>(dy, x, a, b, shared, aBytes, stageBytes, (to - from + slabDepth - 1) / slabDepth);
        sum.Store(new Target { Parts = k.Parts.Cast<Float2>(), Part = (long)Grid.IdxZ * g.K * g.TapChannels, Row = firstFilter + warpRow, Column = firstColumn + warpColumn, Rows = g.K, Columns = g.TapChannels });
    }

    /// <summary>Straight from registers: eight rows of 32 bytes fill whole sectors.</summary>
    private struct Target : IResultSink
    {
        public ArrayView<Float2> Parts;
        public long Part;
        public int Row, Column, Rows, Columns;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Take(int row, int column, Float4 values)
        {
            int lane = Group.IdxX & 31, at = Column + column + (lane & 3) * 2, top = Row + row + (lane >> 2);
            if (at >= Columns) return;
            if (top < Rows) Parts[(Part + (long)top * Columns + at) / 2] = new() { X = values.X, Y = values.Y };
            if (top + 8 < Rows) Parts[(Part + (long)(top + 8) * Columns + at) / 2] = new() { X = values.Z, Y = values.W };
        }
    }
}
