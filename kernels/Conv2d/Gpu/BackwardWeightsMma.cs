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
/// wgrad on tensor cores: output channels × (taps × input channels), reduced over output pixels; both operands have their rows contiguous and are transposed by ldmatrix.
/// K × RSC alone would leave multiprocessors idle, so the pixels are split into parts, added up in order afterwards. Grid: filter blocks, column blocks, parts.
/// </summary>
internal static class BackwardWeightsMma<TBlock, TWarp>
    where TBlock : struct, IBlockTile where TWarp : struct, IWarpTile<TWarp>
{
    private const int PerChunk = 8;

    public static void Kernel(BackwardWeightsMmaArguments k)
    {
        var g = k.Geometry;
        int rows = default(TBlock).Rows, columns = default(TBlock).Columns, aBytes = rows * SharedTiles.SlabBytes, stageBytes = (rows + columns) * SharedTiles.SlabBytes;
        var memory = SharedMemory.Allocate<Float4>(MmaShared.Chunks<TBlock>());
        int shared = Ptx.SharedAddress(ref memory[0]), thread = Group.IdxX, warp = thread / 32;
        int firstFilter = Grid.IdxX * rows, firstColumn = Grid.IdxY * columns, from = Grid.IdxZ * k.PixelsPerPart, to = IntrinsicMath.Min(from + k.PixelsPerPart, g.OutputPixels);
        int channelChunks = g.C / PerChunk, wide = rows / PerChunk, depthA = thread / wide, chunkA = thread % wide;
        var dy = new PixelLines
        {
            Source = k.Dy,
            Pixel = from + depthA,
            End = to,
            Chunk = firstFilter / PerChunk + chunkA,
            Chunks = g.K / PerChunk,
            Copies = 32 * wide / 256,
            Target = SharedTiles.RowMajor(depthA, chunkA, wide),
            SecondTarget = SharedTiles.RowMajor(depthA + 16, chunkA, wide),
        };
        int width = columns / PerChunk, depthB = thread / width, chunkB = thread % width, column = firstColumn / PerChunk + chunkB;
        int tap = column / channelChunks, r = tap / g.S, s = tap - r * g.S;
        var x = new WindowLines
        {
            Source = k.X,
            First = PixelCursor.At(from + depthB, g.P, g.Q),
            Second = PixelCursor.At(from + depthB + 16, g.P, g.Q),
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
            Copies = 32 * width / 256,
            Target = SharedTiles.RowMajor(depthB, chunkB, width),
            SecondTarget = SharedTiles.RowMajor(depthB + 16, chunkB, width),
        };
        int warpRow = warp / default(TBlock).WarpColumns * default(TWarp).Rows, warpColumn = warp % default(TBlock).WarpColumns * default(TWarp).Columns;
        var a = RowMajorFragments.OfA(shared, warpRow, wide);
        var b = RowMajorFragments.OfB(shared + aBytes, warpColumn, width);
        var sum = MmaLoop.Run<PixelLines, WindowLines, RowMajorFragments, RowMajorFragments, TWarp, Bf16Math>(dy, x, a, b, shared, aBytes, stageBytes, (to - from + 31) / 32);
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
