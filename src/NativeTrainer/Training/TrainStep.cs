using NativeTrainer.Graph;
using NativeTrainer.Graph.Steps;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Random;
using NativeTrainer.Kernels.SigmoidCrossEntropy;
using NativeTrainer.Kernels.SoftmaxCrossEntropy;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>
/// Forward, loss and backward of one batch at fixed shapes, and the update that follows: what a training loop repeats. The caller
/// fills <see cref="Input"/> and <see cref="Targets"/>. A step allocates nothing.
/// </summary>
public sealed class TrainStep : IDisposable
{
    private const uint DropoutOp = 0xD409;

    private readonly ResNet _model;
    private readonly TrainOptions _options;
    private readonly StepGraph _graph;
    private readonly Value _input, _targets, _loss;
    private readonly Value? _classWeights, _teacher;
    private readonly float[]? _classWeightValues;
    private readonly RunContext _context = new();
    private readonly Readback _losses;
    private Optimizer? _optimizer;
    private RepeatedWork? _first, _added, _update;

    /// <param name="model">With the trainable parameters of this stage marked.</param>
    /// <param name="size">Side of the images, or 0 where the input is features.</param>
    /// <param name="fromScratch">Random weights: one rate for all layers.</param>
    /// <param name="classWeights">One per class, or null.</param>
    /// <param name="reuseMemory">False gives every tensor its own bytes; results are the same.</param>
    public TrainStep(ResNet model, TrainOptions options, int size, int batch, bool fromScratch = false, float[]? classWeights = null, bool reuseMemory = true)
    {
        (_model, _options, _classWeightValues) = (model, options, classWeights);
        var builder = new GraphBuilder(model.Device, GraphMode.Training, model.Precision);
        _input = builder.Input("x", size == 0 ? new Shape(batch, model.Spec.Features) : new Shape(batch, size, size, model.Spec.InputChannels));
        _targets = builder.Input("targets", new Shape(batch, model.Spec.Head.Classes));
        _classWeights = classWeights is null ? null : builder.Input("class weights", new Shape(classWeights.Length));
        var features = size == 0 ? _input : model.Features(builder, _input, options.BatchNorm);
        var logits = model.Logits(builder, features);
        // Features that are computed once have no pictures that a teacher could see.
        if (options.Teacher is not null && size != 0) _teacher = builder.Input("teacher's logits", _targets.Shape);
        _loss = builder.Add(model.Spec.Head.MultiLabel ? new LossStep(SigmoidCrossEntropy.Plan(model.Device, batch, model.Spec.Head.Classes, options.LabelSmoothing), logits, _targets, _classWeights)
            : _teacher is null ? new LossStep(SoftmaxCrossEntropy.Plan(model.Device, batch, model.Spec.Head.Classes, options.LabelSmoothing), logits, _targets, _classWeights)
            : new DistillationLossStep(model.Device, logits, _targets, _teacher, _classWeights, options.LabelSmoothing, options.DistillAlpha, options.DistillTemperature));
        _graph = builder.Build([_loss], reuseMemory, options.CheckpointActivations);
        _losses = model.Device.OpenReadback(1, model.Device.StepsAhead + 1);
        Groups = new ParameterGroups(model, options, fromScratch);
        Batch = batch;
    }

    public int Batch { get; }

    /// <summary>Normalised images (N,S,S,C), or features (N,F).</summary>
    public TensorView Input => _input.Data;

    /// <summary>Class probabilities (N, classes).</summary>
    public TensorView Targets => _targets.Data;

    /// <summary>Of the teacher, (N, classes): to be filled where <see cref="TrainOptions.Teacher"/> is given and the input is pictures.</summary>
    public TensorView TeacherLogits => _teacher?.Data ?? throw new InvalidOperationException("this step has no teacher");

    /// <summary>Bytes of activations.</summary>
    public long ArenaBytes => _graph.ArenaBytes;

    /// <summary>Bytes of gradients, optimizer state and averages of the weights.</summary>
    public long StateBytes => _model.Parameters.FlatTrainable.Bytes * (_options.Swa > 0 ? 2 : 1) + Optimizer.Bytes(_options, _model.Parameters);

