using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>Destination pixels that are every stride-th of a larger image: one phase of dgrad.</summary>
internal readonly record struct StridedDestination(int Height, int Width, int PhaseH, int PhaseW, int StrideH, int StrideW);

/// <summary>Addresses of <see cref="Conv2dEpilogue"/>'s tensors, null where there is none.</summary>
internal readonly unsafe struct Epilogue(float* bias, float* residual, bool relu, float* statistics)
{
    public Epilogue(in Conv2dEpilogue epilogue) : this(epilogue.Bias.Float32, epilogue.Residual.Float32, epilogue.Relu, epilogue.Statistics.Float32)
        => Debug.Assert(Statistics == null || IsNone, "statistics are of the plain sums");

    public float* Bias => bias;

    public float* Residual => residual;

    public bool Relu => relu;

    /// <summary>(parts, 3, K), or null.</summary>
    public float* Statistics => statistics;

    public bool IsNone => bias == null && residual == null && !relu;

    /// <summary>Finishes a block of y while it is in cache: rows from <paramref name="first"/> on, channels from <paramref name="firstChannel"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply<TIsa, TVec>(float* y, long first, int rows, int channels, int firstChannel, int count) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        for (int row = 0; row < rows; row++)
        {
            long start = (first + row) * channels + firstChannel;
            float* to = y + start, add = residual == null ? null : residual + start, shift = bias == null ? null : bias + firstChannel;
            int k = 0;
            for (; k <= count - TIsa.Width; k += TIsa.Width)
            {
                var v = TIsa.Load(to + k);
                if (shift != null) v = TIsa.Add(v, TIsa.Load(shift + k));
                if (add != null) v = TIsa.Add(v, TIsa.Load(add + k));
                TIsa.Store(relu ? TIsa.Max(v, TIsa.Zero) : v, to + k);
            }
            for (; k < count; k++)
            {
                float v = to[k];
                if (shift != null) v += shift[k];
                if (add != null) v += add[k];
                to[k] = relu ? MathF.Max(v, 0) : v;
            }
        }
    }
}

