using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// wgrad of 3×3 convolutions with stride 1 by F(3×3, 4×4): a tile's 4×4 gradients are the filter, its 6×6 pixels the input, and the products of all tiles are
/// added up at each of 36 positions before they are transformed back once.
/// <list type="bullet">
/// <item>Few filters, many tiles (early layers): chunks are (range of tiles, block of channels), both fixed by the shape; each range has its own sums in the
/// workspace, which are added in order.</item>
/// <item>Many filters, few tiles (late layers): all tiles are transformed first; then each block of channels × filters is multiplied and transformed back, and
/// the sums at the positions, four times the weights' bytes, never leave the cache.</item>
/// </list>
/// </summary>
/// <remarks>
/// Error: as of <see cref="WinogradConvolution{TIsa, TVec}"/>, |ŵ − w| ≤ u·(√n + 22)·|Aᵀ|[Σ (|G||dy||Gᵀ|) ⊙ (|Bᵀ||x||B|)]|A| over n tiles.
/// </remarks>
internal sealed unsafe class WinogradWeightGradient<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int BlockChannels = 64, BlockFilters = 64, WantedChunks = 8;

    /// <summary>Transformed pixels and gradients of some tiles of an early layer.</summary>
    private const int TileFloats = 160 * 1024;

    /// <summary>Sums beyond this do not stay in a cache; transformed tiles beyond that are too much workspace.</summary>
    private const long SumFloats = 1 << 20, MostTileFloats = 6 << 20;

    private readonly CpuDevice _device;
    private readonly Conv2dShape _shape;
    private readonly WinogradTiles _tiles;
    private readonly int _blocks, _ranges, _rangeTiles, _together;
    private readonly bool _late;

    public WinogradWeightGradient(CpuDevice device, Conv2dShape shape)
    {
        (_device, _shape) = (device, shape);
        _tiles = new WinogradTiles(shape.N, shape.P, shape.Q);
        _late = WinogradTiles.Positions * (long)shape.C * shape.K > SumFloats && WinogradTiles.Positions * (long)_tiles.Count * (shape.C + shape.K) <= MostTileFloats;
        long scratch;
        if (_late)
        {
            (_ranges, _rangeTiles, _together) = (1, _tiles.Count, _tiles.Count);
            scratch = WinogradTiles.Positions * (long)WinogradTiles.Stride(BlockChannels * BlockFilters);
        }
        else
        {
            _blocks = (shape.C + BlockChannels - 1) / BlockChannels;
            int ranges = Math.Clamp(WantedChunks / _blocks, 1, _tiles.Count);
            _rangeTiles = (_tiles.Count + ranges - 1) / ranges;
            _ranges = (_tiles.Count + _rangeTiles - 1) / _rangeTiles;
            _together = Math.Min(Math.Max(TileFloats / (WinogradTiles.Positions * (BlockChannels + shape.K)), 8), _rangeTiles);
            scratch = WinogradTiles.Positions * (long)(WinogradTiles.Stride((long)_together * BlockChannels) + WinogradTiles.Stride((long)_together * shape.K));
        }
        device.Team.ReserveScratch(sizeof(float) * (Math.Max(shape.C, shape.K) + scratch));
    }

    /// <summary>Floats of workspace: the ranges' sums, or the transformed tiles.</summary>
    public long WorkspaceFloats => _late
        ? WinogradTiles.Positions * (long)(WinogradTiles.Stride((long)_tiles.Count * _shape.C) + WinogradTiles.Stride((long)_tiles.Count * _shape.K))
        : _ranges * WinogradTiles.Positions * (long)WinogradTiles.Stride((long)_shape.C * _shape.K);

    public void Run(float* x, float* dy, float* dw, GradientWrite write, float* workspace)
    {
        var body = new Body(_device.Team.ScratchTable, _tiles, _shape, x, dy, dw, write == GradientWrite.Add, workspace);
        if (_late)
        {
            _device.Team.For(_tiles.Count, new TransformTile(body));
            _device.Team.For(Count(_shape.C, BlockChannels) * Count(_shape.K, BlockFilters), new LateBlock(body));
            return;
        }
        _device.Team.For(_ranges * _blocks, new Accumulate(body, _blocks, _rangeTiles, _together));
        _device.Team.For(Count(_shape.K, TIsa.Width) * _blocks, new Combine(body, _blocks, _ranges));
    }

    private static int Count(int extent, int block) => (extent + block - 1) / block;

    /// <summary>What all steps know.</summary>
    private readonly struct Body(byte** scratch, WinogradTiles tiles, Conv2dShape shape, float* x, float* dy, float* dw, bool add, float* workspace)
    {
        public WinogradTiles Tiles => tiles;

        public int C => shape.C;

        public int K => shape.K;

        public float* Workspace => workspace;

        /// <summary>Zeros for what lies outside images, and the memory behind them.</summary>
        public float* Scratch(int worker, out float* zeros)
        {
            zeros = (float*)scratch[worker];
            int count = Math.Max(shape.C, shape.K);
            new Span<float>(zeros, count).Clear();
            return zeros + count;
        }

        public void Pixels(float* zeros, int tile, int firstChannel, int channels, float* to, nint stride)
            => new WinogradInput<TIsa, TVec>(x, shape.H, shape.W, shape.C, shape.PadTop, shape.PadLeft, zeros).Run(tiles.At(tile), firstChannel, channels, to, stride);

        /// <summary>G dy Gᵀ of a tile, in panels: [panel][tile][lane]; gradients beyond the tile are 0.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Gradients(float* zeros, int tile, float* to, nint panelStride, nint stride)
        {
            var (image, h, w, rows, columns) = tiles.At(tile);
            float** at = stackalloc float*[16];
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 4; j++)
                    at[i * 4 + j] = i < rows && j < columns ? dy + (((long)image * tiles.GridH + h + i) * tiles.GridW + w + j) * shape.K : zeros;
            int width = GemmBlock<TIsa, TVec>.PanelWidth;
            for (int panel = 0; panel < shape.K; panel += width, to += panelStride)
            {
                for (int lane = 0; lane < width; lane += TIsa.Width)
                {
                    int k = panel + lane;
                    float* place = to + lane;
                    StorePair<Filter4Near<TIsa, TVec>>(at, k, place + 6 * stride, stride);
                    StorePair<Filter4Far<TIsa, TVec>>(at, k, place + 18 * stride, stride);
                    var quarter = TIsa.Broadcast(0.25f);
                    WinogradTransforms<TIsa, TVec>.StoreFilter4(TIsa.Multiply(quarter, TIsa.Load(at[0] + k)), TIsa.Multiply(quarter, TIsa.Load(at[1] + k)), TIsa.Multiply(quarter, TIsa.Load(at[2] + k)),
                        TIsa.Multiply(quarter, TIsa.Load(at[3] + k)), place, stride);
                    WinogradTransforms<TIsa, TVec>.StoreFilter4(TIsa.Load(at[12] + k), TIsa.Load(at[13] + k), TIsa.Load(at[14] + k), TIsa.Load(at[15] + k), place + 30 * stride, stride);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void StorePair<TPair>(float** at, int k, float* to, nint stride) where TPair : struct, IWinogradPair<TVec>
        {
            Pair<TPair>(at, k, out var a0, out var b0);
            Pair<TPair>(at + 1, k, out var a1, out var b1);
            Pair<TPair>(at + 2, k, out var a2, out var b2);
            Pair<TPair>(at + 3, k, out var a3, out var b3);
            WinogradTransforms<TIsa, TVec>.StoreFilter4(a0, a1, a2, a3, to, stride);
            WinogradTransforms<TIsa, TVec>.StoreFilter4(b0, b1, b2, b3, to + 6 * stride, stride);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Pair<TPair>(float** column, int k, out TVec first, out TVec second) where TPair : struct, IWinogradPair<TVec>
            => TPair.Rows(TIsa.Load(column[0] + k), TIsa.Load(column[4] + k), TIsa.Load(column[8] + k), TIsa.Load(column[12] + k), out first, out second);

        /// <summary>Aᵀ · A of one vector of filters and some channels, from [channel][filter] to KRSC.</summary>
        /// <param name="sums">First channel's first filter at position 0.</param>
        /// <param name="rowStride">Floats from one channel to the next.</param>
        /// <param name="stride">Floats from one position to the next.</param>
        /// <param name="ranges">Sums that are added in order, <paramref name="rangeStride"/> floats apart.</param>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Write(float* sums, nint rowStride, nint stride, int ranges, nint rangeStride, int firstChannel, int channels, int firstFilter)
        {
            TVec* half = stackalloc TVec[18];
            // Results of 16 channels: [tap][channel][lane].
            float* results = stackalloc float[9 * 16 * 16];
            for (int first = 0; first < channels; first += 16)
            {
                int count = Math.Min(16, channels - first);
                for (int i = 0; i < count; i++)
                {
                    float* m = sums + (first + i) * rowStride, place = results + i * TIsa.Width;
                    int tapStride = 16 * TIsa.Width;
                    for (int row = 0; row < 6; row++, m += 6 * stride)
                    {
                        WinogradTransforms<TIsa, TVec>.Output3(Sum(m, ranges, rangeStride), Sum(m + stride, ranges, rangeStride), Sum(m + 2 * stride, ranges, rangeStride),
                            Sum(m + 3 * stride, ranges, rangeStride), Sum(m + 4 * stride, ranges, rangeStride), Sum(m + 5 * stride, ranges, rangeStride),
                            out half[row], out half[6 + row], out half[12 + row]);
                    }
                    for (int tap = 0; tap < 3; tap++, place += tapStride)
                    {
                        TVec* line = half + tap * 6;
                        WinogradTransforms<TIsa, TVec>.Output3(line[0], line[1], line[2], line[3], line[4], line[5], out var y0, out var y1, out var y2);
                        TIsa.Store(y0, place);
                        TIsa.Store(y1, place + 3 * tapStride);
                        TIsa.Store(y2, place + 6 * tapStride);
                    }
                }
                Turn(results, count, firstFilter, firstChannel + first);
            }
        }

        /// <summary>[tap][channel][lane] to the gradient's [filter][tap][channel]; channels and lanes come in fours, for panels do.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Turn(float* results, int channels, int firstFilter, int firstChannel)
        {
            Vector128<float>* turned = stackalloc Vector128<float>[4];
            nint next = 9 * (nint)shape.C;
            for (int lane = 0; lane < TIsa.Width; lane += 4)
            {
                for (int tap = 0; tap < 9; tap++)
                {
                    float* from = results + tap * 16 * TIsa.Width + lane, to = dw + (firstFilter + lane) * next + (nint)tap * shape.C + firstChannel;
                    for (int i = 0; i < channels; i += 4, from += 4 * TIsa.Width, to += 4)
                    {
                        if (!add)
                        {
                            Transposition.Turn(from, TIsa.Width, to, next);
                            continue;
                        }
                        Transposition.Turn(from, TIsa.Width, (float*)turned, 4);
                        for (int k = 0; k < 4; k++) Vector128.Store(Vector128.Load(to + k * next) + turned[k], to + k * next);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TVec Sum(float* at, int ranges, nint rangeStride)
        {
            var sum = TIsa.Load(at);
            for (int range = 1; range < ranges; range++) sum = TIsa.Add(sum, TIsa.Load(at + range * rangeStride));
            return sum;
        }
    }

    /// <summary>Early layers, first: a range's sums of a block of channels.</summary>
    private readonly struct Accumulate(Body body, int blocks, int rangeTiles, int together) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int range = chunk / blocks, firstChannel = chunk % blocks * BlockChannels, channels = Math.Min(BlockChannels, body.C - firstChannel), k = body.K, width = GemmBlock<TIsa, TVec>.PanelWidth;
            nint pixelStride = WinogradTiles.Stride((long)together * BlockChannels), gradientStride = WinogradTiles.Stride((long)together * k), stride = WinogradTiles.Stride((long)body.C * k);
            float* pixels = body.Scratch(worker, out float* zeros), gradients = pixels + WinogradTiles.Positions * pixelStride;
            float* sums = body.Workspace + range * WinogradTiles.Positions * stride + (nint)firstChannel * k;
            int begin = range * rangeTiles, end = Math.Min(begin + rangeTiles, body.Tiles.Count);
            for (int first = begin; first < end; first += together)
            {
                int count = Math.Min(together, end - first);
                for (int tile = 0; tile < count; tile++)
                {
                    body.Pixels(zeros, first + tile, firstChannel, channels, pixels + (nint)tile * channels, pixelStride);
                    body.Gradients(zeros, first + tile, gradients + (nint)tile * width, (nint)count * width, gradientStride);
                }
                for (int position = 0; position < WinogradTiles.Positions; position++)
                {
                    // A is read by columns: its rows are tiles, the steps of this product.
                    // Of tiles of three results the gradients at infinity are 0; a range's first block writes, so it takes them in.
                    var (from, steps) = first > begin ? body.Tiles.At(position, first, count) : (first, count);
                    nint offset = from - first;
                    GemmBlock<TIsa, TVec>.Run(pixels + position * pixelStride + offset * channels, 1, channels, channels, gradients + position * gradientStride + offset * width, (nint)count * width, k, steps,
                        sums + position * stride, k, first > begin);
                }
            }
        }
    }

    /// <summary>Early layers, then. A chunk is a vector of filters and a block of channels.</summary>
    private readonly struct Combine(Body body, int blocks, int ranges) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int firstFilter = chunk / blocks * TIsa.Width, firstChannel = chunk % blocks * BlockChannels;
            nint stride = WinogradTiles.Stride((long)body.C * body.K);
            body.Write(body.Workspace + (nint)firstChannel * body.K + firstFilter, body.K, stride, ranges, WinogradTiles.Positions * stride, firstChannel, Math.Min(BlockChannels, body.C - firstChannel), firstFilter);
        }
    }

    /// <summary>Late layers, first: tiles into the workspace, pixels before gradients; the pixels of a block of channels together, [block][tile][channel], so that a product reads one run of memory.</summary>
    private readonly struct TransformTile(Body body) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int width = GemmBlock<TIsa, TVec>.PanelWidth;
            nint pixelStride = WinogradTiles.Stride((long)body.Tiles.Count * body.C), gradientStride = WinogradTiles.Stride((long)body.Tiles.Count * body.K);
            body.Scratch(worker, out float* zeros);
            for (int channel = 0; channel < body.C; channel += BlockChannels)
            {
                int channels = Math.Min(BlockChannels, body.C - channel);
                body.Pixels(zeros, chunk, channel, channels, body.Workspace + (nint)channel * body.Tiles.Count + (nint)chunk * channels, pixelStride);
            }
            body.Gradients(zeros, chunk, body.Workspace + WinogradTiles.Positions * pixelStride + (nint)chunk * width, (nint)body.Tiles.Count * width, gradientStride);
        }
    }

    /// <summary>Late layers, then: a block of channels × filters over all tiles.</summary>
    private readonly struct LateBlock(Body body) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int blocks = Count(body.K, BlockFilters), firstChannel = chunk / blocks * BlockChannels, firstFilter = chunk % blocks * BlockFilters, tiles = body.Tiles.Count, width = GemmBlock<TIsa, TVec>.PanelWidth;
            int channels = Math.Min(BlockChannels, body.C - firstChannel), filters = Math.Min(BlockFilters, body.K - firstFilter);
            nint pixelStride = WinogradTiles.Stride((long)tiles * body.C), gradientStride = WinogradTiles.Stride((long)tiles * body.K), stride = WinogradTiles.Stride(BlockChannels * BlockFilters);
            float* pixels = body.Workspace + (nint)firstChannel * tiles, gradients = body.Workspace + WinogradTiles.Positions * pixelStride + (nint)firstFilter * tiles, sums = body.Scratch(worker, out _);
            for (int position = 0; position < WinogradTiles.Positions; position++)
            {
                // Of tiles of three results the gradients at infinity are 0.
                var (from, steps) = body.Tiles.At(position, 0, tiles);
                GemmBlock<TIsa, TVec>.Run(pixels + position * pixelStride + (nint)from * channels, 1, channels, channels, gradients + position * gradientStride + (nint)from * width, (nint)tiles * width,
                    filters, steps, sums + position * stride, filters, false);
            }
            for (int filter = 0; filter < filters; filter += TIsa.Width) body.Write(sums + filter, filters, stride, 1, 0, firstChannel, channels, firstFilter + filter);
        }
    }
}
