using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Graph.Steps;

/// <summary>y = x, where a gradient is wanted although nothing before it is trained: what lies before stays fused, and backward ends here with dy kept in <see cref="Kept"/>.</summary>
internal sealed class GradientTapStep : Step
{
    private readonly Device _device;
    private readonly Value _x;

    public GradientTapStep(Device device, string name, Value x) : base(name)
    {
        _device = device;
        _x = Reads(x);
        Writes(name, x.Shape, true, x.Type);
        Gradient = Keeps($"{name} gradient", x.Shape, x.Type);
    }

    /// <summary>dy after backward; name it among the graph's outputs.</summary>
    public Value Gradient { get; }

    public override string Variant => "copy";

    public override void Forward(RunContext context) => _device.Copy(_x.Data, Output.Data);

    public override void Backward(RunContext context) => _device.Copy(Output.Gradient, Gradient.Data);
}