/// <summary>
/// Destination pixels × output channels = Σ over taps and source channels. A chunk is a range of pixels; for each slice of the reduction it
/// gathers what its pixels read into a row-major tile that stays in L2 (or reads the source itself where a pixel reads just itself)
/// and multiplies it with the packed weights. The order of the sum depends on the slices alone, so chunks may be of any size.
/// </summary>
internal sealed unsafe class PixelGemm<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int LargestSlice = 640;
    private const int TileFloats = 48 * 1024;

    /// <summary>Rows so far apart fall into the same few sets of the near cache: they are copied to a tile even where a pixel reads just itself.</summary>
    private const int CollidingFloats = 512;

    /// <summary>Chunks that share the work well among a few cores, and columns that are worth a tile.</summary>
    private const int EnoughChunks = 32, LeastColumns = 256;

    private readonly CpuDevice _device;
    private readonly TapPlan _taps;
    private readonly ReductionSlice[] _slices;
    private readonly int _height, _width, _channels, _gridH, _gridW, _strideH, _strideW, _outChannels, _tapCount;
    private readonly long _pixels;
    private readonly int _rows, _ld, _columns;
    private readonly bool _direct;
    private readonly StridedDestination? _strided;

    public PixelGemm(CpuDevice device, int images, int height, int width, int channels, int gridH, int gridW, int strideH, int strideW,
        IReadOnlyList<(int, int)> taps, int outChannels, bool direct, StridedDestination? strided)
    {
        (_device, _height, _width, _channels, _gridH, _gridW, _strideH, _strideW) = (device, height, width, channels, gridH, gridW, strideH, strideW);
        (_outChannels, _tapCount, _direct, _strided) = (outChannels, taps.Count, direct && channels % CollidingFloats != 0, strided);
        _taps = new TapPlan(taps, channels, LargestSlice);
        _slices = GC.AllocateArray<ReductionSlice>(_taps.Slices.Length, pinned: true);
        _taps.Slices.CopyTo(_slices, 0);
        _pixels = (long)images * gridH * gridW;
        _ld = TileStride(_taps.LongestSlice);
        int tile = GemmBlock<TIsa, TVec>.TileRows;
        // At least eight chunks, or the last core waits; but rows enough to use each panel of weights often.
        long wanted = Math.Min(Math.Clamp(TileFloats / _ld, 2 * tile, 240), (_pixels + 7) / 8);
        _rows = (int)Math.Max(tile, (wanted + tile - 1) / tile * tile);
        // Few pixels: the columns are split too.
        long rowChunks = (_pixels + _rows - 1) / _rows;
        int groups = (int)Math.Clamp((EnoughChunks + rowChunks - 1) / rowChunks, 1, Math.Max(1, outChannels / LeastColumns)), panel = GemmBlock<TIsa, TVec>.PanelWidth;
        _columns = ((outChannels + groups - 1) / groups + panel - 1) / panel * panel;
        device.Team.ReserveScratch(sizeof(float) * ((_direct ? 0 : (long)_rows * _ld) + (strided is null ? 0 : (long)_rows * _columns)));
    }

    /// <summary>Pixels of the parts whose statistics the epilogue writes: those of a chunk.</summary>
    public IReadOnlyList<int> StatisticsParts => [.. Enumerable.Range(0, Chunks.Count(_pixels, _rows)).Select(i => (int)Math.Min(_rows, _pixels - (long)i * _rows))];

    /// <summary>A row stride that does not put a column's rows into few cache sets: never a multiple of 512 bytes.</summary>
    public static int TileStride(int length)
    {
        int stride = (length + 15) / 16 * 16;
        return stride % 128 == 0 ? stride + 16 : stride;
    }

    /// <param name="packed">Panels of weights, from this product's first step.</param>
    /// <param name="packedSteps">Steps of a whole panel; 0 where this product has all of them.</param>
    public void Run(float* source, float* packed, float* y, bool accumulate, Epilogue epilogue, int packedSteps = 0)
    {
        nint panelStride = (nint)(packedSteps == 0 ? _tapCount * _channels : packedSteps) * GemmBlock<TIsa, TVec>.PanelWidth;
        var gather = new PixelGather(source, _height, _width, _channels, _gridH, _gridW, _strideH, _strideW, _taps.Runs);
        var slices = (ReductionSlice*)Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_slices));
        int rowChunks = (int)((_pixels + _rows - 1) / _rows), groups = (_outChannels + _columns - 1) / _columns;
        var body = new Body(_device.Team.ScratchTable, gather, slices, _slices.Length, source, packed, panelStride, y, _pixels, rowChunks, _rows, _ld, _channels, _outChannels, _columns,
            _direct, accumulate, epilogue, _strided ?? default, _strided is not null, _gridH, _gridW);
        _device.Team.For(rowChunks * groups, body);
    }

    private readonly struct Body(byte** scratch, PixelGather gather, ReductionSlice* slices, int sliceCount, float* source, float* packed, nint panelStride, float* y,
        long pixels, int rowChunks, int chunkRows, int ld, int channels, int outChannels, int groupColumns, bool direct, bool accumulate, Epilogue epilogue,
        StridedDestination strided, bool isStrided, int gridH, int gridW) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            // Groups of columns are outermost, so that neighbouring chunks share weights.
            long first = (long)(chunk % rowChunks) * chunkRows;
            int rows = (int)Math.Min(chunkRows, pixels - first), firstColumn = chunk / rowChunks * groupColumns, columns = Math.Min(groupColumns, outChannels - firstColumn);
            float* tile = (float*)scratch[worker], panels = packed + firstColumn / GemmBlock<TIsa, TVec>.PanelWidth * panelStride;
            float* result = isStrided ? tile + (direct ? 0 : (long)chunkRows * ld) : y + first * outChannels + firstColumn;
            for (int i = 0; i < sliceCount; i++)
            {
                var slice = slices[i];
                float* a = direct ? source + first * channels + slice.Channel : tile;
                if (!direct) gather.Run(first, rows, slice, tile, ld);
                bool add = i > 0 || (accumulate && !isStrided);
                GemmBlock<TIsa, TVec>.Run(a, direct ? channels : ld, 1, rows, panels + (nint)slice.Start * GemmBlock<TIsa, TVec>.PanelWidth, panelStride, columns,
                    slice.Length, result, isStrided ? columns : outChannels, add);
            }
            if (isStrided) Scatter(result, first, rows, firstColumn, columns);
            else if (epilogue.Statistics != null)
                new ColumnSums(epilogue.Statistics + (nint)(chunk % rowChunks) * BatchNormRows.PartialRows * outChannels + firstColumn, outChannels).Run<TIsa, TVec>(result, outChannels, rows, columns);
            else if (!epilogue.IsNone) epilogue.Apply<TIsa, TVec>(y, first, rows, outChannels, firstColumn, columns);
        }

        private void Scatter(float* from, long first, int rows, int firstColumn, int columns)
        {
            for (int row = 0; row < rows; row++, from += columns)
            {
                long pixel = first + row, image = pixel / (gridH * gridW);
                int rest = (int)(pixel % (gridH * gridW));
                int h = rest / gridW * strided.StrideH + strided.PhaseH, w = rest % gridW * strided.StrideW + strided.PhaseW;
                var to = new Span<float>(y + ((image * strided.Height + h) * strided.Width + w) * outChannels + firstColumn, columns);
                var value = new ReadOnlySpan<float>(from, columns);
                if (accumulate) System.Numerics.Tensors.TensorPrimitives.Add(to, value, to);
                else value.CopyTo(to);
            }
        }
    }
}
