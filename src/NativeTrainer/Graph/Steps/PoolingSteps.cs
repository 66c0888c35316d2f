using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Pooling;

namespace NativeTrainer.Graph.Steps;

/// <summary>Max pool; keeps the winner's place in each window as a byte.</summary>
internal sealed class MaxPoolStep : Step
{
    private readonly MaxPool2d _plan;
    private readonly Value _x;
    private readonly Value? _winner;

    public MaxPoolStep(Device device, string name, Value x, Pool2dShape shape) : base(name)
    {
        _plan = MaxPool2d.Plan(device, shape, x.Type);
        _x = Reads(x);
        var output = Writes(name, new Shape(shape.N, shape.P, shape.Q, shape.C), x.NeedsGradient, x.Type);
        if (x.NeedsGradient) _winner = Keeps($"{name} winner", output.Shape, DType.UInt8);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_x.Data, Output.Data, _winner?.Data ?? default);

    public override void Backward(RunContext context) => _plan.Backward(Output.Gradient, _winner!.Data, _x.Gradient, WriteTo(_x));
}

/// <summary>(N,H,W,C) → (N,C), the mean over pixels.</summary>
internal sealed class GlobalAveragePoolStep : Step
{
    private readonly GlobalAveragePool _plan;
    private readonly Value _x;

    public GlobalAveragePoolStep(Device device, string name, Value x) : base(name)
    {
        _plan = GlobalAveragePool.Plan(device, x.Shape[0], x.Shape[1] * x.Shape[2], x.Shape[3], x.Type);
        _x = Reads(x);
        Writes(name, new Shape(x.Shape[0], x.Shape[3]), x.NeedsGradient);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_x.Data, Output.Data);

    public override void Backward(RunContext context) => _plan.Backward(Output.Gradient, _x.Gradient, WriteTo(_x));
}
