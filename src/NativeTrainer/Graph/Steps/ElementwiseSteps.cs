using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Dropout;
using NativeTrainer.Kernels.Elementwise;

namespace NativeTrainer.Graph.Steps;

/// <summary>y = max(x, 0), where no norm carries it.</summary>
internal sealed class ReluStep : Step
{
    private readonly Relu _plan;
    private readonly Value _x;

    public ReluStep(Device device, string name, Value x) : base(name)
    {
        _plan = Relu.Plan(device, x.Shape.Count, x.Type);
        _x = Reads(x);
        BackwardReads(Writes(name, x.Shape, x.NeedsGradient, x.Type));
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_x.Data, Output.Data);

    public override void Backward(RunContext context) => _plan.Backward(Output.Data, Output.Gradient, _x.Gradient, WriteTo(_x));
}

/// <summary>y = a + b, where no norm carries it.</summary>
internal sealed class AddStep : Step
{
    private readonly Add _plan;
    private readonly Value _a;
    private readonly Value _b;

    public AddStep(Device device, string name, Value a, Value b) : base(name)
    {
        _plan = Kernels.Elementwise.Add.Plan(device, a.Shape.Count, a.Type);
        (_a, _b) = (Reads(a), Reads(b));
        Writes(name, a.Shape, a.NeedsGradient || b.NeedsGradient, a.Type);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_a.Data, _b.Data, Output.Data);

    public override void Backward(RunContext context)
    {
        if (_a.NeedsGradient) _plan.Backward(Output.Gradient, _a.Gradient, WriteTo(_a));
        if (_b.NeedsGradient) _plan.Backward(Output.Gradient, _b.Gradient, WriteTo(_b));
    }
}

/// <summary>Dropout of training graphs. The mask is drawn again in backward from the run's key and the layer's own number.</summary>
internal sealed class DropoutStep : Step
{
    private readonly Dropout _plan;
    private readonly Value _x;
    private readonly ulong _layer;

    public DropoutStep(Device device, string name, Value x, float probability, int layer) : base(name)
    {
        _plan = Dropout.Plan(device, x.Shape.Count, probability);
        _x = Reads(x);
        _layer = (ulong)layer;
        Writes(name, x.Shape, x.NeedsGradient);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_x.Data, Output.Data, Key(context));

    public override void Backward(RunContext context) => _plan.Backward(Output.Gradient, _x.Gradient, WriteTo(_x), Key(context));

    private ulong Key(RunContext context) => context.RandomKey + _layer * 0x9E3779B97F4A7C15;
}
