using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Graph.Steps;

/// <summary>uint8 RGB pixels (N,S,S,3) to the network's input, by the weights' mean and standard deviation.</summary>
internal sealed class NormalizeStep : Step
{
    private readonly Normalize _plan;
    private readonly Value _pixels;

    public NormalizeStep(Device device, Value pixels, Preprocessing preprocessing) : base("normalize")
    {
        _plan = Normalize.Plan(device, pixels.Shape[0], pixels.Shape[1], [.. preprocessing.Mean], [.. preprocessing.Std]);
        _pixels = Reads(pixels);
        Writes("x", pixels.Shape, false);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Run(_pixels.Data, Output.Data);

    public override void Backward(RunContext context) => throw new InvalidOperationException("pixels have no gradient");
}
