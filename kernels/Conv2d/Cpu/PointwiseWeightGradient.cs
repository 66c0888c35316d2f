using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// wgrad of 1×1 convolutions with stride 1: dw[k][c] = Σ over the pixels of dy[pixel][k]·x[pixel][c]. Chunks are (range of pixels, block of filters, group of channels),
/// fixed by the shape; both operands of some pixels are copied so that they stay in the near caches. Ranges have their own sums, added in order; a single one is dw itself.
/// </summary>
internal sealed unsafe class PointwiseWeightGradient<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Copies of both are at most 800 KB of L2.</summary>
    private const int BlockPixels = 192, MostFilters = 528, MostChannels = 512;

    /// <summary>Chunks that share the work well among a few cores.</summary>
    private const int EnoughChunks = 16;

    private const int MaxRanges = 16;
    private const long PartialFloats = 2 << 20;

    private readonly CpuDevice _device;
    private readonly int _c, _k, _ranges, _filters, _channels, _filterBlocks, _groups;
    private readonly long _pixels, _pixelsPerRange;

    public PointwiseWeightGradient(CpuDevice device, Conv2dShape shape)
    {
        (_device, _c, _k, _pixels) = (device, shape.C, shape.K, (long)shape.N * shape.P * shape.Q);
        _filterBlocks = (_k + MostFilters - 1) / MostFilters;
        _filters = (_k + _filterBlocks - 1) / _filterBlocks;
        _groups = (_c + MostChannels - 1) / MostChannels;
        int width = GemmBlock<TIsa, TVec>.PanelWidth;
        _channels = ((_c + _groups - 1) / _groups + width - 1) / width * width;
        _groups = (_c + _channels - 1) / _channels;
        long blocks = (_pixels + BlockPixels - 1) / BlockPixels;
        int wanted = (EnoughChunks + _filterBlocks * _groups - 1) / (_filterBlocks * _groups);
        int ranges = (int)Math.Min(Math.Min(Math.Clamp(PartialFloats / ((long)_c * _k), 1, MaxRanges), wanted), blocks);
        _pixelsPerRange = (blocks + ranges - 1) / ranges * BlockPixels;
        _ranges = (int)((_pixels + _pixelsPerRange - 1) / _pixelsPerRange);
        device.Team.ReserveScratch(sizeof(float) * (BlockPixels * (long)TileStride + GemmBlock<TIsa, TVec>.PackedCount(BlockPixels, _channels)));
    }

    /// <summary>Floats of workspace.</summary>
    public long PartialCount => _ranges == 1 ? 0 : (long)_ranges * _c * _k;

    private int TileStride => PixelGemm<TIsa, TVec>.TileStride(_filters);

    public void Run(float* x, float* dy, float* dw, GradientWrite write, float* partial)
    {
        bool add = write == GradientWrite.Add;
        _device.Team.For(_ranges * _filterBlocks * _groups,
            new Accumulate(_device.Team.ScratchTable, x, dy, _ranges == 1 ? dw : partial, _c, _k, _pixels, _pixelsPerRange, _filters, _filterBlocks, _channels, _groups, TileStride, _ranges == 1 && add));
        if (_ranges > 1) _device.Team.For((_k + Combine.Rows - 1) / Combine.Rows, new Combine(partial, dw, _ranges, _c, _k, add));
    }

    private readonly struct Accumulate(byte** scratch, float* x, float* dy, float* results, int c, int k, long pixels, long pixelsPerRange, int filters, int filterBlocks, int channels, int groups,
        int tileStride, bool add) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int range = chunk / (filterBlocks * groups), firstFilter = chunk / groups % filterBlocks * filters, firstChannel = chunk % groups * channels;
            int rows = Math.Min(filters, k - firstFilter), columns = Math.Min(channels, c - firstChannel);
            float* tile = (float*)scratch[worker], packed = tile + BlockPixels * (long)tileStride, result = results + ((long)range * k + firstFilter) * c + firstChannel;
            long begin = range * pixelsPerRange, end = Math.Min(begin + pixelsPerRange, pixels);
            for (long first = begin; first < end; first += BlockPixels)
            {
                int together = (int)Math.Min(BlockPixels, end - first);
                for (int pixel = 0; pixel < together; pixel++)
                    Unsafe.CopyBlockUnaligned(tile + (nint)pixel * tileStride, dy + (first + pixel) * k + firstFilter, (uint)(rows * sizeof(float)));
                Panels<TIsa, TVec>.Pack(x + first * c + firstChannel, together, c, columns, packed);
                // A is read by columns: its rows are pixels, the steps of this product.
                GemmBlock<TIsa, TVec>.Run(tile, 1, tileStride, rows, packed, (nint)together * GemmBlock<TIsa, TVec>.PanelWidth, columns, together, result, c, add || first > begin);
            }
        }
    }

    /// <summary>Σ of the ranges in order; a chunk is some filters.</summary>
    private readonly struct Combine(float* partial, float* dw, int ranges, int c, int k, bool add) : IChunkBody
    {
        public const int Rows = 16;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            long all = (long)c * k, i = (long)chunk * Rows * c, end = Math.Min(i + (long)Rows * c, all);
            for (; i <= end - TIsa.Width; i += TIsa.Width)
            {
                var sum = TIsa.Load(partial + i);
                for (int range = 1; range < ranges; range++) sum = TIsa.Add(sum, TIsa.Load(partial + range * all + i));
                TIsa.Store(add ? TIsa.Add(TIsa.Load(dw + i), sum) : sum, dw + i);
            }
            for (; i < end; i++)
            {
                float sum = partial[i];
                for (int range = 1; range < ranges; range++) sum += partial[range * all + i];
                dw[i] = add ? dw[i] + sum : sum;
            }
        }
    }
}
