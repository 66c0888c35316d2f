using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// wgrad of 1×1 convolutions with stride 1: xᵀ·dy over the pixels. The operand with fewer channels is packed, the other is read where it lies, so that what
/// is copied is little. Chunks are (range of pixels, block of the wider operand's channels), both fixed by the shape; ranges have their own sums, added in order.
/// </summary>
internal sealed unsafe class PointwiseWeightGradient<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int BlockPixels = 192, BlockRows = 264, MaxRanges = 16;
    private const long PartialFloats = 2 << 20;

    private readonly CpuDevice _device;
    private readonly int _c, _k, _ranges;
    private readonly long _pixels, _pixelsPerRange;

    public PointwiseWeightGradient(CpuDevice device, Conv2dShape shape)
    {
        (_device, _c, _k, _pixels) = (device, shape.C, shape.K, (long)shape.N * shape.P * shape.Q);
        long blocks = (_pixels + BlockPixels - 1) / BlockPixels;
        int ranges = (int)Math.Min(Math.Clamp(PartialFloats / ((long)_c * _k), 1, MaxRanges), blocks);
        _pixelsPerRange = (blocks + ranges - 1) / ranges * BlockPixels;
        _ranges = (int)((_pixels + _pixelsPerRange - 1) / _pixelsPerRange);
        device.Team.ReserveScratch(sizeof(float) * GemmBlock<TIsa, TVec>.PackedCount(BlockPixels, Math.Min(_c, _k)));
    }

    /// <summary>Floats of workspace.</summary>
    public long PartialCount => (long)_ranges * _c * _k;

    public void Run(float* x, float* dy, float* dw, GradientWrite write, float* partial)
    {
        // Rows are the wider operand's channels: [K][C] is dw itself, [C][K] is turned round.
        bool turned = _c > _k;
        var (wide, rows, narrow, columns) = turned ? ((nint)x, _c, (nint)dy, _k) : ((nint)dy, _k, (nint)x, _c);
        int blocks = (rows + BlockRows - 1) / BlockRows;
        _device.Team.For(_ranges * blocks, new Accumulate(_device.Team.ScratchTable, (float*)wide, rows, (float*)narrow, columns, partial, _pixels, _pixelsPerRange, blocks));
        _device.Team.For((_k + Combine.Rows - 1) / Combine.Rows, new Combine(partial, dw, _ranges, _c, _k, turned, write == GradientWrite.Add));
    }

    private readonly struct Accumulate(byte** scratch, float* wide, int rows, float* narrow, int columns, float* partial, long pixels, long pixelsPerRange, int blocks) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int range = chunk / blocks, firstRow = chunk % blocks * BlockRows, count = Math.Min(BlockRows, rows - firstRow);
            float* packed = (float*)scratch[worker], result = partial + ((long)range * rows + firstRow) * columns;
            long begin = range * pixelsPerRange, end = Math.Min(begin + pixelsPerRange, pixels);
            for (long first = begin; first < end; first += BlockPixels)
            {
                int together = (int)Math.Min(BlockPixels, end - first);
                Panels<TIsa, TVec>.Pack(narrow + first * columns, together, columns, packed);
                // A is read by columns: its rows are pixels, the steps of this product.
                GemmBlock<TIsa, TVec>.Run(wide + first * rows + firstRow, 1, rows, count, packed, (nint)together * GemmBlock<TIsa, TVec>.PanelWidth, columns, together, result, columns, first > begin);
            }
        }
    }

    /// <summary>Σ of the ranges in order, to [K][C]; a chunk is some filters.</summary>
    private readonly struct Combine(float* partial, float* dw, int ranges, int c, int k, bool turned, bool add) : IChunkBody
    {
        public const int Rows = 16;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            int first = chunk * Rows, count = Math.Min(Rows, k - first);
            long all = (long)c * k;
            if (!turned)
            {
                long start = (long)first * c, end = start + (long)count * c, i = start;
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
                return;
            }
            float* sums = stackalloc float[Rows];
            for (int channel = 0; channel < c; channel++)
            {
                float* from = partial + (long)channel * k + first;
                for (int i = 0; i < count; i++) sums[i] = from[i];
                for (int range = 1; range < ranges; range++)
                {
                    from += all;
                    for (int i = 0; i < count; i++) sums[i] += from[i];
                }
                float* to = dw + (long)first * c + channel;
                for (int i = 0; i < count; i++) to[(long)i * c] = add ? to[(long)i * c] + sums[i] : sums[i];
            }
        }
    }
}
