using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Elementwise;
using NativeTrainer.Kernels.SoftmaxCrossEntropy;

namespace NativeTrainer.Graph.Steps;

/// <summary>
/// (1 − α)·cross entropy of the labels + α·T²·KL(teacher ‖ student), both distributions softened by T: (1). Source: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural
/// network", 2015, where T² keeps the second part's gradients as large as the first's. KL is the cross entropy against the teacher less the teacher's entropy, which is its cross entropy
/// against itself. Label smoothing and class weights act on the labels' part alone.
/// </summary>
internal sealed class DistillationLossStep : Step
{
    private readonly SoftmaxCrossEntropy _labels, _soft;
    private readonly Softmax _softmax;
    private readonly Scale _scaleLogits, _scaleLoss;
    private readonly Add _addGradient, _addLoss;
    private readonly Value _logits, _targets, _teacher;
    private readonly Value? _classWeights;
    private readonly Value _losses, _student, _taught, _taughtLogits, _part;
    private readonly float _alpha, _temperature;

    /// <param name="targets">(N, classes) probabilities.</param>
    /// <param name="teacher">(N, classes) logits.</param>
    /// <param name="classWeights">(classes), or null for equal weights.</param>
    public DistillationLossStep(Device device, Value logits, Value targets, Value teacher, Value? classWeights, float labelSmoothing, float alpha, float temperature) : base("loss")
    {
        int n = logits.Shape[0], classes = logits.Shape[1];
        _labels = SoftmaxCrossEntropy.Plan(device, n, classes, labelSmoothing);
        _soft = SoftmaxCrossEntropy.Plan(device, n, classes, 0);
        _softmax = Softmax.Plan(device, n, classes);
        (_scaleLogits, _scaleLoss) = (Scale.Plan(device, logits.Shape.Count), Scale.Plan(device, 1));
        (_addGradient, _addLoss) = (Kernels.Elementwise.Add.Plan(device, logits.Shape.Count), Kernels.Elementwise.Add.Plan(device, 1));
        (_logits, _targets, _teacher) = (Reads(logits), Reads(targets), Reads(teacher));
        _classWeights = classWeights is null ? null : Reads(classWeights);
        (_alpha, _temperature) = (alpha, temperature);
        _losses = Keeps("losses", new Shape(n));
        _student = Keeps("softened logits", logits.Shape);
        _taughtLogits = Keeps("teacher's softened logits", logits.Shape);
        _taught = Keeps("teacher's probabilities", logits.Shape);
        _part = Keeps("part of the loss", new Shape(1));
        Writes("loss", new Shape(1), logits.NeedsGradient);
        BackwardReads(logits, targets);
        if (classWeights is not null) BackwardReads(classWeights);
    }

    public override string Variant => _labels.Variant;

    public override long WorkspaceBytes => Math.Max(_labels.WorkspaceBytes, _soft.WorkspaceBytes);

    /// <summary>Of the second part's mean.</summary>
    private float Share => _alpha * _temperature * _temperature;

    public override void Forward(RunContext context)
    {
        _labels.Forward(_logits.Data, _targets.Data, _classWeights?.Data ?? default, _losses.Data, Output.Data, Workspace);
        _scaleLoss.Run(Output.Data, 1 - _alpha, Output.Data);
        _scaleLogits.Run(_teacher.Data, 1 / _temperature, _taughtLogits.Data);
        _softmax.Forward(_taughtLogits.Data, _taught.Data);
        _scaleLogits.Run(_logits.Data, 1 / _temperature, _student.Data);
        AddCrossEntropy(_student, Share);
        AddCrossEntropy(_taughtLogits, -Share);
    }

    public override void Backward(RunContext context)
    {
        _labels.Backward(_logits.Data, _targets.Data, _classWeights?.Data ?? default, context.LossScale * (1 - _alpha), _logits.Gradient);
        // Over the softened logits, whose own derivative is 1 / T.
        _soft.Backward(_student.Data, _taught.Data, default, context.LossScale * Share / _temperature, _student.Data);
        _addGradient.Backward(_student.Data, _logits.Gradient, GradientWrite.Add);
    }

    private void AddCrossEntropy(Value logits, float share)
    {
        _soft.Forward(logits.Data, _taught.Data, default, _losses.Data, _part.Data, Workspace);
        _scaleLoss.Run(_part.Data, share, _part.Data);
        _addLoss.Forward(Output.Data, _part.Data, Output.Data);
    }
}
