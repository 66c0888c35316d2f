using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// wgrad of 3×3 convolutions with stride 1 by F(3×3, 4×4): a tile's 4×4 gradients are the filter, its 6×6 pixels the input, and the products of all tiles are
/// added up at each of 36 positions before they are transformed back once. Chunks are (range of tiles, block of channels), both fixed by the shape; each range
/// has its own sums in the workspace, which are added in order.
/// </summary>
/// <remarks>
/// Error: as of <see cref="WinogradConvolution{TIsa, TVec}"/>, |ŵ − w| ≤ u·(√n + 22)·|Aᵀ|·Σ(|G||dy||Gᵀ| ⊙ |Bᵀ||x||B|)·|A| over n tiles.
/// </remarks>
internal sealed unsafe class WinogradWeightGradient<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int BlockChannels = 64, WantedChunks = 8;

    /// <summary>Transformed pixels and gradients of some tiles.</summary>
    private const int TileFloats = 160 * 1024;

    private readonly CpuDevice _device;
    private readonly Conv2dShape _shape;
    private readonly WinogradTiles _tiles;
    private readonly int _blocks, _ranges, _rangeTiles, _together;

    public WinogradWeightGradient(CpuDevice device, Conv2dShape shape)
    {
        (_device, _shape) = (device, shape);
        _tiles = new WinogradTiles(shape.N, shape.P, shape.Q);
        _blocks = (shape.C + BlockChannels - 1) / BlockChannels;
        int ranges = Math.Clamp(WantedChunks / _blocks, 1, _tiles.Count);
        _rangeTiles = (_tiles.Count + ranges - 1) / ranges;
        _ranges = (_tiles.Count + _rangeTiles - 1) / _rangeTiles;
        _together = Math.Min(Math.Max(TileFloats / (WinogradTiles.Positions * (BlockChannels + shape.K)), 8), _rangeTiles);
        device.Team.ReserveScratch(sizeof(float) * (Math.Max(shape.C, shape.K) + WinogradTiles.Positions * (long)(PixelStride + GradientStride)));
    }

    /// <summary>Floats of workspace.</summary>
    public long PartialCount => _ranges * PartialFloats;

    private long PartialFloats => WinogradTiles.Positions * (long)WinogradTiles.Stride((long)_shape.C * _shape.K);

    private nint PixelStride => WinogradTiles.Stride((long)_together * BlockChannels);

    private nint GradientStride => WinogradTiles.Stride((long)_together * _shape.K);

    public void Run(float* x, float* dy, float* dw, GradientWrite write, float* partial)
    {
        _device.Team.For(_ranges * _blocks, new Accumulate(_device.Team.ScratchTable, _tiles, _shape, x, dy, partial, PartialFloats, _blocks, _rangeTiles, _together, PixelStride, GradientStride));
        _device.Team.For(_shape.K / TIsa.Width * _blocks, new Combine(partial, PartialFloats, _ranges, dw, _shape.C, _shape.K, _blocks, write == GradientWrite.Add));
    }

    private readonly struct Accumulate(byte** scratch, WinogradTiles tiles, Conv2dShape shape, float* x, float* dy, float* partial, long partialFloats, int blocks, int rangeTiles, int together,
        nint pixelStride, nint gradientStride) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int range = chunk / blocks, firstChannel = chunk % blocks * BlockChannels, channels = Math.Min(BlockChannels, shape.C - firstChannel), k = shape.K, width = GemmBlock<TIsa, TVec>.PanelWidth;
            float* zeros = (float*)scratch[worker], pixels = zeros + Math.Max(shape.C, k), gradients = pixels + WinogradTiles.Positions * pixelStride;
            new Span<float>(zeros, Math.Max(shape.C, k)).Clear();
            var input = new WinogradInput<TIsa, TVec>(x, shape.H, shape.W, shape.C, shape.PadTop, shape.PadLeft, zeros);
            nint stride = WinogradTiles.Stride((long)shape.C * k);
            float* sums = partial + range * partialFloats + (nint)firstChannel * k;
            int begin = range * rangeTiles, end = Math.Min(begin + rangeTiles, tiles.Count);
            for (int first = begin; first < end; first += together)
            {
                int count = Math.Min(together, end - first);
                for (int tile = 0; tile < count; tile++)
                {
                    var (image, h, w) = tiles.At(first + tile);
                    input.Run(image, h, w, firstChannel, channels, pixels + (nint)tile * channels, pixelStride);
                    Gradient(zeros, image, h, w, gradients + (nint)tile * width, (nint)count * width);
                }
                for (int position = 0; position < WinogradTiles.Positions; position++)
                {
                    // A is read by columns: its rows are tiles, the steps of this product.
                    GemmBlock<TIsa, TVec>.Run(pixels + position * pixelStride, 1, channels, channels, gradients + position * gradientStride, (nint)count * width, k, count,
                        sums + position * stride, k, first > begin);
                }
            }
        }

        /// <summary>G dy Gᵀ of a tile, in panels: [panel][tile][lane]; gradients beyond the image are 0.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Gradient(float* zeros, int image, int h, int w, float* to, nint panelStride)
        {
            float** at = stackalloc float*[16];
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 4; j++)
                    at[i * 4 + j] = h + i < tiles.GridH && w + j < tiles.GridW ? dy + (((long)image * tiles.GridH + h + i) * tiles.GridW + w + j) * shape.K : zeros;
            TVec* half = stackalloc TVec[24];
            int width = GemmBlock<TIsa, TVec>.PanelWidth;
            for (int panel = 0; panel < shape.K; panel += width, to += panelStride)
            {
                for (int lane = 0; lane < width; lane += TIsa.Width)
                {
                    int k = panel + lane;
                    for (int j = 0; j < 4; j++)
                    {
                        WinogradTransforms<TIsa, TVec>.Filter4(TIsa.Load(at[j] + k), TIsa.Load(at[4 + j] + k), TIsa.Load(at[8 + j] + k), TIsa.Load(at[12 + j] + k),
                            out half[j], out half[4 + j], out half[8 + j], out half[12 + j], out half[16 + j], out half[20 + j]);
                    }
                    float* place = to + lane;
                    for (int i = 0; i < 6; i++, place += 6 * gradientStride)
                    {
                        TVec* line = half + i * 4;
                        WinogradTransforms<TIsa, TVec>.Filter4(line[0], line[1], line[2], line[3], out var o0, out var o1, out var o2, out var o3, out var o4, out var o5);
                        TIsa.Store(o0, place);
                        TIsa.Store(o1, place + gradientStride);
                        TIsa.Store(o2, place + 2 * gradientStride);
                        TIsa.Store(o3, place + 3 * gradientStride);
                        TIsa.Store(o4, place + 4 * gradientStride);
                        TIsa.Store(o5, place + 5 * gradientStride);
                    }
                }
            }
        }
    }

    /// <summary>Σ of the ranges in order, Aᵀ · A, and from [channel][filter] to KRSC. A chunk is a vector of filters and a block of channels.</summary>
    private readonly struct Combine(float* partial, long partialFloats, int ranges, float* dw, int c, int k, int blocks, bool add) : IChunkBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            int firstFilter = chunk / blocks * TIsa.Width, firstChannel = chunk % blocks * BlockChannels, end = Math.Min(firstChannel + BlockChannels, c);
            nint stride = WinogradTiles.Stride((long)c * k);
            TVec* half = stackalloc TVec[18];
            // Results of 16 channels: [tap][lane][channel].
            float* turned = stackalloc float[9 * 16 * 16];
            for (int first = firstChannel; first < end; first += 16)
            {
                int count = Math.Min(16, end - first);
                for (int i = 0; i < count; i++)
                {
                    float* m = partial + (nint)(first + i) * k + firstFilter;
                    for (int row = 0; row < 6; row++, m += 6 * stride)
                    {
                        WinogradTransforms<TIsa, TVec>.Output3(Sum(m), Sum(m + stride), Sum(m + 2 * stride), Sum(m + 3 * stride), Sum(m + 4 * stride), Sum(m + 5 * stride),
                            out half[row], out half[6 + row], out half[12 + row]);
                    }
                    for (int s = 0; s < 3; s++)
                    {
                        TVec* line = half + s * 6;
                        WinogradTransforms<TIsa, TVec>.Output3(line[0], line[1], line[2], line[3], line[4], line[5], out var y0, out var y1, out var y2);
                        Turn(y0, turned + s * 256 + i);
                        Turn(y1, turned + (3 + s) * 256 + i);
                        Turn(y2, turned + (6 + s) * 256 + i);
                    }
                }
                for (int lane = 0; lane < TIsa.Width; lane++)
                {
                    for (int tap = 0; tap < 9; tap++)
                    {
                        float* to = dw + ((nint)(firstFilter + lane) * 9 + tap) * c + first, from = turned + tap * 256 + lane * 16;
                        for (int i = 0; i < count; i++) to[i] = add ? to[i] + from[i] : from[i];
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private TVec Sum(float* at)
        {
            var sum = TIsa.Load(at);
            for (int range = 1; range < ranges; range++) sum = TIsa.Add(sum, TIsa.Load(at + range * partialFloats));
            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Turn(TVec value, float* to)
        {
            float* lanes = stackalloc float[16];
            TIsa.Store(value, lanes);
            for (int lane = 0; lane < TIsa.Width; lane++) to[lane * 16] = lanes[lane];
        }
    }
}