    /// <summary>The steps of the network, for profiles.</summary>
    public StepGraph Graph => _graph;

    internal ParameterGroups Groups { get; }

    internal Optimizer Optimizer => _optimizer ?? throw new InvalidOperationException("bind the step first");

    /// <summary>Takes memory for gradients and optimizer state, and places the activations in <paramref name="activations"/>.</summary>
    public void Bind(Arena activations)
    {
        _model.Parameters.AllocateGradients();
        _optimizer = new Optimizer(_model.Device, _options, _model.Parameters, Groups);
        _graph.Bind(activations);
        Forget();
        (_first, _added, _update) = (new(Gradients), new(Gradients), new(UpdateOnce));
        Prepare();
    }

    /// <summary>Refreshes what the shared memory may have lost; after another graph ran in it.</summary>
    public void Prepare()
    {
        _model.Parameters.RefreshCopies();
        _graph.Prepare();
    }

    /// <summary>Steps that were started and whose losses were not taken; at most <see cref="Device.StepsAhead"/> + 1.</summary>
    public int Pending => _losses.Pending;

    /// <summary>As <see cref="Start"/>, waiting for the loss.</summary>
    public float Run(int step, bool accumulate = false, float scale = 1)
    {
        if (Pending > 0) throw new InvalidOperationException("losses of earlier steps are waiting to be taken");
        Start(step, accumulate, scale);
        return TakeLoss();
    }

    /// <summary>Forward and backward of the batch that lies in the inputs; gradients stay for <see cref="Update"/>. A card goes on while the caller does.</summary>
    /// <param name="step">Counted over the run: keys dropout.</param>
    /// <param name="accumulate">Add to the gradients of the batches before.</param>
    /// <param name="scale">Share of this batch in the update: 1 / batches.</param>
    public void Start(int step, bool accumulate = false, float scale = 1)
    {
        // The planner may hand the weights' bytes to other tensors once the loss has read them, so they go up again.
        if (_classWeightValues is not null) _model.Device.Upload<float>(_classWeightValues, _classWeights!.Data);
        _context.ParameterWrite = accumulate ? GradientWrite.Add : GradientWrite.Overwrite;
        _context.LossScale = scale;
        _context.RandomKey = CounterRandom.Key(_options.Seed, (uint)step, 0, DropoutOp);
        _model.Device.Repeat((accumulate ? _added : _first) ?? throw new InvalidOperationException("bind the step first"));
        _losses.Start(_loss.Data);
    }

    /// <summary>The loss of the batch that lies in the inputs, as training would see it; no gradients, and gradients of before are lost. Waits for it.</summary>
    /// <param name="step">As of <see cref="Start"/>.</param>
    public float Loss(int step)
    {
        if (Pending > 0) throw new InvalidOperationException("losses of earlier steps are waiting to be taken");
        if (_classWeightValues is not null) _model.Device.Upload<float>(_classWeightValues, _classWeights!.Data);
        _context.RandomKey = CounterRandom.Key(_options.Seed, (uint)step, 0, DropoutOp);
        _graph.Forward(_context);
        _losses.Start(_loss.Data);
        return TakeLoss();
    }

    /// <summary>The mean loss of the oldest batch that was started and not taken; waits for it.</summary>
    public float TakeLoss() => _losses.Take()[0];

    /// <summary>One optimizer step with every rate times <paramref name="factor"/>.</summary>
    public void Update(float factor)
    {
        Groups.SetFactor(factor);
        _model.Device.Repeat(_update ?? throw new InvalidOperationException("bind the step first"));
    }

    private void Gradients()
    {
        _graph.Forward(_context);
        _graph.Backward(_context);
    }

    private void UpdateOnce()
    {
        Optimizer.Step();
        _model.Parameters.RefreshCopies();
    }

    private void Forget()
    {
        _first?.Dispose();
        _added?.Dispose();
        _update?.Dispose();
    }

    public void Dispose()
    {
        Forget();
        _losses.Dispose();
        _optimizer?.Dispose();
    }
}
