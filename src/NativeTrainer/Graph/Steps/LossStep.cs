using NativeTrainer.Kernels;
using NativeTrainer.Kernels.CrossEntropy;

namespace NativeTrainer.Graph.Steps;

/// <summary>Mean loss of a batch: (1). The first step of every backward pass.</summary>
internal sealed class LossStep : Step
{
    private readonly CrossEntropy _plan;
    private readonly Value _logits;
    private readonly Value _targets;
    private readonly Value? _weights;
    private readonly Value _losses;

    /// <param name="plan">Of the logits' shape.</param>
    /// <param name="targets">(N, classes), as the loss wants them.</param>
    /// <param name="weights">(classes), or null for equal weights.</param>
    public LossStep(CrossEntropy plan, Value logits, Value targets, Value? weights) : base("loss")
    {
        _plan = plan;
        (_logits, _targets) = (Reads(logits), Reads(targets));
        _weights = weights is null ? null : Reads(weights);
        _losses = Keeps("losses", new Shape(logits.Shape[0]));
        Writes("loss", new Shape(1), logits.NeedsGradient);
        BackwardReads(logits, targets);
        if (weights is not null) BackwardReads(weights);
    }

    public override string Variant => _plan.Variant;

    public override long WorkspaceBytes => _plan.WorkspaceBytes;

    public override void Forward(RunContext context)
        => _plan.Forward(_logits.Data, _targets.Data, _weights?.Data ?? default, _losses.Data, Output.Data, Workspace);

    public override void Backward(RunContext context)
        => _plan.Backward(_logits.Data, _targets.Data, _weights?.Data ?? default, context.LossScale, _logits.Gradient);
}
