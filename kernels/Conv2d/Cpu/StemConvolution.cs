using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// fprop of a network's first convolution, 7 taps wide with stride 2 on few channels, by <see cref="StemTransforms{TIsa, TVec}"/>: 13 products where the direct method has 28. A chunk is a
/// band of result rows: each input row under it is transformed once; then each row of results is multiplied, transformed back and, where a max pool follows, kept only until its windows are done.
/// </summary>
internal sealed unsafe class StemConvolution<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Floats of transformed pixels that leave room for the rest in L2.</summary>
    private const int BandFloats = 48 * 1024;

    private readonly CpuDevice _device;
    private readonly StemTiles _tiles;
    private readonly Pool2dShape? _pool;

    public StemConvolution(CpuDevice device, Conv2dShape shape, Pool2dShape? pool)
    {
        (_device, _pool) = (device, pool);
        int rows = BandRowsOf(shape);
        // Bands of a pool are of its rows; the convolution's rows under them overlap.
        if (pool is { } p) rows = (Math.Max(rows / p.StrideH, 1) - 1) * p.StrideH + p.R;
        _tiles = new StemTiles(shape, rows);
        device.Team.ReserveScratch(sizeof(float) * (_tiles.PixelFloats + _tiles.LineFloats + _tiles.RowFloats + (pool?.R ?? 0) * (long)shape.Q * shape.K));
    }

    /// <summary>Rows of a band whose transformed pixels stay in cache.</summary>
    public static int BandRowsOf(Conv2dShape shape)
    {
        int rows = Math.Min(shape.P, 16);
        while (rows > 1 && new StemTiles(shape, rows).PixelFloats > BandFloats) rows--;
        return rows;
    }

    /// <summary>Pixels of the parts whose statistics the epilogue writes: those of a band.</summary>
    public IReadOnlyList<int> StatisticsParts
    {
        get
        {
            var (shape, rows) = (_tiles.Shape, _tiles.BandRows);
            return [.. from image in Enumerable.Range(0, shape.N) from band in Enumerable.Range(0, _tiles.Bands) select Math.Min(rows, shape.P - band * rows) * shape.Q];
        }
    }

    /// <summary>Floats of the filters as <see cref="Pack"/> leaves them: [point][panel][row, parity, channel][lane].</summary>
    public long PackedFloats => (long)_tiles.AllSteps * _tiles.Shape.K;

    /// <param name="w">KRSC.</param>
    public void Pack(float* w, float* packed) => _device.Team.For(_tiles.Shape.K / GemmBlock<TIsa, TVec>.PanelWidth, new PackPanel(_tiles, w, packed));

    /// <param name="y">The convolution's results, or the pool's where there is one.</param>
    public void Run(float* x, float* packed, float* y, Epilogue epilogue)
    {
        var band = new Band(_device.Team.ScratchTable, _tiles, x, packed);
        if (_pool is { } pool)
        {
            int poolRows = (_tiles.BandRows - pool.R) / pool.StrideH + 1, bands = Chunks.Count(pool.P, poolRows);
            _device.Team.For(_tiles.Shape.N * bands, new PooledChunk(band, pool, poolRows, bands, y, epilogue));
        }
        else _device.Team.For(_tiles.Shape.N * _tiles.Bands, new Chunk(band, y, epilogue));
    }

    private readonly struct PackPanel(StemTiles tiles, float* w, float* packed) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            var shape = tiles.Shape;
            int width = GemmBlock<TIsa, TVec>.PanelWidth;
            float* taps = stackalloc float[4 * 16], points = stackalloc float[StemTiles.Points * 16];
            for (int r = 0; r < shape.R; r++)
            {
                for (int parity = 0; parity < 2; parity++)
                {
                    for (int c = 0; c < shape.C; c++)
                    {
                        for (int lane = 0; lane < width; lane += TIsa.Width)
                        {
                            for (int i = 0; i < 4; i++)
                            {
                                for (int k = 0; k < TIsa.Width; k++)
                                    taps[i * 16 + k] = parity + 2 * i < shape.S ? w[(((nint)chunk * width + lane + k) * shape.R + r) * shape.S * shape.C + (parity + 2 * i) * shape.C + c] : 0;
                            }
                            StemTransforms<TIsa, TVec>.StoreFilter(TIsa.Load(taps), TIsa.Load(taps + 16), TIsa.Load(taps + 32), TIsa.Load(taps + 48), points, 16);
                            for (int point = 0; point < StemTiles.Points; point++)
                            {
                                if (parity * shape.C >= tiles.Width(point)) continue;
                                nint step = (nint)r * tiles.Width(point) + parity * shape.C + c;
                                TIsa.Store(TIsa.Load(points + point * 16), packed + (nint)tiles.FirstStep(point) * shape.K + (chunk * (nint)tiles.Steps(point) + step) * width + lane);
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>What a band of rows goes through.</summary>
    private readonly struct Band(byte** scratch, StemTiles tiles, float* x, float* packed)
    {
        public StemTiles Tiles => tiles;

        /// <summary>Transforms the pixels under the rows from <paramref name="row"/> on.</summary>
        /// <returns>The worker's memory: transformed pixels.</returns>
        public float* Pixels(int worker, int image, int row, int rows, out float* rest)
        {
            float* pixels = (float*)scratch[worker], line = pixels + tiles.PixelFloats;
            rest = line + tiles.LineFloats;
            StemPixels<TIsa, TVec>.Run(tiles, x, image, row, rows, line, pixels);
            return pixels;
        }

        /// <summary>A row of results, still at their points: [point][tile][filter].</summary>
        public void Multiply(float* pixels, int bandRow, float* products)
        {
            var shape = tiles.Shape;
            for (int point = 0; point < StemTiles.Points; point++)
            {
                int steps = tiles.Steps(point);
                GemmBlock<TIsa, TVec>.Run(pixels + tiles.FirstPixel(point) + (nint)bandRow * shape.StrideH * tiles.Width(point), tiles.TileStride(point), 1, tiles.Count,
                    packed + (nint)tiles.FirstStep(point) * shape.K, (nint)steps * GemmBlock<TIsa, TVec>.PanelWidth, shape.K, steps, products + (nint)point * tiles.Count * shape.K, shape.K, false);
            }
        }

        /// <summary>Aᵀ m of a row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Output(float* products, float* row)
        {
            int channels = tiles.Shape.K, columns = tiles.Shape.Q;
            nint point = (nint)tiles.Count * channels;
            for (int tile = 0; tile < tiles.Count; tile++, products += channels, row += StemTiles.Side * channels)
            {
                int valid = Math.Min(StemTiles.Side, columns - tile * StemTiles.Side);
                for (int k = 0; k < channels; k += TIsa.Width)
                {
                    StemTransforms<TIsa, TVec>.Output(products + k, point, out var y0, out var y1, out var y2, out var y3);
                    TIsa.Store(y0, row + k);
                    if (valid > 1) TIsa.Store(y1, row + channels + k);
                    if (valid > 2) TIsa.Store(y2, row + 2 * channels + k);
                    if (valid > 3) TIsa.Store(y3, row + 3 * channels + k);
                }
            }
        }
    }

    private readonly struct Chunk(Band band, float* y, Epilogue epilogue) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            var tiles = band.Tiles;
            var shape = tiles.Shape;
            int image = chunk / tiles.Bands, first = chunk % tiles.Bands * tiles.BandRows, rows = Math.Min(tiles.BandRows, shape.P - first);
            float* pixels = band.Pixels(worker, image, first, rows, out float* products);
            var sums = new ColumnSums(epilogue.Statistics + (nint)chunk * BatchNormRows.PartialRows * shape.K, shape.K);
            for (int row = 0; row < rows; row++)
            {
                long pixel = ((long)image * shape.P + first + row) * shape.Q;
                float* line = y + pixel * shape.K;
                band.Multiply(pixels, row, products);
                band.Output(products, line);
                if (!epilogue.IsNone) epilogue.Apply<TIsa, TVec>(y, pixel, shape.Q, shape.K, 0, shape.K);
                if (epilogue.Statistics == null) continue;
                if (row == 0) sums.Start<TIsa, TVec>(line, shape.K, shape.Q, 0, shape.K);
                sums.Add<TIsa, TVec>(line, shape.K, shape.Q, 0, shape.K);
            }
        }
    }

    private readonly struct PooledChunk(Band band, Pool2dShape pool, int poolRows, int bands, float* y, Epilogue epilogue) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            var shape = band.Tiles.Shape;
            int image = chunk / bands, firstPool = chunk % bands * poolRows, endPool = Math.Min(firstPool + poolRows, pool.P);
            int first = Math.Max(firstPool * pool.StrideH - pool.PadTop, 0), end = Math.Min((endPool - 1) * pool.StrideH - pool.PadTop + pool.R, shape.P);
            float* pixels = band.Pixels(worker, image, first, end - first, out float* products), ring = products + band.Tiles.RowFloats;
            int done = first;
            for (int p = firstPool; p < endPool; p++)
            {
                int top = Math.Max(p * pool.StrideH - pool.PadTop, 0), bottom = Math.Min(p * pool.StrideH - pool.PadTop + pool.R, shape.P);
                for (done = Math.Max(done, top); done < bottom; done++)
                {
                    band.Multiply(pixels, done - first, products);
                    band.Output(products, ring + (nint)(done % pool.R) * shape.Q * shape.K);
                }
                Pool(ring, top, bottom, y + ((long)image * pool.P + p) * pool.Q * shape.K);
            }
        }

        /// <summary>A row of the pool. Bias and ReLU come after the maximum: rounding keeps the order, so the bits are those of a pool behind them.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Pool(float* ring, int top, int bottom, float* to)
        {
            int channels = pool.C;
            nint rowFloats = (nint)pool.W * channels;
            for (int q = 0; q < pool.Q; q++, to += channels)
            {
                int left = Math.Max(q * pool.StrideW - pool.PadLeft, 0), right = Math.Min(q * pool.StrideW - pool.PadLeft + pool.S, pool.W);
                for (int c = 0; c < channels; c += TIsa.Width)
                {
                    var best = TIsa.Load(ring + top % pool.R * rowFloats + (nint)left * channels + c);
                    for (int row = top; row < bottom; row++)
                    {
                        float* element = ring + row % pool.R * rowFloats + (nint)left * channels + c;
                        for (int column = left; column < right; column++, element += channels) best = TIsa.Max(best, TIsa.Load(element));
                    }
                    if (epilogue.Bias != null) best = TIsa.Add(best, TIsa.Load(epilogue.Bias + c));
                    TIsa.Store(epilogue.Relu ? TIsa.Max(best, TIsa.Zero) : best, to + c);
                }
            }
        }
    }
}
