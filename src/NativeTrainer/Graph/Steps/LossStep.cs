using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.SoftmaxCrossEntropy;

namespace NativeTrainer.Graph.Steps;

/// <summary>Mean softmax cross entropy of a batch: (1). The first step of every backward pass.</summary>
internal sealed class LossStep : Step
{
    private readonly SoftmaxCrossEntropy _plan;
    private readonly Value _logits;
    private readonly Value _targets;
    private readonly Value? _classWeights;
    private readonly Value _losses;

    /// <param name="targets">(N, classes) probabilities.</param>
    /// <param name="classWeights">(classes), or null for equal weights.</param>
    public LossStep(Device device, Value logits, Value targets, Value? classWeights, float labelSmoothing) : base("loss")
    {
        _plan = SoftmaxCrossEntropy.Plan(device, logits.Shape[0], logits.Shape[1], labelSmoothing);
        (_logits, _targets) = (Reads(logits), Reads(targets));
        _classWeights = classWeights is null ? null : Reads(classWeights);
        _losses = Keeps("losses", new Shape(logits.Shape[0]));
        Writes("loss", new Shape(1), logits.NeedsGradient);
        BackwardReads(logits, targets);
        if (classWeights is not null) BackwardReads(classWeights);
    }

    public override string Variant => _plan.Variant;

    public override long WorkspaceBytes => _plan.WorkspaceBytes;

    public override void Forward(RunContext context)
        => _plan.Forward(_logits.Data, _targets.Data, _classWeights?.Data ?? default, _losses.Data, Output.Data, Workspace);

    public override void Backward(RunContext context)
        => _plan.Backward(_logits.Data, _targets.Data, _classWeights?.Data ?? default, context.LossScale, _logits.Gradient);
}

/// <summary>Softmax of logits, for inference.</summary>
internal sealed class SoftmaxStep : Step
{
    private readonly Softmax _plan;
    private readonly Value _logits;

    public SoftmaxStep(Device device, Value logits) : base("softmax")
    {
        _plan = Softmax.Plan(device, logits.Shape[0], logits.Shape[1]);
        _logits = Reads(logits);
        Writes("probabilities", logits.Shape, false);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_logits.Data, Output.Data);

    public override void Backward(RunContext context) => throw new InvalidOperationException("softmax is inference only");
}
