using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Conv2d;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Graph.Steps;

/// <summary>y = conv(x, w) [+ bias], with the gradients that the operands need.</summary>
internal sealed class ConvolutionStep : Step
{
    private readonly Conv2d _plan;
    private readonly Value _x;
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    public ConvolutionStep(Device device, string name, Value x, Conv2dShape shape, Parameter weight, Parameter? bias, Precision precision, bool statistics = false) : base(name)
    {
        _plan = Conv2d.Plan(device, shape, precision);
        _x = Reads(x);
        (_weight, _bias) = (weight, bias);
        Writes(name, shape.Output, x.NeedsGradient || weight.Trainable || bias is { Trainable: true }, precision.Activations());
        if (weight.Trainable) BackwardReads(x);
        if (!statistics || _plan.StatisticsParts is not { Count: > 0 } parts) return;
        StatisticsParts = parts;
        Statistics = WritesBeside($"{name} statistics", new Shape(parts.Count, 3, shape.K));
    }

    /// <summary>Sums for the batch norm behind, where they were wanted and the kernel writes them.</summary>
    public Value? Statistics { get; }

    /// <summary>Pixels of each part of <see cref="Statistics"/>.</summary>
    public IReadOnlyList<int>? StatisticsParts { get; }

    public override string Variant => _plan.Variant;

    public override long Flops => _plan.Flops;

    public override long BackwardFlops => _plan.Flops * ((_weight.Trainable ? 1 : 0) + (_x.NeedsGradient ? 1 : 0));

    public override long WorkspaceBytes => _plan.WorkspaceBytes;

    public override void Forward(RunContext context)
        => _plan.Forward(_x.Data, _weight.Multiplied, new Conv2dEpilogue(_bias?.Data ?? default, default, false, Statistics?.Data ?? default), Output.Data, Workspace);

    public override void Backward(RunContext context)
    {
        var dy = Output.Gradient;
        if (_weight.Trainable) _plan.BackwardWeights(_x.Data, dy, _weight.Gradient, context.ParameterWrite, Workspace);
        if (_bias is { Trainable: true }) _plan.BackwardBias(dy, _bias.Gradient, context.ParameterWrite, Workspace);
        if (_x.NeedsGradient) _plan.BackwardData(dy, _weight.Multiplied, _x.Gradient, WriteTo(_x), Workspace);
    }
}
