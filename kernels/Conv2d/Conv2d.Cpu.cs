using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Kernels.Conv2d;

internal static class Conv2dCpu
{
    public static Conv2d Create(CpuDevice device, Conv2dShape shape) => device.Isa switch
    {
        CpuIsa.Avx512 => Create<Avx512Simd, Vector512<float>>(device, shape),
        CpuIsa.Avx2 => Create<Avx2Simd, Vector256<float>>(device, shape),
        _ => Create<PortableSimd, Vector128<float>>(device, shape),
    };

    public static Conv2d? CreatePooled(CpuDevice device, Conv2dShape shape, Pool2dShape pool) => device.Isa switch
    {
        CpuIsa.Avx512 => CreatePooled<Avx512Simd, Vector512<float>>(device, shape, pool),
        CpuIsa.Avx2 => CreatePooled<Avx2Simd, Vector256<float>>(device, shape, pool),
        _ => CreatePooled<PortableSimd, Vector128<float>>(device, shape, pool),
    };

    private static Conv2d Create<TIsa, TVec>(CpuDevice device, Conv2dShape shape) where TIsa : struct, ISimd<TVec> where TVec : unmanaged => shape switch
    {
        _ when device.Winograd && WinogradConv2dCpu<TIsa, TVec>.Pays(shape) => new WinogradConv2dCpu<TIsa, TVec>(device, shape),
        _ when device.Winograd && StemConv2dCpu<TIsa, TVec>.Pays(shape) => new StemConv2dCpu<TIsa, TVec>(device, shape),
        _ => new Conv2dCpu<TIsa, TVec>(device, shape),
    };

    private static StemConv2dCpu<TIsa, TVec>? CreatePooled<TIsa, TVec>(CpuDevice device, Conv2dShape shape, Pool2dShape pool) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        => device.Winograd && StemConv2dCpu<TIsa, TVec>.Pays(shape) ? new StemConv2dCpu<TIsa, TVec>(device, shape, pool) : null;
}

