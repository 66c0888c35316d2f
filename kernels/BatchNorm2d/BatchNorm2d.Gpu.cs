using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.BatchNorm2d;

/// <summary>The choice of pack.</summary>
internal static class BatchNorm2dGpu
{
    public static BatchNorm2d Create(GpuDevice device, long rows, int channels, BatchNormOptions options, DType activations, int statisticsRows) => (channels % 8 == 0, activations) switch
    {
        (true, DType.Float32) => new BatchNorm2dGpu<Float32x8, Float32x8>(device, rows, channels, options, statisticsRows),
        (true, DType.BFloat16) => new BatchNorm2dGpu<Bf16x8, Float32x8>(device, rows, channels, options, statisticsRows),
        (false, DType.Float32) => new BatchNorm2dGpu<Float32x1, Float32x1>(device, rows, channels, options, statisticsRows),
        (false, DType.BFloat16) => new BatchNorm2dGpu<Bf16x1, Float32x1>(device, rows, channels, options, statisticsRows),
        _ => throw new ArgumentException($"batch norm of {activations} is not known; float32 and bfloat16 are"),
    };
}

/// <summary>Two passes over memory each way, as on the processor: sums per part of rows, combined in float64 in a fixed tree; then the elementwise result.</summary>
/// <typeparam name="TPack">Activations of a thread.</typeparam>
/// <typeparam name="TFloats">As many statistics.</typeparam>
internal sealed class BatchNorm2dGpu<TPack, TFloats> : BatchNorm2d where TPack : unmanaged, IPack<TPack> where TFloats : unmanaged, IPack<TFloats>
{
    private const int ChannelThreads = 128, MostGivenParts = 512;

    private readonly long _rows;
    private readonly int _channels;
    private readonly BatchNormOptions _options;
    private readonly ChannelGrid _grid;
    private readonly BatchNormParts _parts;
    private readonly BatchNormParts? _given, _merged;
    private readonly GpuKernel<PartialStatisticsArguments<TPack, TFloats>> _partial;
    private readonly GpuKernel<StatisticsArguments> _combine, _constant;
    private readonly GpuKernel<MergeArguments> _merge;
    private readonly GpuKernel<NormaliseArguments<TPack, TFloats>> _normalise;
    private readonly GpuKernel<PartialGradientArguments<TPack, TFloats>> _gradientPartial;
    private readonly GpuKernel<GradientSumsArguments> _gradientCombine, _constantScale;
    private readonly GpuKernel<GradientArguments<TPack, TFloats>> _gradient;

    public BatchNorm2dGpu(GpuDevice device, long rows, int channels, BatchNormOptions options, int statisticsRows)
    {
        (_rows, _channels, _options) = (rows, channels, options);
        _grid = new ChannelGrid(channels, default(TPack).Width);
        _parts = BatchNormParts.Of(rows, channels, _grid.Columns);
        if (statisticsRows > 0)
        {
            var given = new BatchNormParts(rows, channels, statisticsRows, 0);
            _given = given;
            // The last step reads the parts with few blocks: too many are merged before.
            if (given.Count > MostGivenParts) _merged = new BatchNormParts(rows, channels, statisticsRows * Chunks.Count(given.Count, MostGivenParts), BatchNormParts.Coefficients);
        }
        _partial = device.Load<PartialStatisticsArguments<TPack, TFloats>>(PartialStatisticsSimt<TPack, TFloats>.Kernel, ChannelGrid.Threads);
        _combine = device.Load<StatisticsArguments>(StatisticsSimt.Combine, PartCombine.Threads);
        _merge = device.Load<MergeArguments>(StatisticsSimt.Merge, ChannelThreads);
        _constant = device.Load<StatisticsArguments>(StatisticsSimt.Constant, ChannelThreads);
        _normalise = device.Load<NormaliseArguments<TPack, TFloats>>(NormaliseSimt<TPack, TFloats>.Kernel, ChannelGrid.Threads);
        _gradientPartial = device.Load<PartialGradientArguments<TPack, TFloats>>(PartialGradientSimt<TPack, TFloats>.Kernel, ChannelGrid.Threads);
        _gradientCombine = device.Load<GradientSumsArguments>(GradientSums.Combine, PartCombine.Threads);
        _constantScale = device.Load<GradientSumsArguments>(GradientSums.ConstantScale, ChannelThreads);
        _gradient = device.Load<GradientArguments<TPack, TFloats>>(GradientSimt<TPack, TFloats>.Kernel, ChannelGrid.Threads);
    }

