using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Gemm;

namespace NativeTrainer.Kernels.Conv2d;

/// <summary>3×3 convolutions with stride 1 by Winograd's minimal filtering: <see cref="WinogradConvolution{TIsa, TVec}"/> and <see cref="WinogradWeightGradient{TIsa, TVec}"/>.</summary>
internal sealed unsafe class WinogradConv2dCpu<TIsa, TVec> : Conv2d where TIsa : struct, ISimd<TVec> where TVec : unmanaged
{
    private readonly CpuDevice _device;
    private readonly Conv2dShape _shape;
    private readonly WinogradConvolution<TIsa, TVec> _forward, _data;
    private readonly WinogradWeightGradient<TIsa, TVec> _weights;
    private readonly BiasGradient _bias;

    public WinogradConv2dCpu(CpuDevice device, Conv2dShape shape)
    {
        (_device, _shape) = (device, shape);
        var s = shape;
        _forward = new WinogradConvolution<TIsa, TVec>(device, s.N, s.H, s.W, s.C, s.P, s.Q, s.PadTop, s.PadLeft, s.K, forward: true);
        // A pixel of dx reads the gradients that read it: the taps turned round, the padding what a whole overlap leaves.
        _data = new WinogradConvolution<TIsa, TVec>(device, s.N, s.P, s.Q, s.K, s.H, s.W, 2 - s.PadTop, 2 - s.PadLeft, s.C, forward: false);
        _weights = new WinogradWeightGradient<TIsa, TVec>(device, s);
        _bias = new BiasGradient(device, s);
        WorkspaceBytes = sizeof(float) * Math.Max(Math.Max(_forward.WorkspaceFloats, _data.WorkspaceFloats), Math.Max(_weights.WorkspaceFloats, _bias.PartialCount));
    }

    public override string Variant => $"winograd4x4_{_device.Isa.ToString().ToLowerInvariant()}";

    public override long WorkspaceBytes { get; }

    /// <summary>As of the direct method.</summary>
    public override long Flops => 2 * _shape.Macs;

    /// <summary>Whether F(4×4, 3×3) takes the shape and saves time: whole panels of channels, and tiles filled so far that half of the multiplications are saved.</summary>
    public static bool Pays(Conv2dShape s)
    {
        int panel = GemmBlock<TIsa, TVec>.PanelWidth;
        if (s is not { R: 3, S: 3, StrideH: 1, StrideW: 1, PadTop: <= 2, PadLeft: <= 2, PadBottom: <= 2, PadRight: <= 2 } || s.C % panel != 0 || s.K % panel != 0) return false;
        return 9L * s.P * s.Q >= 2L * WinogradTiles.Positions * new WinogradTiles(1, s.P, s.Q).Count;
    }

    public override IReadOnlyList<int> StatisticsParts => _forward.StatisticsParts;

    public override long PackedWeightBytes => sizeof(float) * _forward.PackedFloats;

    public override void PackWeights(TensorView w, TensorView packed) => _forward.Pack(w.Float32, (float*)packed.UInt8);

    public override void Forward(TensorView x, TensorView w, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
        => _forward.Run(x.Float32, w.Float32, null, y.Float32, accumulate: false, new Epilogue(epilogue), Scratch(workspace));

    public override void ForwardPacked(TensorView x, TensorView packed, in Conv2dEpilogue epilogue, TensorView y, TensorView workspace)
        => _forward.Run(x.Float32, null, (float*)packed.UInt8, y.Float32, accumulate: false, new Epilogue(epilogue), Scratch(workspace));

    public override void BackwardData(TensorView dy, TensorView w, TensorView dx, GradientWrite write, TensorView workspace)
        => _data.Run(dy.Float32, w.Float32, null, dx.Float32, write == GradientWrite.Add, default, Scratch(workspace));

    public override void BackwardWeights(TensorView x, TensorView dy, TensorView dw, GradientWrite write, TensorView workspace)
        => _weights.Run(x.Float32, dy.Float32, dw.Float32, write, Scratch(workspace));

    public override void BackwardBias(TensorView dy, TensorView db, GradientWrite write, TensorView workspace) => _bias.Run(dy.Float32, db.Float32, write, Scratch(workspace));

    private static float* Scratch(TensorView workspace) => (float*)workspace.UInt8;
}