/// <summary>
/// Implicit GEMM on the CPU. fprop and dgrad are one engine (<see cref="PixelGemm{TIsa, TVec}"/>): destination pixels × output channels,
/// reduced over taps × input channels. dgrad with a stride is one such product per phase (h mod stride, w mod stride) of the input pixels,
/// each with the taps that reach it. wgrad reduces over pixels; see <see cref="WeightGradient{TIsa, TVec}"/>.
/// </summary>
internal sealed unsafe class Conv2dCpu<TIsa, TVec> : Conv2d where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private readonly CpuDevice _device;
    private readonly Conv2dShape _shape;
    private readonly PixelGemm<TIsa, TVec> _fprop;
    private readonly (PixelGemm<TIsa, TVec>? Gemm, int PhaseH, int PhaseW, int FirstTap)[] _dgrad;
    private readonly int[] _dgradTaps;
    private readonly WeightGradient<TIsa, TVec>? _wgrad;
    private readonly PointwiseWeightGradient<TIsa, TVec>? _pointwiseWeights;
    private readonly BiasGradient _biasGradient;

    public Conv2dCpu(CpuDevice device, Conv2dShape shape)
    {
        (_device, _shape) = (device, shape);
        var s = shape;
        var taps = from r in Enumerable.Range(0, s.R) from t in Enumerable.Range(0, s.S) select (r - s.PadTop, t - s.PadLeft);
        bool pointwise = s is { R: 1, S: 1, StrideH: 1, StrideW: 1, PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };
        _fprop = new PixelGemm<TIsa, TVec>(device, s.N, s.H, s.W, s.C, s.P, s.Q, s.StrideH, s.StrideW, [.. taps], s.K, pointwise, null);
        (_dgrad, _dgradTaps) = DataPhases(device, s, pointwise);
        if (pointwise) _pointwiseWeights = new PointwiseWeightGradient<TIsa, TVec>(device, s);
        else _wgrad = new WeightGradient<TIsa, TVec>(device, s);
        _biasGradient = new BiasGradient(device, s);
        long packed = Math.Max(GemmBlock<TIsa, TVec>.PackedCount((long)s.R * s.S * s.C, s.K), GemmBlock<TIsa, TVec>.PackedCount((long)s.R * s.S * s.K, s.C));
        WorkspaceBytes = sizeof(float) * Math.Max(Math.Max(packed, _wgrad?.PartialCount ?? _pointwiseWeights!.PartialCount), _biasGradient.PartialCount);
    }

    public override string Variant => $"implicit_gemm_{_device.Isa.ToString().ToLowerInvariant()}_{GemmBlock<TIsa, TVec>.TileRows}x{GemmBlock<TIsa, TVec>.PanelWidth}";

    public override long WorkspaceBytes { get; }

    public override long Flops => 2 * _shape.Macs;

    public override IReadOnlyList<int> StatisticsParts => _fprop.StatisticsParts;

    public override long PackedWeightBytes => sizeof(float) * GemmBlock<TIsa, TVec>.PackedCount((long)_shape.R * _shape.S * _shape.C, _shape.K);

    public override void PackWeights(TensorView w, TensorView packed) => Pack(w.Float32, (float*)packed.UInt8);

    public override void ForwardPacked(TensorView x, TensorView packed, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace) => Multiply(x, (float*)packed.UInt8, epilogue, y);

    public override void Forward(TensorView x, TensorView w, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
    {
        Pack(w.Float32, Scratch(workspace));
        Multiply(x, Scratch(workspace), epilogue, y);
    }

    public override void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace)
    {
        float* packed = Scratch(workspace);
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
        if (_pointwiseWeights is not null) _pointwiseWeights.Run(x.Float32, dy.Float32, dw.Float32, write, Scratch(workspace));
        else _wgrad!.Run(x.Float32, dy.Float32, dw.Float32, write, Scratch(workspace));
    }

    public override void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace)
        => _biasGradient.Run(dy.Float32, db.Float32, write, Scratch(workspace));

    private void Pack(float* w, float* packed) => _device.Team.For(PanelCount(_shape.K), new PackForward(w, packed, _shape.K, _shape.R * _shape.S * _shape.C));

    private void Multiply(TensorView x, float* packed, in Conv2dEpilogue epilogue, TensorView y)
        => _fprop.Run(x.Float32, packed, y.Float32, accumulate: false, new Epilogue(epilogue));

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
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            int width = GemmBlock<TIsa, TVec>.PanelWidth, first = chunk * width, count = Math.Min(width, channels - first);
            float* panel = packed + (long)chunk * width * steps;
            if (count < width) new Span<float>(panel, width * steps).Clear();
            // 16 steps at a time: reads and writes then stay within L1.
            for (int block = 0; block < steps; block += 16)
            {
                int end = Math.Min(block + 16, steps), whole = block + (end - block) / 4 * 4, lane = 0;
                for (; lane <= count - 4; lane += 4)
                {
                    float* from = w + (long)(first + lane) * steps;
                    for (int step = block; step < whole; step += 4) Transposition.Turn(from + step, steps, panel + step * width + lane, width);
                    Copy(first, panel, lane, lane + 4, whole, end);
                }
                Copy(first, panel, lane, count, block, end);
            }
        }

        private void Copy(int first, float* panel, int lane, int lanes, int from, int to)
        {
            for (; lane < lanes; lane++)
                for (int step = from; step < to; step++) panel[step * GemmBlock<TIsa, TVec>.PanelWidth + lane] = w[(long)(first + lane) * steps + step];
        }
    }

    /// <summary>KRSC to panels of C: B[tap, k][c], the taps in the phases' order.</summary>
    private readonly struct PackBackward(float* w, float* packed, int* taps, int tapCount, int k, int rs, int channels) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            int width = GemmBlock<TIsa, TVec>.PanelWidth, first = chunk * width, count = Math.Min(width, channels - first);
            float* to = packed + (long)chunk * width * tapCount * k;
            for (int tap = 0; tap < tapCount; tap++, to += width * k) Panels<TIsa, TVec>.PackOne(w + (long)taps[tap] * channels + first, k, (nint)rs * channels, count, to);
        }
    }
}
