using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// fprop and dgrad of 3×3 convolutions with stride 1 by F(4×4, 3×3): 36 multiplications for 16 results instead of 144. A chunk of tiles is transformed,
/// multiplied with the transformed weights at each of 36 positions, and transformed back while it lies in L2. Sums run over the channels in order, so a
/// result's bits do not depend on the chunks.
/// </summary>
/// <remarks>
/// Error: with the roundings of a chain of C products and of the transforms (4 for the pixels, 3 for the weights, 4 for the results, in two directions each),
/// |ŷ − y| ≤ u·(√C + 22)·Aᵀ|…|A where the last is the sum with every factor's absolute value: |Aᵀ|·Σ(|G||w||Gᵀ| ⊙ |Bᵀ||x||B|)·|A|.
/// </remarks>
internal sealed unsafe class WinogradConvolution<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    /// <summary>Transformed tiles and results of a chunk: of 1 MiB of L2, the rest is for weights.</summary>
    private const int ChunkFloats = 160 * 1024;


    private readonly CpuDevice _device;
    private readonly WinogradTiles _tiles;
    private readonly int _height, _width, _channels, _outChannels, _padTop, _padLeft, _chunkTiles;

    /// <param name="height">Of the source.</param>
    /// <param name="gridH">Rows of results.</param>
    /// <param name="padTop">Result row h reads source rows h − padTop to h − padTop + 2.</param>
    public WinogradConvolution(CpuDevice device, int images, int height, int width, int channels, int gridH, int gridW, int padTop, int padLeft, int outChannels)
    {
        (_device, _height, _width, _channels, _outChannels, _padTop, _padLeft) = (device, height, width, channels, outChannels, padTop, padLeft);
        _tiles = new WinogradTiles(images, gridH, gridW);
        int rows = GemmBlock<TIsa, TVec>.TileRows, most = ChunkFloats / (WinogradTiles.Positions * (channels + outChannels)) / rows * rows;
        // All threads get chunks, but rows enough to use each panel of weights twice.
        int fair = (_tiles.Count + device.Threads - 1) / device.Threads;
        _chunkTiles = Math.Min(Math.Max(most, 2 * rows), (fair + rows - 1) / rows * rows);
        device.Team.ReserveScratch(sizeof(float) * (channels + PositionFloats(channels) + PositionFloats(outChannels)));
    }

    /// <summary>Floats of transformed weights.</summary>
    public static long WeightFloats(int channels, int outChannels) => WinogradTiles.Positions * (long)WinogradTiles.Stride((long)channels * outChannels);

    /// <param name="weights">From <see cref="WinogradFilters{TIsa, TVec}"/>.</param>
    public void Run(float* source, float* weights, float* y, bool accumulate, Epilogue epilogue)
        => _device.Team.For((_tiles.Count + _chunkTiles - 1) / _chunkTiles, new Body(_device.Team.ScratchTable, _tiles, _chunkTiles, source, _height, _width, _channels, _padTop, _padLeft,
            weights, y, _outChannels, accumulate, epilogue));

    private long PositionFloats(int channels) => WinogradTiles.Positions * (long)WinogradTiles.Stride((long)_chunkTiles * channels);

    private readonly struct Body(byte** scratch, WinogradTiles tiles, int chunkTiles, float* source, int height, int width, int channels, int padTop, int padLeft,
        float* weights, float* y, int outChannels, bool accumulate, Epilogue epilogue) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int first = chunk * chunkTiles, count = Math.Min(chunkTiles, tiles.Count - first);
            nint inStride = WinogradTiles.Stride((long)chunkTiles * channels), outStride = WinogradTiles.Stride((long)chunkTiles * outChannels), weightStride = WinogradTiles.Stride((long)channels * outChannels);
            float* zeros = (float*)scratch[worker], transformed = zeros + channels, products = transformed + WinogradTiles.Positions * inStride;
            new Span<float>(zeros, channels).Clear();
            var input = new WinogradInput<TIsa, TVec>(source, height, width, channels, padTop, padLeft, zeros);
            for (int tile = 0; tile < count; tile++)
            {
                var (image, h, w) = tiles.At(first + tile);
                input.Run(image, h, w, 0, channels, transformed + (long)tile * channels, inStride);
            }
            for (int position = 0; position < WinogradTiles.Positions; position++)
            {
                GemmBlock<TIsa, TVec>.Run(transformed + position * inStride, channels, 1, count, weights + position * weightStride, (nint)channels * GemmBlock<TIsa, TVec>.PanelWidth,
                    outChannels, channels, products + position * outStride, outChannels, false);
            }
            for (int tile = 0; tile < count; tile++)
            {
                var (image, h, w) = tiles.At(first + tile);
                Output(products + (long)tile * outChannels, outStride, image, h, w);
            }
        }

        /// <summary>Aᵀ m A of one tile, with the epilogue; results beyond the image are dropped.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Output(float* products, nint stride, int image, int h, int w)
        {
            int rows = Math.Min(WinogradTiles.Side, tiles.GridH - h), columns = Math.Min(WinogradTiles.Side, tiles.GridW - w);
            long start = (((long)image * tiles.GridH + h) * tiles.GridW + w) * outChannels;
            nint rowStride = (nint)tiles.GridW * outChannels;
            TVec* half = stackalloc TVec[24];
            TVec* result = stackalloc TVec[4];
            for (int k = 0; k < outChannels; k += TIsa.Width)
            {
                float* m = products + k;
                for (int i = 0; i < 6; i++, m += 6 * stride)
                {
                    WinogradTransforms<TIsa, TVec>.Output4(TIsa.Load(m), TIsa.Load(m + stride), TIsa.Load(m + 2 * stride), TIsa.Load(m + 3 * stride), TIsa.Load(m + 4 * stride), TIsa.Load(m + 5 * stride),
                        out half[i], out half[6 + i], out half[12 + i], out half[18 + i]);
                }
                var bias = epilogue.Bias == null ? TIsa.Zero : TIsa.Load(epilogue.Bias + k);
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
}

/// <summary>G w Gᵀ of all filters, in the panels that <see cref="GemmBlock{TIsa, TVec}"/> reads: U[position][panel][step][lane].</summary>
/// <param name="w">KRSC.</param>
/// <param name="forward">Panels of K, steps C, as they are; else panels of C, steps K, the taps turned round (dgrad).</param>
internal readonly unsafe struct WinogradFilters<TIsa, TVec>(byte** scratch, float* w, float* to, int k, int c, bool forward) : IChunkBody
    where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int Taps = 9, StepsTogether = 16;

    /// <summary>Floats of scratch.</summary>
    public static long ScratchFloats => Taps * StepsTogether * GemmBlock<TIsa, TVec>.PanelWidth;

    /// <summary>Panels.</summary>
    public int Chunks => (forward ? k : c) / GemmBlock<TIsa, TVec>.PanelWidth;

    public void Run(int chunk, int worker)
    {
        int width = GemmBlock<TIsa, TVec>.PanelWidth, steps = forward ? c : k, first = chunk * width;
        nint stride = WinogradTiles.Stride((long)k * c);
        float* panel = to + (nint)chunk * steps * width, taps = (float*)scratch[worker];
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
                    else Transform(w + (nint)(step + i) * Taps * c + first + lane + 8 * c, -c, target, stride);
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
            for (int lane = 0; lane < width; lane++)
            {
                float* from = w + ((nint)(firstFilter + lane) * Taps + tap) * c + firstChannel, place = taps + tap * width + lane;
                for (int i = 0; i < count; i++) place[i * Taps * width] = from[i];
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
