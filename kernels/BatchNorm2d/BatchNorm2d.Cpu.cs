using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>Two passes over memory each way: sums per fixed chunk of rows, combined in float64 in chunk order; then the elementwise result. Forward saves the first where the convolution before it gathered the sums.</summary>
internal sealed unsafe class BatchNorm2dCpu : BatchNorm2d
{
    private readonly CpuDevice _device;
    private readonly long _rows;
    private readonly int _channels;
    private readonly BatchNormOptions _options;
    private readonly BatchNormRows _split;
    private readonly int[] _lengths, _given;

    /// <param name="statisticsParts">Rows of the parts whose statistics ForwardTrain may be given.</param>
    public BatchNorm2dCpu(CpuDevice device, long rows, int channels, BatchNormOptions options, IReadOnlyList<int> statisticsParts)
    {
        (_device, _rows, _channels, _options, _split) = (device, rows, channels, options, new(rows, channels));
        _lengths = Pinned([.. Enumerable.Range(0, _split.Chunks).Select(_split.Length)]);
        _given = Pinned(statisticsParts);
    }

    public override string Variant => $"batchnorm_{_device.Isa}".ToLowerInvariant();

    public override long WorkspaceBytes => _split.WorkspaceBytes;

    public override long Flops => 7 * _rows * _channels;

    private int ChannelChunks => Chunks.Count(_channels, StatisticsCombine.Channels);

    public override void ForwardTrain(TensorView x, TensorView weight, TensorView bias, TensorView residual, TensorView y,
        TensorView savedMean, TensorView savedInvStd, TensorView runningMean, TensorView runningVar, TensorView workspace, TensorView statistics = default, TensorView mask = default)
    {
        if (_rows == 1) throw new InvalidOperationException($"batch norm in training needs more than one value per channel, got ({_rows}, {_channels}): use a larger batch or image, or freeze its statistics");
        Check(x, y, workspace);
        float* scratch = (float*)workspace.UInt8;
        var parts = new PartStatistics(scratch, _split.Stride, Address(_lengths), _split.Chunks);
        if (statistics.IsNone) _device.For(_split.Chunks, new StatisticsPass(_split, x.Float32, scratch));
        else parts = new PartStatistics(statistics.Float32, _channels, Address(_given), _given.Length);
        _device.Team.For(ChannelChunks, new StatisticsCombine(parts, _split, _options, weight.Float32, bias.Float32,
            savedMean.Float32, savedInvStd.Float32, runningMean.Float32, runningVar.Float32, scratch));
        _device.For(_split.Chunks, new NormalisePass(_split, x.Float32, residual.Float32, y.Float32, _options.Relu, scratch));
    }

    public override void ForwardEval(TensorView x, TensorView weight, TensorView bias, TensorView runningMean, TensorView runningVar,
        TensorView residual, TensorView y, TensorView workspace, TensorView mask = default)
    {
        Check(x, y, workspace);
        float* scratch = (float*)workspace.UInt8, w = weight.Float32, b = bias.Float32, mean = runningMean.Float32, variance = runningVar.Float32;
        for (int c = 0; c < _channels; c++)
            BatchNormCoefficients.Forward(_split, scratch, c, mean[c], w[c] / Math.Sqrt((double)variance[c] + _options.Epsilon), b[c]);
        _device.For(_split.Chunks, new NormalisePass(_split, x.Float32, residual.Float32, y.Float32, _options.Relu, scratch));
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
        BatchNormCoefficients.ConstantScale(_split, (float*)workspace.UInt8, weight.Float32, runningVar.Float32, _options.Epsilon);
        Gradient(default, y, dy, dx, dxWrite, dResidual, residualWrite, workspace);
    }

    private void Sums(bool training, TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView mean, TensorView invStdOrVar,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Debug.Assert(dweight.IsNone == dbias.IsNone, "the parameters' gradients come as a pair");
        float* scratch = (float*)workspace.UInt8;
        _device.For(_split.Chunks, new GradientSumsPass(_split, x.Float32, Mask(y), dy.Float32, mean.Float32, scratch));
        _device.Team.For(ChannelChunks, new GradientCombine(_split, training, _options.Epsilon, weight.Float32, mean.Float32, invStdOrVar.Float32,
            dweight.Float32, dbias.Float32, parameterWrite == GradientWrite.Add, scratch));
    }

    private void Gradient(TensorView x, TensorView y, TensorView dy, TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView workspace)
        => _device.For(_split.Chunks, new GradientPass(_split, x.Float32, Mask(y), dy.Float32, dx.Float32, dxWrite == GradientWrite.Add,
            dResidual.Float32, residualWrite == GradientWrite.Add, (float*)workspace.UInt8));

    private static int[] Pinned(IReadOnlyList<int> lengths)
    {
        int[] pinned = GC.AllocateArray<int>(lengths.Count, pinned: true);
        for (int i = 0; i < pinned.Length; i++) pinned[i] = lengths[i];
        return pinned;
    }

    private static int* Address(int[] pinned) => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    /// <summary>ReLU's mask, or null where there is none.</summary>
    private float* Mask(TensorView y)
    {
        Debug.Assert(!_options.Relu || y.Count == _rows * _channels, "ReLU's backward needs y");
        return _options.Relu ? y.Float32 : null;
    }

    private void Check(TensorView a, TensorView b, TensorView workspace)
    {
        Debug.Assert(a.Count == _rows * _channels && b.Count == _rows * _channels);
        Debug.Assert(workspace.Bytes >= WorkspaceBytes);
    }
}
