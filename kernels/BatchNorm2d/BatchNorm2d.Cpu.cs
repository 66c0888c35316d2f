using System.Diagnostics;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>Two passes over memory each way: sums per fixed chunk of rows, combined in float64 in chunk order; then the elementwise result.</summary>
internal sealed unsafe class BatchNorm2dCpu(CpuDevice device, long rows, int channels, BatchNormOptions options) : BatchNorm2d
{
    private readonly BatchNormRows _split = new(rows, channels);

    public override string Variant => $"batchnorm_{device.Isa}".ToLowerInvariant();

    public override long WorkspaceBytes => _split.WorkspaceBytes;

    public override long Flops => 7 * rows * channels;

    private int ChannelChunks => Chunks.Count(channels, StatisticsCombine.Channels);

    public override void ForwardTrain(TensorView x, TensorView weight, TensorView bias, TensorView residual, TensorView y,
        TensorView savedMean, TensorView savedInvStd, TensorView runningMean, TensorView runningVar, TensorView workspace, TensorView statistics = default, TensorView mask = default)
    {
        if (rows == 1) throw new InvalidOperationException($"batch norm in training needs more than one value per channel, got ({rows}, {channels}): use a larger batch or image, or freeze its statistics");
        Check(x, y, workspace);
        float* scratch = (float*)workspace.UInt8;
        device.For(_split.Chunks, new StatisticsPass(_split, x.Float32, scratch));
        device.Team.For(ChannelChunks, new StatisticsCombine(_split, options, weight.Float32, bias.Float32,
            savedMean.Float32, savedInvStd.Float32, runningMean.Float32, runningVar.Float32, scratch));
        device.For(_split.Chunks, new NormalisePass(_split, x.Float32, residual.Float32, y.Float32, options.Relu, scratch));
    }

    public override void ForwardEval(TensorView x, TensorView weight, TensorView bias, TensorView runningMean, TensorView runningVar,
        TensorView residual, TensorView y, TensorView workspace, TensorView mask = default)
    {
        Check(x, y, workspace);
        float* scratch = (float*)workspace.UInt8, w = weight.Float32, b = bias.Float32, mean = runningMean.Float32, variance = runningVar.Float32;
        for (int c = 0; c < channels; c++)
            BatchNormCoefficients.Forward(_split, scratch, c, mean[c], w[c] / Math.Sqrt((double)variance[c] + options.Epsilon), b[c]);
        device.For(_split.Chunks, new NormalisePass(_split, x.Float32, residual.Float32, y.Float32, options.Relu, scratch));
    }

    public override void BackwardTrain(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView savedMean, TensorView savedInvStd,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Check(x, dy, workspace);
        Sums(true, x, y, dy, weight, savedMean, savedInvStd, dweight, dbias, parameterWrite, workspace);
        Gradient(x, y, dy, dx, dxWrite, dResidual, residualWrite, workspace);
    }

    public override void BackwardEval(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView runningMean, TensorView runningVar,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Check(dy, dy, workspace);
        if (!dweight.IsNone) Sums(false, x, y, dy, weight, runningMean, runningVar, dweight, dbias, parameterWrite, workspace);
        if (dx.IsNone && dResidual.IsNone) return;
        BatchNormCoefficients.ConstantScale(_split, (float*)workspace.UInt8, weight.Float32, runningVar.Float32, options.Epsilon);
        Gradient(default, y, dy, dx, dxWrite, dResidual, residualWrite, workspace);
    }

    private void Sums(bool training, TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView mean, TensorView invStdOrVar,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Debug.Assert(dweight.IsNone == dbias.IsNone, "the parameters' gradients come as a pair");
        float* scratch = (float*)workspace.UInt8;
        device.For(_split.Chunks, new GradientSumsPass(_split, x.Float32, Mask(y), dy.Float32, mean.Float32, scratch));
        device.Team.For(ChannelChunks, new GradientCombine(_split, training, options.Epsilon, weight.Float32, mean.Float32, invStdOrVar.Float32,
            dweight.Float32, dbias.Float32, parameterWrite == GradientWrite.Add, scratch));
    }

    private void Gradient(TensorView x, TensorView y, TensorView dy, TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView workspace)
        => device.For(_split.Chunks, new GradientPass(_split, x.Float32, Mask(y), dy.Float32, dx.Float32, dxWrite == GradientWrite.Add,
            dResidual.Float32, residualWrite == GradientWrite.Add, (float*)workspace.UInt8));

    /// <summary>ReLU's mask, or null where there is none.</summary>
    private float* Mask(TensorView y)
    {
        Debug.Assert(!options.Relu || y.Count == rows * channels, "ReLU's backward needs y");
        return options.Relu ? y.Float32 : null;
    }

    private void Check(TensorView a, TensorView b, TensorView workspace)
    {
        Debug.Assert(a.Count == rows * channels && b.Count == rows * channels);
        Debug.Assert(workspace.Bytes >= WorkspaceBytes);
    }
}
