using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Linear;

namespace NativeTrainer.Graph.Steps;

/// <summary>y = x·wᵀ + bias.</summary>
internal sealed class LinearStep : Step
{
    private readonly Linear _plan;
    private readonly Value _x;
    private readonly Parameter _weight;
    private readonly Parameter _bias;

    public LinearStep(Device device, string name, Value x, Parameter weight, Parameter bias) : base(name)
    {
        _plan = Linear.Plan(device, x.Shape[0], weight.Shape[1], weight.Shape[0]);
        _x = Reads(x);
        (_weight, _bias) = (weight, bias);
        Writes(name, new Shape(x.Shape[0], weight.Shape[0]), x.NeedsGradient || weight.Trainable || bias.Trainable);
        if (weight.Trainable) BackwardReads(x);
    }

    public override string Variant => _plan.Variant;

    public override long Flops => _plan.Flops;

    public override long BackwardFlops => _plan.Flops * ((_weight.Trainable ? 1 : 0) + (_x.NeedsGradient ? 1 : 0));

    public override long WorkspaceBytes => _plan.WorkspaceBytes;

    public override void Forward(RunContext context) => _plan.Forward(_x.Data, _weight.Data, _bias.Data, Output.Data, Workspace);

    public override void Backward(RunContext context)
    {
        var dy = Output.Gradient;
        if (_weight.Trainable) _plan.BackwardWeights(_x.Data, dy, _weight.Gradient, context.ParameterWrite, Workspace);
        if (_bias.Trainable) _plan.BackwardBias(dy, _bias.Gradient, context.ParameterWrite, Workspace);
        if (_x.NeedsGradient) _plan.BackwardData(dy, _weight.Data, _x.Gradient, WriteTo(_x), Workspace);
    }
}
