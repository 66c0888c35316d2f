using System.Runtime.Intrinsics;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

internal static class Conv2dCpu
{
    public static Conv2d Create(CpuDevice device, Conv2dShape shape) => device.Isa switch
    {
        CpuIsa.Avx512 => new Conv2dCpu<Avx512Simd, Vector512<float>>(device, shape),
        CpuIsa.Avx2 => new Conv2dCpu<Avx2Simd, Vector256<float>>(device, shape),
        _ => new Conv2dCpu<PortableSimd, Vector128<float>>(device, shape),
    };
}

/// <summary>
/// Implicit GEMM on the CPU. fprop and dgrad are one engine (<see cref="PixelGemm{TIsa, TVec}"/>): destination pixels × output channels,
/// reduced over taps × input channels. dgrad with a stride is one such product per phase (h mod stride, w mod stride) of the input pixels,
/// each with the taps that reach it. wgrad reduces over pixels; see <see cref="WeightGradient{TIsa, TVec}"/>.
/// </summary>
internal sealed unsafe class Conv2dCpu<TIsa, TVec> : Conv2d where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private const int BiasChunkRows = 2048;

    private readonly CpuDevice _device;
    private readonly Conv2dShape _shape;
    private readonly PixelGemm<TIsa, TVec> _fprop;
    private readonly (PixelGemm<TIsa, TVec>? Gemm, int PhaseH, int PhaseW, int FirstTap)[] _dgrad;
    private readonly int[] _dgradTaps;
    private readonly WeightGradient<TIsa, TVec>? _wgrad;
    private readonly WinogradConvolution<TIsa, TVec>? _winogradForward, _winogradData;
    private readonly WinogradWeightGradient<TIsa, TVec>? _winogradWeights;
    private readonly PointwiseWeightGradient<TIsa, TVec>? _pointwiseWeights;

    public Conv2dCpu(CpuDevice device, Conv2dShape shape)
    {
        (_device, _shape) = (device, shape);
        var s = shape;
        var taps = from r in Enumerable.Range(0, s.R) from t in Enumerable.Range(0, s.S) select (r - s.PadTop, t - s.PadLeft);
        bool pointwise = s is { R: 1, S: 1, StrideH: 1, StrideW: 1, PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };
        _fprop = new PixelGemm<TIsa, TVec>(device, s.N, s.H, s.W, s.C, s.P, s.Q, s.StrideH, s.StrideW, [.. taps], s.K, pointwise, null);
        (_dgrad, _dgradTaps) = DataPhases(device, s, pointwise);
        if (WinogradPays(s))
        {
            _winogradForward = new WinogradConvolution<TIsa, TVec>(device, s.N, s.H, s.W, s.C, s.P, s.Q, s.PadTop, s.PadLeft, s.K, forward: true);
            // A pixel of dx reads the gradients that read it: the taps turned round, the padding what a whole overlap leaves.
            _winogradData = new WinogradConvolution<TIsa, TVec>(device, s.N, s.P, s.Q, s.K, s.H, s.W, 2 - s.PadTop, 2 - s.PadLeft, s.C, forward: false);
            _winogradWeights = new WinogradWeightGradient<TIsa, TVec>(device, s);
        }
        else if (pointwise) _pointwiseWeights = new PointwiseWeightGradient<TIsa, TVec>(device, s);
        else _wgrad = new WeightGradient<TIsa, TVec>(device, s);
        long bias = (s.N * (long)s.P * s.Q + BiasChunkRows - 1) / BiasChunkRows * s.K;
        long packed = Math.Max(GemmBlock<TIsa, TVec>.PackedCount((long)s.R * s.S * s.C, s.K), GemmBlock<TIsa, TVec>.PackedCount((long)s.R * s.S * s.K, s.C));
        if (_winogradForward is not null) packed = Math.Max(_winogradForward.WorkspaceFloats, _winogradData!.WorkspaceFloats);
        WorkspaceBytes = sizeof(float) * Math.Max(Math.Max(packed, _wgrad?.PartialCount ?? _pointwiseWeights?.PartialCount ?? _winogradWeights!.WorkspaceFloats), bias);
    }

    /// <summary>Whether F(4×4, 3×3) takes the shape and saves time: whole panels of channels, and tiles filled so far that half of the multiplications are saved.</summary>
    private static bool WinogradPays(Conv2dShape s)
    {
        int panel = GemmBlock<TIsa, TVec>.PanelWidth;
        if (s is not { R: 3, S: 3, StrideH: 1, StrideW: 1 } || s.C % panel != 0 || s.K % panel != 0 || s.PadTop > 2 || s.PadLeft > 2 || s.PadBottom > 2 || s.PadRight > 2) return false;
        var tiles = new WinogradTiles(1, s.P, s.Q);
        return 9L * s.P * s.Q >= 2L * WinogradTiles.Positions * tiles.Count;
    }

    public override string Variant => _winogradForward is not null ? $"winograd4x4_{_device.Isa.ToString().ToLowerInvariant()}" : $"implicit_gemm_{_device.Isa.ToString().ToLowerInvariant()}_{GemmBlock<TIsa, TVec>.TileRows}x{GemmBlock<TIsa, TVec>.PanelWidth}";

    public override long WorkspaceBytes { get; }

    public override long Flops => 2 * _shape.Macs;

    public override void Forward(TensorView x, TensorView w, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
    {
        float* packed = Scratch(workspace);
        var finish = new Epilogue(epilogue.Bias.Float32, epilogue.Residual.Float32, epilogue.Relu);
        if (_winogradForward is not null)
        {
            _winogradForward.Run(x.Float32, w.Float32, y.Float32, accumulate: false, finish, packed);
            return;
        }
        _device.Team.For(PanelCount(_shape.K), new PackForward(w.Float32, packed, _shape.K, _shape.R * _shape.S * _shape.C));
        _fprop.Run(x.Float32, packed, y.Float32, accumulate: false, finish);
    }

    public override void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace)
    {
        float* packed = Scratch(workspace);
        if (_winogradData is not null)
        {
            _winogradData.Run(dy.Float32, w.Float32, dx.Float32, write == GradientWrite.Add, default, packed);
            return;
        }
        int steps = _dgradTaps.Length * _shape.K;
        fixed (int* taps = _dgradTaps)
            _device.Team.For(PanelCount(_shape.C), new PackBackward(w.Float32, packed, taps, _dgradTaps.Length, _shape.K, _shape.R * _shape.S, _shape.C));
        foreach (var (gemm, phaseH, phaseW, firstTap) in _dgrad)
        {
            if (gemm is not null) gemm.Run(dy.Float32, packed + (long)firstTap * _shape.K * GemmBlock<TIsa, TVec>.PanelWidth, dx.Float32, write == GradientWrite.Add, default, steps);
            else if (write == GradientWrite.Overwrite) ClearPhase(dx.Float32, phaseH, phaseW);
        }
    }

    public override void BackwardWeights(TensorView x, TensorView dy, TensorView dw, GradientWrite write, TensorView workspace)
    {
        if (_winogradWeights is not null) _winogradWeights.Run(x.Float32, dy.Float32, dw.Float32, write, Scratch(workspace));
        else if (_pointwiseWeights is not null) _pointwiseWeights.Run(x.Float32, dy.Float32, dw.Float32, write, Scratch(workspace));
        else _wgrad!.Run(x.Float32, dy.Float32, dw.Float32, write, Scratch(workspace));
    }

    public override void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace)
    {
        long rows = (long)_shape.N * _shape.P * _shape.Q;
        int chunks = (int)((rows + BiasChunkRows - 1) / BiasChunkRows);
        float* partial = Scratch(workspace), sum = db.Float32;
        _device.Team.For(chunks, new ColumnSums(dy.Float32, partial, rows, _shape.K));
        for (int k = 0; k < _shape.K; k++)
        {
            double total = write == GradientWrite.Add ? sum[k] : 0;
            for (int chunk = 0; chunk < chunks; chunk++) total += partial[(long)chunk * _shape.K + k];
            sum[k] = (float)total;
        }
    }

    private static float* Scratch(TensorView workspace) => (float*)workspace.UInt8;

    private static int PanelCount(int columns) => (columns + GemmBlock<TIsa, TVec>.PanelWidth - 1) / GemmBlock<TIsa, TVec>.PanelWidth;

    private static ((PixelGemm<TIsa, TVec>?, int, int, int)[], int[]) DataPhases(CpuDevice device, Conv2dShape s, bool pointwise)
    {
        var phases = new List<(PixelGemm<TIsa, TVec>?, int, int, int)>();
        var order = new List<int>();
        for (int phaseH = 0; phaseH < Math.Min(s.StrideH, s.H); phaseH++)
        {
            for (int phaseW = 0; phaseW < Math.Min(s.StrideW, s.W); phaseW++)
            {
                // Input row i·stride + phase meets output row p = i + (phase + pad − r) / stride at the taps where that divides.
                var taps = (from r in Enumerable.Range(0, s.R)
                            from t in Enumerable.Range(0, s.S)
                            let h = phaseH + s.PadTop - r
                            let w = phaseW + s.PadLeft - t
                            where h % s.StrideH == 0 && w % s.StrideW == 0
                            orderby h, w
                            select (Offset: (h / s.StrideH, w / s.StrideW), Tap: r * s.S + t)).ToArray();
                int rows = (s.H - phaseH + s.StrideH - 1) / s.StrideH, columns = (s.W - phaseW + s.StrideW - 1) / s.StrideW;
                StridedDestination? strided = s.StrideH == 1 && s.StrideW == 1 ? null : new(s.H, s.W, phaseH, phaseW, s.StrideH, s.StrideW);
                var gemm = taps.Length == 0 ? null
                    : new PixelGemm<TIsa, TVec>(device, s.N, s.P, s.Q, s.K, rows, columns, 1, 1, [.. taps.Select(t => t.Offset)], s.C, pointwise, strided);
                phases.Add((gemm, phaseH, phaseW, order.Count));
                order.AddRange(taps.Select(t => t.Tap));
            }
        }
        return ([.. phases], [.. order]);
    }

    private void ClearPhase(float* dx, int phaseH, int phaseW)
    {
        for (int n = 0; n < _shape.N; n++)
            for (int h = phaseH; h < _shape.H; h += _shape.StrideH)
                for (int w = phaseW; w < _shape.W; w += _shape.StrideW)
                    new Span<float>(dx + (((long)n * _shape.H + h) * _shape.W + w) * _shape.C, _shape.C).Clear();
    }

    /// <summary>KRSC to panels of K: B[rsc][k].</summary>
    private readonly struct PackForward(float* w, float* packed, int channels, int steps) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int width = GemmBlock<TIsa, TVec>.PanelWidth, first = chunk * width, count = Math.Min(width, channels - first);
            float* panel = packed + (long)chunk * width * steps;
            if (count < width) new Span<float>(panel, width * steps).Clear();
            // 16 steps at a time: reads and writes then stay within L1.
            for (int block = 0; block < steps; block += 16)
            {
                int end = Math.Min(block + 16, steps);
                for (int lane = 0; lane < count; lane++)
                {
                    float* from = w + (long)(first + lane) * steps;
                    for (int step = block; step < end; step++) panel[step * width + lane] = from[step];
                }
            }
        }
    }

    /// <summary>KRSC to panels of C: B[tap, k][c], the taps in the phases' order.</summary>
    private readonly struct PackBackward(float* w, float* packed, int* taps, int tapCount, int k, int rs, int channels) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int width = GemmBlock<TIsa, TVec>.PanelWidth, first = chunk * width, count = Math.Min(width, channels - first);
            float* to = packed + (long)chunk * width * tapCount * k;
            for (int tap = 0; tap < tapCount; tap++)
            {
                for (int i = 0; i < k; i++, to += width)
                {
                    new Span<float>(w + ((long)i * rs + taps[tap]) * channels + first, count).CopyTo(new Span<float>(to, width));
                    if (count < width) new Span<float>(to + count, width - count).Clear();
                }
            }
        }
    }

    private readonly struct ColumnSums(float* dy, float* partial, long rows, int columns) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            float* sum = partial + (long)chunk * columns;
            long first = (long)chunk * BiasChunkRows, end = Math.Min(first + BiasChunkRows, rows);
            new Span<float>(sum, columns).Clear();
            for (long row = first; row < end; row++)
                System.Numerics.Tensors.TensorPrimitives.Add(new ReadOnlySpan<float>(sum, columns), new ReadOnlySpan<float>(dy + row * columns, columns), new Span<float>(sum, columns));
        }
    }
}
