using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>
/// wgrad of a network's first convolution by F(4, 4): four gradients of a row take the place of the taps, and the four results are taps. Pixels are transformed as forward's. Each range of bands
/// has its own sum at the points, [point][row, parity, channel][filter], in the workspace; they are added in order while being turned into KRSC.
/// </summary>
internal sealed unsafe class StemWeightGradient<TIsa, TVec> where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int MaxRanges = 16;

    private readonly CpuDevice _device;
    private readonly StemTiles _tiles;
    private readonly int _ranges, _rangeBands;

    public StemWeightGradient(CpuDevice device, Conv2dShape shape)
    {
        _device = device;
        _tiles = new StemTiles(shape, StemConvolution<TIsa, TVec>.BandRowsOf(shape));
        int bands = shape.N * _tiles.Bands;
        _rangeBands = (bands + MaxRanges - 1) / MaxRanges;
        _ranges = Chunks.Count(bands, _rangeBands);
        device.Team.ReserveScratch(sizeof(float) * (_tiles.PixelFloats + _tiles.LineFloats + _tiles.RowFloats + shape.K));
    }

    /// <summary>Floats of workspace.</summary>
    public long WorkspaceFloats => (long)_ranges * _tiles.AllSteps * _tiles.Shape.K;

    public void Run(float* x, float* dy, float* dw, GradientWrite write, float* sums)
    {
        _device.Team.For(_ranges, new Accumulate(_device.Team.ScratchTable, _tiles, x, dy, sums, _rangeBands));
        _device.Team.For(_tiles.Shape.R * _tiles.Shape.C, new Combine(_tiles, sums, _ranges, dw, write == GradientWrite.Add));
    }

    private readonly struct Accumulate(byte** scratch, StemTiles tiles, float* x, float* dy, float* sums, int rangeBands) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            var shape = tiles.Shape;
            float* pixels = (float*)scratch[worker], line = pixels + tiles.PixelFloats, zeros = line + tiles.LineFloats, gradients = zeros + shape.K;
            new Span<float>(zeros, shape.K).Clear();
            float* sum = sums + (nint)chunk * tiles.AllSteps * shape.K;
            int begin = chunk * rangeBands, end = Math.Min(begin + rangeBands, shape.N * tiles.Bands);
            for (int band = begin; band < end; band++)
            {
                int image = band / tiles.Bands, first = band % tiles.Bands * tiles.BandRows, rows = Math.Min(tiles.BandRows, shape.P - first);
                StemPixels<TIsa, TVec>.Run(tiles, x, image, first, rows, line, pixels);
                for (int row = 0; row < rows; row++)
                {
                    Gradients(dy + ((long)image * shape.P + first + row) * shape.Q * shape.K, zeros, gradients);
                    for (int point = 0; point < StemTiles.Points; point++)
                    {
                        // A is read by columns: its rows are tiles, the steps of this product.
                        GemmBlock<TIsa, TVec>.Run(pixels + tiles.FirstPixel(point) + (nint)row * shape.StrideH * tiles.Width(point), 1, tiles.TileStride(point), tiles.Steps(point),
                            gradients + (nint)point * tiles.Count * shape.K, (nint)tiles.Count * GemmBlock<TIsa, TVec>.PanelWidth, shape.K, tiles.Count,
                            sum + (nint)tiles.FirstStep(point) * shape.K, shape.K, band > begin || row > 0);
                    }
                }
            }
        }

        /// <summary>G dy of a row, in panels: [point][panel][tile][lane]; gradients beyond the row are 0.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Gradients(float* row, float* zeros, float* to)
        {
            int channels = tiles.Shape.K, columns = tiles.Shape.Q, count = tiles.Count, width = GemmBlock<TIsa, TVec>.PanelWidth;
            nint point = (nint)count * channels;
            for (int tile = 0; tile < count; tile++)
            {
                float* g0 = row + (nint)tile * StemTiles.Side * channels;
                int valid = columns - tile * StemTiles.Side;
                float* g1 = valid > 1 ? g0 + channels : zeros, g2 = valid > 2 ? g0 + 2 * channels : zeros, g3 = valid > 3 ? g0 + 3 * channels : zeros;
                for (int panel = 0; panel < channels; panel += width)
                {
                    float* place = to + (nint)panel * count + (nint)tile * width;
                    for (int k = panel; k < panel + width; k += TIsa.Width, place += TIsa.Width)
                        StemTransforms<TIsa, TVec>.StoreFilter(TIsa.Load(g0 + k), TIsa.Load(g1 + k), TIsa.Load(g2 + k), TIsa.Load(g3 + k), place, point);
                }
            }
        }
    }

    /// <summary>A chunk is a row of taps of one channel.</summary>
    private readonly struct Combine(StemTiles tiles, float* sums, int ranges, float* dw, bool add) : IChunkBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            var shape = tiles.Shape;
            int r = chunk / shape.C, c = chunk % shape.C;
            float* turned = stackalloc float[8 * 16];
            for (int k = 0; k < shape.K; k += TIsa.Width)
            {
                for (int parity = 0; parity < 2; parity++)
                {
                    StemTransforms<TIsa, TVec>.Output(Sum(0, r, parity, c, k), Sum(1, r, parity, c, k), Sum(2, r, parity, c, k), Sum(3, r, parity, c, k), Sum(4, r, parity, c, k), Sum(5, r, parity, c, k),
                        parity == 0 ? Sum(6, r, 0, c, k) : TIsa.Zero, out var y0, out var y1, out var y2, out var y3);
                    TIsa.Store(y0, turned + parity * 16);
                    TIsa.Store(y1, turned + (2 + parity) * 16);
                    TIsa.Store(y2, turned + (4 + parity) * 16);
                    TIsa.Store(y3, turned + (6 + parity) * 16);
                }
                for (int lane = 0; lane < TIsa.Width; lane++)
                {
                    for (int s = 0; s < shape.S; s++)
                    {
                        float* to = dw + (((nint)(k + lane) * shape.R + r) * shape.S + s) * shape.C + c;
                        *to = add ? *to + turned[s * 16 + lane] : turned[s * 16 + lane];
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private TVec Sum(int point, int r, int parity, int c, int k)
        {
            float* at = sums + ((nint)tiles.FirstStep(point) + (nint)r * tiles.Width(point) + parity * tiles.Shape.C + c) * tiles.Shape.K + k;
            var sum = TIsa.Load(at);
            for (int range = 1; range < ranges; range++) sum = TIsa.Add(sum, TIsa.Load(at + (nint)range * tiles.AllSteps * tiles.Shape.K));
            return sum;
        }
    }
}
