using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>A network's first convolution: 7 taps wide with stride 2, on at most 4 channels; see <see cref="StemConvolution{TIsa, TVec}"/> and <see cref="StemWeightGradient{TIsa, TVec}"/>.</summary>
internal sealed unsafe class StemConv2dCpu<TIsa, TVec> : Conv2d where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private readonly CpuDevice _device;
    private readonly Conv2dShape _shape;
    private readonly bool _pooled;
    private readonly StemConvolution<TIsa, TVec> _forward;
    private readonly StemWeightGradient<TIsa, TVec>? _weights;
    private readonly Conv2dCpu<TIsa, TVec>? _direct;

    /// <param name="pool">Forward only, and writes this pool's results.</param>
    public StemConv2dCpu(CpuDevice device, Conv2dShape shape, Pool2dShape? pool = null)
    {
        (_device, _shape, _pooled) = (device, shape, pool is not null);
        _forward = new StemConvolution<TIsa, TVec>(device, shape, pool);
        if (!_pooled)
        {
            _weights = new StemWeightGradient<TIsa, TVec>(device, shape);
            _direct = new Conv2dCpu<TIsa, TVec>(device, shape);
        }
        WorkspaceBytes = Math.Max(sizeof(float) * Math.Max(_forward.PackedFloats, _weights?.WorkspaceFloats ?? 0), _direct?.WorkspaceBytes ?? 0);
    }

    public override string Variant => $"winograd1x4_{_device.Isa.ToString().ToLowerInvariant()}{(_pooled ? " maxpool" : "")}";

    public override long WorkspaceBytes { get; }

    /// <summary>As of the direct method.</summary>
    public override long Flops => 2 * _shape.Macs;

    /// <summary>Whether it takes the shape and saves time: whole panels of filters, and tiles filled so far that a third of the products is saved.</summary>
    public static bool Pays(Conv2dShape s)
        => s is { S: 7, StrideW: 2, C: <= 4, PadLeft: < 7 } && s.K % GemmBlock<TIsa, TVec>.PanelWidth == 0 && 7 * s.Q >= 20 * new StemTiles(s, 1).Count;

    public override IReadOnlyList<int> StatisticsParts => _pooled ? [] : _forward.StatisticsParts;

    public override long PackedWeightBytes => sizeof(float) * _forward.PackedFloats;

    public override void PackWeights(TensorView w, TensorView packed) => _forward.Pack(w.Float32, (float*)packed.UInt8);

    public override void Forward(TensorView x, TensorView w, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
    {
        _forward.Pack(w.Float32, Scratch(workspace));
        _forward.Run(x.Float32, Scratch(workspace), y.Float32, new Epilogue(epilogue));
    }

    public override void ForwardPacked(TensorView x, TensorView packed, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
        => _forward.Run(x.Float32, (float*)packed.UInt8, y.Float32, new Epilogue(epilogue));

    /// <summary>By the direct method: the gradient of a picture is hardly ever wanted.</summary>
    public override void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace) => Training(_direct).BackwardData(dy, w, dx, write, workspace);

    public override void BackwardWeights(TensorView x, TensorView dy, TensorView dw, GradientWrite write, TensorView workspace)
        => Training(_weights).Run(x.Float32, dy.Float32, dw.Float32, write, Scratch(workspace));

    public override void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace) => Training(_direct).BackwardBias(dy, db, write, workspace);

    private static T Training<T>(T? plan) where T : class => plan ?? throw new NotSupportedException("a convolution planned with its max pool has no backward");

    private static float* Scratch(TensorView workspace) => (float*)workspace.UInt8;
}
