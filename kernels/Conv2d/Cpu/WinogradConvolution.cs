using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// fprop and dgrad of 3×3 convolutions with stride 1 by F(4×4, 3×3): 36 multiplications for 16 results instead of 144. Tiles are transformed, multiplied with
/// the transformed filters at each of 36 positions, and transformed back. Sums run over the channels in order, so a result's bits depend on no block size.
/// <list type="bullet">
/// <item>Few filters, many tiles (early layers): all filters are transformed first; then each chunk of tiles goes through all three steps within L2.</item>
/// <item>Many filters (late layers), whose transforms would be memory traffic above all: the tiles are transformed first; then each block of filters is
/// transformed, multiplied and transformed back.</item>
/// </list>
/// </summary>
/// <remarks>
/// Error: with the roundings of a chain of C products and of the transforms (3 for the pixels, 4 for the filters, 3 for the results, in two directions each),
/// |ŷ − y| ≤ u·(√C + 22)·|Aᵀ|[Σ (|G||w||Gᵀ|) ⊙ (|Bᵀ||x||B|)]|A|.
/// </remarks>
internal sealed unsafe class WinogradConvolution<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Floats of tiles and products of an early chunk: of 1 MiB of L2, the rest is for filters.</summary>
    private const int ChunkFloats = 160 * 1024;

    /// <summary>Transformed filters beyond this do not stay in a cache.</summary>
    private const long FilterFloats = 1 << 20;

    /// <summary>Transformed tiles of late layers at a time.</summary>
    private const long TileFloats = 4 << 20;

    private const int BlockFilters = 64, TilesTogether = 128;

    private readonly CpuDevice _device;
    private readonly WinogradTiles _tiles;
    private readonly int _height, _width, _channels, _outChannels, _padTop, _padLeft, _chunkTiles, _groupTiles;
    private readonly bool _forward, _late;

    /// <param name="height">Of the source.</param>
    /// <param name="gridH">Rows of results.</param>
    /// <param name="padTop">Result row h reads source rows h − padTop to h − padTop + 2.</param>
    /// <param name="forward">False turns the taps round and swaps channels and filters (dgrad).</param>
    public WinogradConvolution(CpuDevice device, int images, int height, int width, int channels, int gridH, int gridW, int padTop, int padLeft, int outChannels, bool forward)
    {
        (_device, _height, _width, _channels, _outChannels, _padTop, _padLeft, _forward) = (device, height, width, channels, outChannels, padTop, padLeft, forward);
        _tiles = new WinogradTiles(images, gridH, gridW);
        _late = WinogradTiles.Positions * (long)channels * outChannels > FilterFloats;
        int rows = GemmBlock<TIsa, TVec>.TileRows;
        long scratch;
        if (_late)
        {
            _groupTiles = (int)Math.Clamp(TileFloats / (WinogradTiles.Positions * channels), TilesTogether, _tiles.Count + TilesTogether);
            _groupTiles = Math.Min(_groupTiles, _tiles.Count);
            _chunkTiles = Math.Min(TilesTogether, _groupTiles);
            scratch = WinogradTiles.Positions * (long)(WinogradTiles.Stride((long)channels * BlockFilters) + WinogradTiles.Stride((long)_chunkTiles * BlockFilters));
        }
        else
        {
            int most = ChunkFloats / (WinogradTiles.Positions * (channels + outChannels)) / rows * rows;
            // All threads get chunks, but rows enough to use each panel of filters twice.
            int fair = (_tiles.Count + device.Threads - 1) / device.Threads;
            _chunkTiles = Math.Min(Math.Max(most, 2 * rows), (fair + rows - 1) / rows * rows);
            scratch = WinogradTiles.Positions * (long)(WinogradTiles.Stride((long)_chunkTiles * channels) + WinogradTiles.Stride((long)_chunkTiles * outChannels));
        }
        device.Team.ReserveScratch(sizeof(float) * (channels + WinogradFilters<TIsa, TVec>.ScratchFloats + scratch));
    }

    /// <summary>Pixels of the parts whose statistics the epilogue writes: those of so many tiles as go through a product together, whatever the number of threads.</summary>
    public IReadOnlyList<int> StatisticsParts
    {
        get
        {
            int most = _late ? _groupTiles : _tiles.Count;
            return [.. from first in Enumerable.Range(0, Chunks.Count(_tiles.Count, most)).Select(i => i * most)
                       let end = Math.Min(first + most, _tiles.Count)
                       from part in Enumerable.Range(0, Chunks.Count(end - first, PartTiles)).Select(i => first + i * PartTiles)
                       select Enumerable.Range(part, Math.Min(PartTiles, end - part)).Sum(_tiles.Pixels)];
        }
    }

    private int PartTiles => _late ? _chunkTiles : GemmBlock<TIsa, TVec>.TileRows;

    /// <summary>Floats of workspace: the transformed filters, or tiles.</summary>
    public long WorkspaceFloats => WinogradTiles.Positions * (long)(_late ? WinogradTiles.Stride((long)_groupTiles * _channels) : WinogradTiles.Stride((long)_channels * _outChannels));

    /// <summary>Floats of all filters as <see cref="Pack"/> leaves them.</summary>
    public long PackedFloats => WinogradTiles.Positions * (_late ? FilterBlocks * (long)WinogradTiles.Stride((long)_channels * BlockFilters) : WinogradTiles.Stride((long)_channels * _outChannels));

    private int FilterBlocks => (_outChannels + BlockFilters - 1) / BlockFilters;

    /// <summary>Transforms the filters once for many runs.</summary>
    /// <param name="w">KRSC.</param>
    public void Pack(float* w, float* packed)
    {
        var body = BodyOf(null, w, null, null, false, default, packed);
        if (_late) _device.Team.For(FilterBlocks, new TransformFilterBlock(body, packed));
        else _device.Team.For(_outChannels / GemmBlock<TIsa, TVec>.PanelWidth, new TransformPanel(body));
    }

    private Body BodyOf(float* source, float* w, float* packed, float* y, bool accumulate, Epilogue epilogue, float* workspace)
    {
        var filters = new WinogradFilters<TIsa, TVec>(w, _forward ? _outChannels : _channels, _forward ? _channels : _outChannels, _forward);
        return new(_device.Team.ScratchTable, _tiles, filters, packed, source, _height, _width, _channels, _padTop, _padLeft, y, _outChannels, accumulate, epilogue, workspace, _chunkTiles);
    }

    /// <param name="w">KRSC; not read where there are packed ones.</param>
    /// <param name="packed">From <see cref="Pack"/>, or null.</param>
    public void Run(float* source, float* w, float* packed, float* y, bool accumulate, Epilogue epilogue, float* workspace)
    {
        var body = BodyOf(source, w, packed, y, accumulate, epilogue, workspace);
        if (_late)
        {
            nint stride = WinogradTiles.Stride((long)_groupTiles * _channels);
            for (int first = 0; first < _tiles.Count; first += _groupTiles)
            {
                int count = Math.Min(_groupTiles, _tiles.Count - first);
                _device.Team.For(count, new TransformTile(body, first, stride));
                _device.Team.For(FilterBlocks, new FilterBlock(body, first, count, stride, first / _groupTiles * Chunks.Count(_groupTiles, _chunkTiles)));
            }
            return;
        }
        if (packed == null) _device.Team.For(_outChannels / GemmBlock<TIsa, TVec>.PanelWidth, new TransformPanel(body));
        _device.Team.For((_tiles.Count + _chunkTiles - 1) / _chunkTiles, new TileChunk(body));
    }

    /// <summary>What all steps know.</summary>
    private readonly struct Body(byte** scratch, WinogradTiles tiles, WinogradFilters<TIsa, TVec> filters, float* packed, float* source, int height, int width, int channels, int padTop, int padLeft,
        float* y, int outChannels, bool accumulate, Epilogue epilogue, float* workspace, int chunkTiles)
    {
        public WinogradTiles Tiles => tiles;

        public WinogradFilters<TIsa, TVec> Filters => filters;

        public int Channels => channels;

        public int OutChannels => outChannels;

        public int ChunkTiles => chunkTiles;

        public float* Workspace => workspace;

        /// <summary>Filters transformed before this run, or null.</summary>
        public float* Packed => packed;

        /// <summary>A block of filters at all positions.</summary>
        public void TransformFilters(int firstFilter, float* taps, float* to)
        {
            int width = GemmBlock<TIsa, TVec>.PanelWidth, count = Math.Min(BlockFilters, outChannels - firstFilter);
            for (int panel = 0; panel < count; panel += width) filters.Run(firstFilter + panel, taps, to + (nint)panel * channels, WinogradTiles.Stride((long)channels * BlockFilters));
        }

        /// <summary>A worker's memory: taps of filters, then zeros, then <paramref name="rest"/>.</summary>
        public WinogradInput<TIsa, TVec> Input(int worker, out float* taps, out float* rest)
        {
            taps = (float*)scratch[worker];
            float* zeros = taps + WinogradFilters<TIsa, TVec>.ScratchFloats;
            rest = zeros + channels;
            new Span<float>(zeros, channels).Clear();
            return new(source, height, width, channels, padTop, padLeft, zeros);
        }

        /// <summary>Statistics of the results of some tiles, while they are in cache.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Sums(int part, int firstTile, int count, int firstFilter, int filterCount)
        {
            if (epilogue.Statistics == null) return;
            var sums = new ColumnSums(epilogue.Statistics + (nint)part * BatchNormRows.PartialRows * outChannels + firstFilter, outChannels);
            for (int i = 0; i < count; i++)
            {
                var (image, h, w, rows, columns) = tiles.At(firstTile + i);
                float* line = y + (((long)image * tiles.GridH + h) * tiles.GridW + w) * outChannels + firstFilter;
                if (i == 0) sums.Start<TIsa, TVec>(line, outChannels, columns, 0, filterCount);
                for (int row = 0; row < rows; row++, line += (nint)tiles.GridW * outChannels) sums.Add<TIsa, TVec>(line, outChannels, columns, 0, filterCount);
            }
        }

        /// <summary>Aᵀ m A of one tile, with the epilogue; results beyond the image are dropped.</summary>
        /// <param name="products">Position 0, of <paramref name="filterCount"/> filters.</param>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Output(float* products, nint stride, int tile, int firstFilter, int filterCount)
        {
            var (image, h, w, rows, columns) = tiles.At(tile);
            long start = (((long)image * tiles.GridH + h) * tiles.GridW + w) * outChannels + firstFilter;
            nint rowStride = (nint)tiles.GridW * outChannels;
            TVec* half = stackalloc TVec[24];
            TVec* result = stackalloc TVec[4];
            for (int k = 0; k < filterCount; k += TIsa.Width)
            {
                float* m = products + k;
                for (int i = 0; i < 6; i++, m += 6 * stride)
                {
                    WinogradTransforms<TIsa, TVec>.Output4(TIsa.Load(m), TIsa.Load(m + stride), TIsa.Load(m + 2 * stride), TIsa.Load(m + 3 * stride), TIsa.Load(m + 4 * stride), TIsa.Load(m + 5 * stride),
                        out half[i], out half[6 + i], out half[12 + i], out half[18 + i]);
                }
                var bias = epilogue.Bias == null ? TIsa.Zero : TIsa.Load(epilogue.Bias + firstFilter + k);
                for (int j = 0; j < columns; j++)
                {
                    TVec* line = half + j * 6;
                    WinogradTransforms<TIsa, TVec>.Output4(line[0], line[1], line[2], line[3], line[4], line[5], out result[0], out result[1], out result[2], out result[3]);
                    long at = start + (long)j * outChannels + k;
                    for (int i = 0; i < rows; i++, at += rowStride)
                    {
                        var value = result[i];
                        if (accumulate) value = TIsa.Add(value, TIsa.Load(y + at));
                        if (epilogue.Bias != null) value = TIsa.Add(value, bias);
                        if (epilogue.Residual != null) value = TIsa.Add(value, TIsa.Load(epilogue.Residual + at));
                        TIsa.Store(epilogue.Relu ? TIsa.Max(value, TIsa.Zero) : value, y + at);
                    }
                }
            }
        }
    }

    /// <summary>Early layers, first: filters into the workspace. A chunk is a panel.</summary>
    private readonly struct TransformPanel(Body body) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            body.Input(worker, out float* taps, out _);
            int width = GemmBlock<TIsa, TVec>.PanelWidth;
            body.Filters.Run(chunk * width, taps, body.Workspace + (nint)chunk * body.Channels * width, WinogradTiles.Stride((long)body.Channels * body.OutChannels));
        }
    }

    /// <summary>Early layers, then: tiles from pixels to results.</summary>
    private readonly struct TileChunk(Body body) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int channels = body.Channels, filters = body.OutChannels, first = chunk * body.ChunkTiles, count = Math.Min(body.ChunkTiles, body.Tiles.Count - first);
            nint inStride = WinogradTiles.Stride((long)body.ChunkTiles * channels), outStride = WinogradTiles.Stride((long)body.ChunkTiles * filters), filterStride = WinogradTiles.Stride((long)channels * filters);
            var input = body.Input(worker, out _, out float* transformed);
            float* products = transformed + WinogradTiles.Positions * inStride, filterStart = body.Packed != null ? body.Packed : body.Workspace;
            for (int tile = 0; tile < count; tile++) input.Run(body.Tiles.At(first + tile), 0, channels, transformed + (nint)tile * channels, inStride);
            for (int position = 0; position < WinogradTiles.Positions; position++)
            {
                var (from, together) = body.Tiles.At(position, first, count);
                nint offset = from - first;
                GemmBlock<TIsa, TVec>.Run(transformed + position * inStride + offset * channels, channels, 1, together, filterStart + position * filterStride,
                    (nint)channels * GemmBlock<TIsa, TVec>.PanelWidth, filters, channels, products + position * outStride + offset * filters, filters, false);
            }
            int part = GemmBlock<TIsa, TVec>.TileRows;
            for (int start = 0; start < count; start += part)
            {
                int end = Math.Min(start + part, count);
                for (int tile = start; tile < end; tile++) body.Output(products + (nint)tile * filters, outStride, first + tile, 0, filters);
                body.Sums((first + start) / part, first + start, end - start, 0, filters);
            }
        }
    }

    /// <summary>Late layers, first: tiles into the workspace.</summary>
    private readonly struct TransformTile(Body body, int first, nint stride) : IChunkBody
    {
        public void Run(int chunk, int worker)
            => body.Input(worker, out _, out _).Run(body.Tiles.At(first + chunk), 0, body.Channels, body.Workspace + (nint)chunk * body.Channels, stride);
    }

    /// <summary>Late layers, once for many runs: a block of filters.</summary>
    private readonly struct TransformFilterBlock(Body body, float* packed) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            body.Input(worker, out float* taps, out _);
            body.TransformFilters(chunk * BlockFilters, taps, packed + chunk * WinogradTiles.Positions * WinogradTiles.Stride((long)body.Channels * BlockFilters));
        }
    }

    /// <summary>Late layers, then: a block of filters over all tiles of the group.</summary>
    private readonly struct FilterBlock(Body body, int first, int count, nint stride, int firstPart) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int channels = body.Channels, firstFilter = chunk * BlockFilters, filters = Math.Min(BlockFilters, body.OutChannels - firstFilter), width = GemmBlock<TIsa, TVec>.PanelWidth;
            nint filterStride = WinogradTiles.Stride((long)channels * BlockFilters), outStride = WinogradTiles.Stride((long)body.ChunkTiles * BlockFilters);
            body.Input(worker, out float* taps, out float* transformed);
            float* products = transformed + WinogradTiles.Positions * filterStride;
            if (body.Packed != null) transformed = body.Packed + chunk * WinogradTiles.Positions * filterStride;
            else body.TransformFilters(firstFilter, taps, transformed);
            for (int tile = 0; tile < count; tile += body.ChunkTiles)
            {
                int together = Math.Min(body.ChunkTiles, count - tile);
                for (int position = 0; position < WinogradTiles.Positions; position++)
                {
                    var (from, rows) = body.Tiles.At(position, first + tile, together);
                    nint offset = from - first;
                    GemmBlock<TIsa, TVec>.Run(body.Workspace + position * stride + offset * channels, channels, 1, rows, transformed + position * filterStride, (nint)channels * width,
                        filters, channels, products + position * outStride + (offset - tile) * filters, filters, false);
                }
                for (int i = 0; i < together; i++) body.Output(products + (nint)i * filters, outStride, first + tile + i, firstFilter, filters);
                body.Sums(firstPart + tile / body.ChunkTiles, first + tile, together, firstFilter, filters);
            }
        }
    }
}

