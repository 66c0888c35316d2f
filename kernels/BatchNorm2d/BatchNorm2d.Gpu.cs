using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>Two passes over memory each way, as on the processor: sums per part of rows, combined in float64 in order; then the elementwise result.</summary>
internal sealed class BatchNorm2dGpu(GpuDevice device, long rows, int channels, BatchNormOptions options) : BatchNorm2d
{
    private const int Threads = 128, ElementThreads = 256;

    private readonly BatchNormParts _parts = new(rows, channels);
    private readonly GpuKernel<StatisticsArguments> _partial = device.Load<StatisticsArguments>(StatisticsSimt.Partial, Threads);
    private readonly GpuKernel<StatisticsArguments> _combine = device.Load<StatisticsArguments>(StatisticsSimt.Combine, Threads);
    private readonly GpuKernel<StatisticsArguments> _constant = device.Load<StatisticsArguments>(StatisticsSimt.Constant, Threads);
    private readonly GpuKernel<NormaliseArguments> _normalise = device.Load<NormaliseArguments>(NormaliseSimt.Kernel, ElementThreads);
    private readonly GpuKernel<GradientSumsArguments> _gradientPartial = device.Load<GradientSumsArguments>(GradientSimt.Partial, Threads);
    private readonly GpuKernel<GradientSumsArguments> _gradientCombine = device.Load<GradientSumsArguments>(GradientSimt.Combine, Threads);
    private readonly GpuKernel<GradientArguments> _constantScale = device.Load<GradientArguments>(GradientSimt.ConstantScale, Threads);
    private readonly GpuKernel<GradientArguments> _gradient = device.Load<GradientArguments>(GradientSimt.Kernel, ElementThreads);

    public override string Variant => "batchnorm_simt";

    public override long WorkspaceBytes => _parts.WorkspaceBytes;

    public override long Flops => 7 * rows * channels;

    private int ChannelBlocks => Chunks.Count(channels, Threads);

    private Index3D PartGrid => new(ChannelBlocks, _parts.Count, 1);

    private int ElementBlocks => Chunks.Count(rows * channels, ElementThreads);

    public override void ForwardTrain(TensorView x, TensorView weight, TensorView bias, TensorView residual, TensorView y,
        TensorView savedMean, TensorView savedInvStd, TensorView runningMean, TensorView runningVar, TensorView workspace)
    {
        if (rows == 1) throw new InvalidOperationException($"batch norm in training needs more than one value per channel, got ({rows}, {channels}): use a larger batch or image, or freeze its statistics");
        var arguments = new StatisticsArguments
        {
            X = x.GpuFloat32,
            Weight = weight.GpuFloat32,
            Bias = bias.GpuFloat32,
            SavedMean = savedMean.GpuFloat32,
            SavedInvStd = savedInvStd.GpuFloat32,
            RunningMean = runningMean.GpuFloat32,
            RunningVar = runningVar.GpuFloat32,
            Workspace = Tables(workspace),
            Parts = _parts,
            Epsilon = options.Epsilon,
            Momentum = options.Momentum,
        };
        _partial.Launch(PartGrid, arguments);
        _combine.Launch(ChannelBlocks, arguments);
        Normalise(x, residual, y, workspace);
    }

    public override void ForwardEval(TensorView x, TensorView weight, TensorView bias, TensorView runningMean, TensorView runningVar,
        TensorView residual, TensorView y, TensorView workspace)
    {
        _constant.Launch(ChannelBlocks, new StatisticsArguments
        {
            X = x.GpuFloat32,
            Weight = weight.GpuFloat32,
            Bias = bias.GpuFloat32,
            SavedMean = runningMean.GpuFloat32,
            SavedInvStd = runningVar.GpuFloat32,
            RunningMean = runningMean.GpuFloat32,
            RunningVar = runningVar.GpuFloat32,
            Workspace = Tables(workspace),
            Parts = _parts,
            Epsilon = options.Epsilon,
        });
        Normalise(x, residual, y, workspace);
    }

