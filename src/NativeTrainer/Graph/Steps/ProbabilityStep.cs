using NativeTrainer.Kernels.CrossEntropy;

namespace NativeTrainer.Graph.Steps;

/// <summary>Probabilities of logits, for inference.</summary>
internal sealed class ProbabilityStep : Step
{
    private readonly Probabilities _plan;
    private readonly Value _logits;

    /// <param name="plan">Of the logits' shape.</param>
    public ProbabilityStep(string name, Probabilities plan, Value logits) : base(name)
    {
        _plan = plan;
        _logits = Reads(logits);
        Writes("probabilities", logits.Shape, false);
    }

    public override string Variant => _plan.Variant;

    public override void Forward(RunContext context) => _plan.Forward(_logits.Data, Output.Data);

    public override void Backward(RunContext context) => throw new InvalidOperationException($"{Name} is inference only");
}
