using System.Runtime.CompilerServices;
using ILGPU;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

internal struct ForwardMmaArguments
{
    /// <summary>In 16-byte chunks; channels of x and w, and K, are multiples of a chunk.</summary>
    public ArrayView<Float4> X, Weights, Bias, Residual, Y, Statistics;
    public ConvGeometry Geometry;

    /// <summary>Blocks along the filters.</summary>
    public int FilterBlocks;

    /// <summary>0 or 1: kernel arguments hold no bool.</summary>
    public int HasBias, HasResidual, Relu, HasStatistics;
}

/// <summary>
/// fprop on tensor cores: output pixels × output channels, reduced over taps × input channels; both operands depth-contiguous. Grid x counts filter blocks first: neighbouring blocks
/// read the same pixels while they are in the cache.
/// </summary>
internal static class ForwardMma<TBlock, TWarp, TMath, TStorage>
    where TBlock : struct, IBlockTile where TWarp : struct, IWarpTile<TWarp> where TMath : struct, IMmaMath where TStorage : struct, IStorage
{
    public static void Kernel(ForwardMmaArguments k)
    {
        var g = k.Geometry;
        int rows = default(TBlock).Rows, columns = default(TBlock).Columns, aBytes = rows * SharedTiles.SlabBytes, stageBytes = (rows + columns) * SharedTiles.SlabBytes;
        var memory = SharedMemory.Allocate<Float4>(MmaShared.Chunks<TBlock>());
        int shared = Ptx.SharedAddress(ref memory[0]), thread = Group.IdxX, warp = thread / 32;
        int firstPixel = Grid.IdxX / k.FilterBlocks * rows, firstFilter = Grid.IdxX % k.FilterBlocks * columns, channelChunks = g.C / default(TStorage).PerChunk, depthChunks = g.R * g.S * channelChunks;
        int line = thread / 4, chunk = thread % 4, target = SharedTiles.DepthMajor(line, chunk);
        var x = new WindowRows
        {
            Source = k.X,
            First = Origin(g, firstPixel + line),
            Second = Origin(g, firstPixel + line + 64),
            Tap = new TapCursor { Channels = channelChunks, Columns = g.S }.Plus(chunk),
            TapRows = g.R,
            Step = 1,
            Height = g.H,
            Width = g.W,
            PixelChunks = channelChunks,
            Halves = rows / 64,
            Target = target,
        };
        var w = new MatrixRows { Source = k.Weights, Row = firstFilter + line, Rows = g.K, Chunk = chunk, RowChunks = depthChunks, Halves = columns / 64, Target = target };
        var a = DepthMajorFragments.OfA(shared, warp / default(TBlock).WarpColumns * default(TWarp).Rows);
        var b = DepthMajorFragments.OfB(shared + aBytes, warp % default(TBlock).WarpColumns * default(TWarp).Columns);
        int slabs = (depthChunks + SharedTiles.SlabChunks - 1) / SharedTiles.SlabChunks;
        var sum = MmaLoop.Run<WindowRows, MatrixRows, DepthMajorFragments, DepthMajorFragments, TWarp, TMath>(x, w, a, b, shared, aBytes, stageBytes, slabs);
        var statistics = new ColumnStatistics<TStorage>
        {
            Target = k.Statistics,
            Wanted = k.HasStatistics,
            Rows = g.OutputPixels - firstPixel,
            Columns = g.K - firstFilter,
            At = Grid.IdxX / k.FilterBlocks * 3 * g.K + firstFilter,
            Stride = g.K,
        };
        StagedStore.Run<TBlock, TWarp, Target, ColumnStatistics<TStorage>>(sum, memory, new Target { K = k, FirstPixel = firstPixel, FirstFilter = firstFilter }, statistics);
    }

    private static WindowOrigin Origin(in ConvGeometry g, int pixel)
    {
        if (pixel >= g.OutputPixels) return new() { Image = 0, H = WindowRows.Nowhere, W = 0 };
        var at = PixelCursor.At(pixel, g.P, g.Q);
        return new() { Image = at.N * g.H * g.W, H = at.P * g.StrideH - g.PadTop, W = at.Q * g.StrideW - g.PadLeft };
    }

    private struct Target : IRowTarget
    {
        public ForwardMmaArguments K;
        public int FirstPixel, FirstFilter;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(int row, int column, Float8 values)
        {
            int pixel = FirstPixel + row, filter = FirstFilter + column;
            if (pixel >= K.Geometry.OutputPixels || filter >= K.Geometry.K) return;
            int at = pixel * K.Geometry.K + filter;
            if (K.HasBias != 0) values = values.Plus(default(Float32Storage).Load(K.Bias, filter));
            if (K.HasResidual != 0) values = values.Plus(default(TStorage).Load(K.Residual, at));
            if (K.Relu != 0) values = values.Positive();
            default(TStorage).Store(K.Y, at, values);
        }
    }
}