/// <summary>G w Gᵀ of filters, in the panels that <see cref="GemmBlock{TIsa, TVec}"/> reads: U[position][step][lane].</summary>
/// <param name="w">KRSC.</param>
/// <param name="forward">A panel has filters for lanes and channels for steps; else the other way round, with the taps turned round (dgrad).</param>
internal readonly unsafe struct WinogradFilters<TIsa, TVec>(float* w, int k, int c, bool forward) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int Taps = 9, StepsTogether = 16;

    /// <summary>Floats of scratch.</summary>
    public static long ScratchFloats => Taps * StepsTogether * GemmBlock<TIsa, TVec>.PanelWidth;

    /// <param name="first">First lane's filter (dgrad: channel).</param>
    /// <param name="taps">Scratch.</param>
    /// <param name="panel">The panel at position 0.</param>
    /// <param name="stride">Floats from one position to the next.</param>
    public void Run(int first, float* taps, float* panel, nint stride)
    {
        int width = GemmBlock<TIsa, TVec>.PanelWidth, steps = forward ? c : k;
        for (int step = 0; step < steps; step += StepsTogether)
        {
            int count = Math.Min(StepsTogether, steps - step);
            if (forward) Transpose(first, step, count, taps);
            for (int i = 0; i < count; i++)
            {
                for (int lane = 0; lane < width; lane += TIsa.Width)
                {
                    float* target = panel + (nint)(step + i) * width + lane;
                    if (forward) Transform(taps + (i * Taps * width) + lane, width, target, stride);
                    else Transform(w + ((nint)(step + i) * Taps + 8) * c + first + lane, -c, target, stride);
                }
            }
        }
    }

    /// <summary>Taps of some channels of a panel's filters, a filter to a lane: [channel][tap][lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transpose(int firstFilter, int firstChannel, int count, float* taps)
    {
        int width = GemmBlock<TIsa, TVec>.PanelWidth;
        for (int tap = 0; tap < Taps; tap++)
        {
            // Channels and lanes come in fours, for panels do.
            for (int lane = 0; lane < width; lane += 4)
            {
                nint next = (nint)Taps * c, row = (nint)Taps * width;
                float* from = w + (nint)(firstFilter + lane) * next + tap * c + firstChannel, place = taps + tap * width + lane;
                for (int i = 0; i < count; i += 4, from += 4, place += 4 * row) Transposition.Turn(from, next, place, row);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform(float* g, nint tap, float* target, nint stride)
    {
        TVec* half = stackalloc TVec[18];
        for (int s = 0; s < 3; s++, g += tap)
        {
            WinogradTransforms<TIsa, TVec>.Filter3(TIsa.Load(g), TIsa.Load(g + 3 * tap), TIsa.Load(g + 6 * tap),
                out half[s], out half[3 + s], out half[6 + s], out half[9 + s], out half[12 + s], out half[15 + s]);
        }
        for (int i = 0; i < 6; i++, target += 6 * stride)
        {
            TVec* line = half + i * 3;
            WinogradTransforms<TIsa, TVec>.Filter3(line[0], line[1], line[2], out var o0, out var o1, out var o2, out var o3, out var o4, out var o5);
            TIsa.Store(o0, target);
            TIsa.Store(o1, target + stride);
            TIsa.Store(o2, target + 2 * stride);
            TIsa.Store(o3, target + 3 * stride);
            TIsa.Store(o4, target + 4 * stride);
            TIsa.Store(o5, target + 5 * stride);
        }
    }
}
