using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.SigmoidCrossEntropy;

namespace NativeTrainer.Graph.Steps;

/// <summary>Binary cross entropy of a batch, each class for itself, summed over classes and averaged over images: (1). The first step of every backward pass.</summary>
internal sealed class SigmoidLossStep : Step
{
    private readonly SigmoidCrossEntropy _plan;
    private readonly Value _logits;
    private readonly Value _targets;
    private readonly Value? _positiveWeights;
    private readonly Value _losses;

    /// <param name="targets">(N, classes), 0 to 1.</param>
    /// <param name="positiveWeights">(classes), or null for equal weights.</param>
    public SigmoidLossStep(Device device, Value logits, Value targets, Value? positiveWeights, float labelSmoothing) : base("loss")
    {
        _plan = SigmoidCrossEntropy.Plan(device, logits.Shape[0], logits.Shape[1], labelSmoothing);
        (_logits, _targets) = (Reads(logits), Reads(targets));
        _positiveWeights = positiveWeights is null ? null : Reads(positiveWeights);
        _losses = Keeps("losses", new Shape(logits.Shape[0]));
        Writes("loss", new Shape(1), logits.NeedsGradient);
        BackwardReads(logits, targets);
        if (positiveWeights is not null) BackwardReads(positiveWeights);
    }

    public override string Variant => _plan.Variant;

    public override long WorkspaceBytes => _plan.WorkspaceBytes;

    public override void Forward(RunContext context) => _plan.Forward(_logits.Data, _targets.Data, _positiveWeights?.Data ?? default, _losses.Data, Output.Data);

    public override void Backward(RunContext context) => _plan.Backward(_logits.Data, _targets.Data, _positiveWeights?.Data ?? default, context.LossScale, _logits.Gradient);
}

/// <summary>Sigmoid of logits, for inference.</summary>
internal sealed class SigmoidStep : Step
{
    private readonly Sigmoid _plan;
    private readonly Value _logits;

    public SigmoidStep(Device device, Value logits) : base("sigmoid")
    {
        _plan = Sigmoid.Plan(device, logits.Shape[0], logits.Shape[1]);
        _logits = Reads(logits);
        Writes("probabilities", logits.Shape, false);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_logits.Data, Output.Data);

    public override void Backward(RunContext context) => throw new InvalidOperationException("sigmoid is inference only");
}
