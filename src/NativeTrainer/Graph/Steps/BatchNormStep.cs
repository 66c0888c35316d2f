using NativeTrainer.Kernels;
using NativeTrainer.Kernels.BatchNorm2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Graph.Steps;

/// <summary>The four tensors of a batch norm, each (C).</summary>
internal sealed record NormParameters(Parameter Weight, Parameter Bias, Parameter RunningMean, Parameter RunningVar);

/// <summary>y = relu(norm(x) + residual): batch statistics, or running ones where the norm is frozen in the middle of a trained network.</summary>
internal sealed class BatchNormStep : Step
{
    private readonly BatchNorm2d _plan;
    private readonly NormParameters _norm;
    private readonly Value _x;
    private readonly Value? _residual;
    private readonly Value? _statistics;
    private readonly Value? _mask;
    private readonly Value? _mean;
    private readonly Value? _invStd;
    private readonly bool _trained;

    /// <param name="convolution">What made x, if it also wrote the sums that this step wants.</param>
    public BatchNormStep(Device device, string name, Value x, NormParameters norm, BatchNormOptions options, Value? residual, bool batchStatistics, ConvolutionStep? convolution = null) : base(name)
    {
        int channels = x.Shape[3];
        _plan = BatchNorm2d.Plan(device, x.Shape.Count / channels, channels, options, x.Type, convolution?.StatisticsParts);
        _norm = norm;
        _x = Reads(x);
        _residual = residual is null ? null : Reads(residual);
        _statistics = convolution?.Statistics is { } statistics ? Reads(statistics) : null;
        _trained = norm.Weight.Trainable;
        var output = Writes(name, x.Shape, x.NeedsGradient || _trained || residual is { NeedsGradient: true }, x.Type);
        if (batchStatistics) (_mean, _invStd) = (Keeps($"{name} mean", new Shape(channels)), Keeps($"{name} inverse std", new Shape(channels)));
        BackwardReads(x);
        if (!options.Relu) return;
        if (_plan.MaskBytes == 0) BackwardReads(output);
        else if (output.NeedsGradient) _mask = Keeps($"{name} mask", new Shape(checked((int)_plan.MaskBytes)), DType.UInt8);
    }

    public override string Variant => _plan.Variant;

    /// <summary>Behind the plan's scratch lie running statistics that nobody wants.</summary>
    public override long WorkspaceBytes => UnwantedOffset + 2 * UnwantedBytes;

    private long UnwantedOffset => Arena.Align(_plan.WorkspaceBytes);

    private long UnwantedBytes => Arena.Align(_norm.RunningMean.Shape.Count * sizeof(float));

    public override void Forward(RunContext context) => Forward(_norm.RunningMean.Data, _norm.RunningVar.Data);

    /// <summary>The running statistics have moved already.</summary>
    public override void ForwardAgain(RunContext context)
    {
        if (_mean is null) Forward(_norm.RunningMean.Data, _norm.RunningVar.Data);
        else Forward(InWorkspace(UnwantedOffset), InWorkspace(UnwantedOffset + UnwantedBytes));
    }

    private TensorView InWorkspace(long offset) => Workspace.Arena.View(Workspace.Offset + offset, _norm.RunningMean.Shape);

    private void Forward(TensorView runningMean, TensorView runningVar)
    {
        var residual = _residual?.Data ?? default;
        if (_mean is not null)
            _plan.ForwardTrain(_x.Data, _norm.Weight.Data, _norm.Bias.Data, residual, Output.Data, _mean.Data, _invStd!.Data, runningMean, runningVar, Workspace, _statistics?.Data ?? default, _mask?.Data ?? default);
        else
            _plan.ForwardEval(_x.Data, _norm.Weight.Data, _norm.Bias.Data, _norm.RunningMean.Data, _norm.RunningVar.Data, residual, Output.Data, Workspace, _mask?.Data ?? default);
    }

    public override void Backward(RunContext context)
    {
        TensorView dx = _x.NeedsGradient ? _x.Gradient : default, dResidual = _residual is { NeedsGradient: true } ? _residual.Gradient : default;
        var dxWrite = _x.NeedsGradient ? WriteTo(_x) : GradientWrite.Overwrite;
        var residualWrite = dResidual.IsNone ? GradientWrite.Overwrite : WriteTo(_residual!);
        var y = _mask?.Data ?? Output.Data;
        TensorView dWeight = _trained ? _norm.Weight.Gradient : default, dBias = _trained ? _norm.Bias.Gradient : default;
        if (_mean is not null)
        {
            _plan.BackwardTrain(_x.Data, y, Output.Gradient, _norm.Weight.Data, _mean.Data, _invStd!.Data, dx, dxWrite, dResidual, residualWrite,
                dWeight, dBias, context.ParameterWrite, Workspace);
        }
        else
        {
            _plan.BackwardEval(_x.Data, y, Output.Gradient, _norm.Weight.Data, _norm.RunningMean.Data, _norm.RunningVar.Data, dx, dxWrite, dResidual, residualWrite,
                dWeight, dBias, context.ParameterWrite, Workspace);
        }
    }
}
