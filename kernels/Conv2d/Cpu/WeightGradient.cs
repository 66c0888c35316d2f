using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// wgrad as [taps × C] × [K] = Σ over pixels of im2col(x)ᵀ·dy. Chunks are (range of pixels, slice of taps × C), both fixed by the shape:
/// early layers have few weights and many pixels, late ones the reverse. Each range of pixels has its own partial sum in the workspace; they
/// are added in order while being turned into KRSC.
/// </summary>
internal sealed unsafe class WeightGradient<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int LargestSlice = 320;
    private const int BlockPixels = 192;
    private const int MaxRanges = 16;
    private const long PartialFloats = 2 << 20;

    private readonly CpuDevice _device;
    private readonly Conv2dShape _shape;
    private readonly TapPlan _taps;
    private readonly ReductionSlice[] _slices;
    private readonly int _ranges, _steps, _ld;
    private readonly long _pixelsPerRange;

    public WeightGradient(CpuDevice device, Conv2dShape shape)
    {
        (_device, _shape) = (device, shape);
        var taps = from r in Enumerable.Range(0, shape.R) from t in Enumerable.Range(0, shape.S) select (r - shape.PadTop, t - shape.PadLeft);
        _taps = new TapPlan([.. taps], shape.C, LargestSlice);
        _slices = GC.AllocateArray<ReductionSlice>(_taps.Slices.Length, pinned: true);
        _taps.Slices.CopyTo(_slices, 0);
        _steps = shape.R * shape.S * shape.C;
        long pixels = (long)shape.N * shape.P * shape.Q, blocks = (pixels + BlockPixels - 1) / BlockPixels;
        int ranges = (int)Math.Min(Math.Clamp(PartialFloats / ((long)_steps * shape.K), 1, MaxRanges), blocks);
        _pixelsPerRange = (blocks + ranges - 1) / ranges * BlockPixels;
        _ranges = (int)((pixels + _pixelsPerRange - 1) / _pixelsPerRange);
        _ld = PixelGemm<TIsa, TVec>.TileStride(_taps.LongestSlice);
        device.Team.ReserveScratch(sizeof(float) * (BlockPixels * (long)_ld + GemmBlock<TIsa, TVec>.PackedCount(BlockPixels, shape.K)));
    }

    /// <summary>Floats of workspace.</summary>
    public long PartialCount => (long)_ranges * _steps * _shape.K;

    public void Run(float* x, float* dy, float* dw, GradientWrite write, float* partial)
    {
        var s = _shape;
        var gather = new PixelGather(x, s.H, s.W, s.C, s.P, s.Q, s.StrideH, s.StrideW, _taps.Runs);
        var slices = (ReductionSlice*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_slices));
        long pixels = (long)s.N * s.P * s.Q;
        _device.Team.For(_ranges * _slices.Length, new Accumulate(_device.Team.ScratchTable, gather, slices, _slices.Length, dy, partial, pixels, _pixelsPerRange, _ld, _steps, s.K));
        _device.Team.For((s.K + Combine.Rows - 1) / Combine.Rows, new Combine(partial, dw, _ranges, _steps, s.K, write == GradientWrite.Add));
    }

    private readonly struct Accumulate(byte** scratch, PixelGather gather, ReductionSlice* slices, int sliceCount, float* dy, float* partial, long pixels,
        long pixelsPerRange, int ld, int steps, int k) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int range = chunk / sliceCount;
            var slice = slices[chunk % sliceCount];
            float* tile = (float*)scratch[worker], packed = tile + BlockPixels * (long)ld;
            float* result = partial + ((long)range * steps + slice.Start) * k;
            long begin = range * pixelsPerRange, end = Math.Min(begin + pixelsPerRange, pixels);
            for (long first = begin; first < end; first += BlockPixels)
            {
                int count = (int)Math.Min(BlockPixels, end - first);
                gather.Run(first, count, slice, tile, ld);
                Panels<TIsa, TVec>.Pack(dy + first * k, count, k, k, packed);
                // A is the tile read by columns: its rows are pixels, the steps of this product.
                GemmBlock<TIsa, TVec>.Run(tile, 1, ld, slice.Length, packed, (nint)count * GemmBlock<TIsa, TVec>.PanelWidth, k, count, result, k, first > begin);
            }
        }
    }

    /// <summary>Σ of the partial sums, range by range, transposed from [step][k] to [k][step]; a chunk is 16 values of k.</summary>
    private readonly struct Combine(float* partial, float* dw, int ranges, int steps, int k, bool add) : IChunkBody
    {
        public const int Rows = 16;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            int first = chunk * Rows, count = Math.Min(Rows, k - first), step = 0;
            long all = (long)steps * k;
            float* to = dw + (long)first * steps;
            if (count == Rows)
            {
                Vector128<float>* turned = stackalloc Vector128<float>[4];
                for (; step <= steps - 4; step += 4)
                {
                    for (int part = 0; part < Rows; part += 4)
                    {
                        float* from = partial + (long)step * k + first + part, target = to + (long)part * steps + step;
                        Transposition.Turn(Sum(from, all), Sum(from + k, all), Sum(from + 2 * k, all), Sum(from + 3 * k, all), (float*)turned, 4);
                        for (int i = 0; i < 4; i++, target += steps) Vector128.Store(add ? Vector128.Load(target) + turned[i] : turned[i], target);
                    }
                }
            }
            for (; step < steps; step++)
            {
                for (int i = 0; i < count; i++)
                {
                    float* from = partial + (long)step * k + first + i;
                    float sum = *from;
                    for (int range = 1; range < ranges; range++) sum += from[range * all];
                    to[(long)i * steps + step] = add ? to[(long)i * steps + step] + sum : sum;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector128<float> Sum(float* from, long all)
        {
            var sum = Vector128.Load(from);
            for (int range = 1; range < ranges; range++) sum += Vector128.Load(from + range * all);
            return sum;
        }
    }
}