    public override string Variant => $"batchnorm_simt_x{default(TPack).Width}";

    public override long WorkspaceBytes => Math.Max(_parts.WorkspaceBytes, _merged?.WorkspaceBytes ?? 0);

    public override long MaskBytes => _options.Relu ? _rows * _grid.Packs : 0;

    public override long Flops => 7 * _rows * _channels;

    private int CombineBlocks => Chunks.Count(_channels, PartCombine.ChannelsPerBlock);

    private int ConstantBlocks => Chunks.Count(_channels, ChannelThreads);

    private Index3D PartGrid => new(_grid.Columns, _parts.Count, 1);

    private int ElementGrid => checked(_grid.Columns * Chunks.Count(_rows, _grid.Lines * NormaliseSimt<TPack, TFloats>.RowsPerThread));

    public override void ForwardTrain(TensorView x, TensorView weight, TensorView bias, TensorView residual, TensorView y,
        TensorView savedMean, TensorView savedInvStd, TensorView runningMean, TensorView runningVar, TensorView workspace, TensorView statistics = default, TensorView mask = default)
    {
        if (_rows == 1) throw new InvalidOperationException($"batch norm in training needs more than one value per channel, got ({_rows}, {_channels}): use a larger batch or image, or freeze its statistics");
        var (sums, parts) = Statistics(x, statistics, workspace);
        _combine.Launch(CombineBlocks, new()
        {
            Weight = weight.GpuFloat32,
            Bias = bias.GpuFloat32,
            SavedMean = savedMean.GpuFloat32,
            SavedInvStd = savedInvStd.GpuFloat32,
            RunningMean = runningMean.GpuFloat32,
            RunningVar = runningVar.GpuFloat32,
            Sums = sums,
            Workspace = Tables(workspace),
            Parts = parts,
            Epsilon = _options.Epsilon,
            Momentum = _options.Momentum,
        });
        Normalise(x, residual, y, mask, workspace);
    }

    public override void ForwardEval(TensorView x, TensorView weight, TensorView bias, TensorView runningMean, TensorView runningVar,
        TensorView residual, TensorView y, TensorView workspace, TensorView mask = default)
    {
        _constant.Launch(ConstantBlocks, new()
        {
            Weight = weight.GpuFloat32,
            Bias = bias.GpuFloat32,
            SavedMean = runningMean.GpuFloat32,
            SavedInvStd = runningVar.GpuFloat32,
            RunningMean = runningMean.GpuFloat32,
            RunningVar = runningVar.GpuFloat32,
            Sums = Tables(workspace),
            Workspace = Tables(workspace),
            Parts = _parts,
            Epsilon = _options.Epsilon,
        });
        Normalise(x, residual, y, mask, workspace);
    }

    public override void BackwardTrain(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView savedMean, TensorView savedInvStd,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Sums(true, x, y, dy, weight, savedMean, savedInvStd, dweight, dbias, parameterWrite, workspace);
        Gradient(true, x, y, dy, dx, dxWrite, dResidual, residualWrite, workspace);
    }

    public override void BackwardEval(TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView runningMean, TensorView runningVar,
        TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        if (!dweight.IsNone) Sums(false, x, y, dy, weight, runningMean, runningVar, dweight, dbias, parameterWrite, workspace);
        if (dx.IsNone && dResidual.IsNone) return;
        if (!dx.IsNone) _constantScale.Launch(ConstantBlocks, SumsArguments(false, weight, runningMean, runningVar, default, default, GradientWrite.Overwrite, workspace));
        Gradient(false, dy, y, dy, dx, dxWrite, dResidual, residualWrite, workspace);
    }

    /// <summary>Where the parts' sums lie, and how they are cut.</summary>
    private (ArrayView<float> Sums, BatchNormParts Parts) Statistics(TensorView x, TensorView statistics, TensorView workspace)
    {
        if (statistics.IsNone)
        {
            _partial.Launch(PartGrid, new() { X = x.GpuView<TPack>(), Workspace = Packs(workspace), Parts = _parts, Channels = _grid });
            return (Tables(workspace), _parts);
        }
        var given = _given ?? throw new ArgumentException("the plan was made without statistics");
        Debug.Assert(statistics.Count == (long)given.Count * BatchNormParts.Sums * _channels);
        if (_merged is not { } merged) return (statistics.GpuFloat32, given);
        _merge.Launch(checked(Chunks.Count((long)merged.Count * _channels, ChannelThreads)), new() { Source = statistics.GpuFloat32, Target = Tables(workspace), Parts = given, Merged = merged });
        return (Tables(workspace), merged);
    }