    public override void BackwardTrain(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView savedMean, TensorView savedInvStd,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Sums(true, x, y, dy, weight, savedMean, savedInvStd, dweight, dbias, parameterWrite, workspace);
        Gradient(true, x, y, dy, weight, savedInvStd, dx, dxWrite, dResidual, residualWrite, workspace);
    }

    public override void BackwardEval(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView runningMean, TensorView runningVar,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        if (!dweight.IsNone) Sums(false, x, y, dy, weight, runningMean, runningVar, dweight, dbias, parameterWrite, workspace);
        if (!dx.IsNone || !dResidual.IsNone) Gradient(false, dy, y, dy, weight, runningVar, dx, dxWrite, dResidual, residualWrite, workspace);
    }

    private void Normalise(TensorView x, TensorView residual, TensorView y, TensorView workspace)
        => _normalise.Launch(ElementBlocks, new NormaliseArguments
        {
            X = x.GpuFloat32,
            Residual = Optional(residual, x),
            Y = y.GpuFloat32,
            Workspace = Tables(workspace),
            Parts = _parts,
            HasResidual = residual.IsNone ? 0 : 1,
            Relu = options.Relu ? 1 : 0,
        });

    private void Sums(bool training, TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView mean, TensorView invStdOrVar,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Debug.Assert(dweight.IsNone == dbias.IsNone, "the parameters' gradients come as a pair");
        var arguments = new GradientSumsArguments
        {
            X = x.GpuFloat32,
            Y = options.Relu ? y.GpuFloat32 : dy.GpuFloat32,
            Dy = dy.GpuFloat32,
            Weight = weight.GpuFloat32,
            Mean = mean.GpuFloat32,
            InvStdOrVar = invStdOrVar.GpuFloat32,
            Dweight = Optional(dweight, weight),
            Dbias = Optional(dbias, weight),
            Workspace = Tables(workspace),
            Parts = _parts,
            Epsilon = options.Epsilon,
            Relu = options.Relu ? 1 : 0,
            Training = training ? 1 : 0,
            HasParameters = dweight.IsNone ? 0 : 1,
            AddsParameters = parameterWrite == GradientWrite.Add ? 1 : 0,
        };
        _gradientPartial.Launch(PartGrid, arguments);
        _gradientCombine.Launch(ChannelBlocks, arguments);
    }

    private void Gradient(bool training, TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView variance,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite, TensorView workspace)
    {
        var arguments = new GradientArguments
        {
            X = x.GpuFloat32,
            Y = options.Relu ? y.GpuFloat32 : dy.GpuFloat32,
            Dy = dy.GpuFloat32,
            Dx = Optional(dx, dy),
            Dresidual = Optional(dResidual, dy),
            Weight = weight.GpuFloat32,
            Variance = variance.GpuFloat32,
            Workspace = Tables(workspace),
            Parts = _parts,
            Epsilon = options.Epsilon,
            Relu = options.Relu ? 1 : 0,
            Training = training ? 1 : 0,
            HasDx = dx.IsNone ? 0 : 1,
            AddsDx = dxWrite == GradientWrite.Add ? 1 : 0,
            HasResidual = dResidual.IsNone ? 0 : 1,
            AddsResidual = residualWrite == GradientWrite.Add ? 1 : 0,
        };
        if (!training) _constantScale.Launch(ChannelBlocks, arguments);
        _gradient.Launch(ElementBlocks, arguments);
    }

    private static ArrayView<float> Tables(TensorView workspace) => workspace.GpuUInt8.Cast<float>();

    /// <summary>Kernels get a view in any case; a flag says whether it counts.</summary>
    private static ArrayView<float> Optional(TensorView tensor, TensorView otherwise) => (tensor.IsNone ? otherwise : tensor).GpuFloat32;
}