    private void Normalise(TensorView x, TensorView residual, TensorView y, TensorView mask, TensorView workspace)
        => _normalise.Launch(ElementGrid, new()
        {
            X = x.GpuView<TPack>(),
            Residual = Optional(residual, x),
            Y = y.GpuView<TPack>(),
            Mask = Mask(mask, y),
            Workspace = Packs(workspace),
            Parts = _parts,
            Channels = _grid,
            HasMask = mask.IsNone ? 0 : 1,
            HasResidual = residual.IsNone ? 0 : 1,
            Relu = _options.Relu ? 1 : 0,
        });

    private void Sums(bool training, TensorView x, TensorView y, TensorView dy, TensorView weight, TensorView mean, TensorView invStdOrVar,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace)
    {
        Debug.Assert(dweight.IsNone == dbias.IsNone, "the parameters' gradients come as a pair");
        _gradientPartial.Launch(PartGrid, new()
        {
            X = x.GpuView<TPack>(),
            Mask = Mask(_options.Relu ? y : default, dy),
            Dy = dy.GpuView<TPack>(),
            Mean = mean.GpuView<TFloats>(),
            Workspace = Packs(workspace),
            Parts = _parts,
            Channels = _grid,
            Relu = _options.Relu ? 1 : 0,
        });
        _gradientCombine.Launch(CombineBlocks, SumsArguments(training, weight, mean, invStdOrVar, dweight, dbias, parameterWrite, workspace));
    }

    private GradientSumsArguments SumsArguments(bool training, TensorView weight, TensorView mean, TensorView invStdOrVar,
        TensorView dweight, TensorView dbias, GradientWrite parameterWrite, TensorView workspace) => new()
        {
            Weight = weight.GpuFloat32,
            Mean = mean.GpuFloat32,
            InvStdOrVar = invStdOrVar.GpuFloat32,
            Dweight = (dweight.IsNone ? weight : dweight).GpuFloat32,
            Dbias = (dbias.IsNone ? weight : dbias).GpuFloat32,
            Workspace = Tables(workspace),
            Parts = _parts,
            Epsilon = _options.Epsilon,
            Training = training ? 1 : 0,
            HasParameters = dweight.IsNone ? 0 : 1,
            AddsParameters = parameterWrite == GradientWrite.Add ? 1 : 0,
        };

    private void Gradient(bool training, TensorView x, TensorView y, TensorView dy, TensorView dx, GradientWrite dxWrite, TensorView dResidual, GradientWrite residualWrite, TensorView workspace)
        => _gradient.Launch(ElementGrid, new()
        {
            X = x.GpuView<TPack>(),
            Mask = Mask(_options.Relu ? y : default, dy),
            Dy = dy.GpuView<TPack>(),
            Dx = Optional(dx, dy),
            Dresidual = Optional(dResidual, dy),
            Workspace = Packs(workspace),
            Parts = _parts,
            Channels = _grid,
            Relu = _options.Relu ? 1 : 0,
            Training = training && !dx.IsNone ? 1 : 0,
            HasDx = dx.IsNone ? 0 : 1,
            AddsDx = dxWrite == GradientWrite.Add ? 1 : 0,
            HasResidual = dResidual.IsNone ? 0 : 1,
            AddsResidual = residualWrite == GradientWrite.Add ? 1 : 0,
        });

    private static ArrayView<float> Tables(TensorView workspace) => workspace.GpuView<float>();

    private static ArrayView<TFloats> Packs(TensorView workspace) => workspace.GpuView<TFloats>();

    /// <summary>A byte for each pack.</summary>
    private ArrayView<byte> Mask(TensorView mask, TensorView otherwise)
    {
        Debug.Assert(mask.IsNone || mask.Count == MaskBytes, "backward under ReLU reads the mask that forward wrote");
        return mask.IsNone ? otherwise.GpuView<byte>() : mask.GpuUInt8;
    }

    /// <summary>Kernels get a view in any case; a flag says whether it counts.</summary>
    private static ArrayView<TPack> Optional(TensorView tensor, TensorView otherwise) => (tensor.IsNone ? otherwise : tensor).GpuView<TPack>();
}
