using NativeTrainer.Evaluation;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>NativeTrainer: the step that training and evaluation run, from an input batch in memory to updated weights or logits.</summary>
internal sealed class OwnTarget : IThroughputTarget
{
    private readonly ResNet _model;
    private readonly Device _device;
    private readonly Arena _arena;
    private readonly TrainStep? _training;
    private readonly InferenceSession? _inference;
    private readonly byte[] _pixels = [];
    private readonly float[] _logits = [], _images = [], _targets = [];
    private readonly int _batch;
    private int _step;

    public OwnTarget(ThroughputWork work)
    {
        _batch = work.Batch;
        _device = Device.Open("cpu", work.Threads);
        _model = new ResNet(ResNetSpec.Known(work.Model, ThroughputWork.Classes), _device);
        _model.Initialize(seed: 1);
        if (work.Mode == "infer")
        {
            _inference = new InferenceSession(_model, work.Size, work.Batch, InferenceOutput.Logits);
            _arena = _device.Allocate(_inference.ArenaBytes);
            _inference.Bind(_arena);
            _pixels = new byte[work.Batch * work.Size * work.Size * 3];
            new Random(1).NextBytes(_pixels);
            _logits = new float[work.Batch * ThroughputWork.Classes];
            // Norms are folded once, as at the start of an evaluation.
            _inference.RunBatch(_pixels, work.Batch, _logits);
            return;
        }
        var options = new TrainOptions
        {
            Data = "",
            Strategy = work.Mode is "head" or "cached" ? TrainingStrategy.Head : TrainingStrategy.Full,
            Batch = work.Batch,
            LearningRate = ThroughputWork.LearningRate,
            Momentum = ThroughputWork.Momentum,
            WeightDecay = ThroughputWork.WeightDecay,
        };
        _model.Parameters.SetTrainable(p => work.Mode == "train" || p.Name.StartsWith("fc.", StringComparison.Ordinal) || (work.Mode == "frozen" && p.Name.StartsWith("layer4.", StringComparison.Ordinal)));
        _training = new TrainStep(_model, options, work.Mode == "cached" ? 0 : work.Size, work.Batch, fromScratch: true);
        _arena = _device.Allocate(_training.ArenaBytes);
        _training.Bind(_arena);
        _training.Prepare();
        _images = new float[_training.Input.Count];
        _targets = new float[_training.Targets.Count];
        Fill(_images, _targets);
    }

    /// <summary>Layers of the step.</summary>
    public Graph.StepGraph Graph => _training?.Graph ?? _inference!.Graph;

    public string Description => $"NativeTrainer, float32, {_device.Description}";

    public double FlopsPerStep => Graph.Flops;

    public void Step()
    {
        if (_inference is not null)
        {
            _inference.RunPrepared(_pixels, _batch, _logits);
            return;
        }
        // As in a run, the batch is brought in anew: the planner reuses the inputs' memory within the step.
        _device.Upload<float>(_images, _training!.Input);
        _device.Upload<float>(_targets, _training.Targets);
        _training.Run(_step++);
        _training.Update(1);
    }

    public void Dispose()
    {
        _training?.Dispose();
        _inference?.Dispose();
        _arena.Dispose();
        _model.Dispose();
        _device.Dispose();
    }

    private static void Fill(float[] images, float[] targets)
    {
        var random = new Random(1);
        for (int i = 0; i < images.Length; i++) images[i] = (float)(random.NextDouble() * 4 - 2);
        for (int row = 0; row < targets.Length; row += ThroughputWork.Classes) targets[row + random.Next(ThroughputWork.Classes)] = 1;
    }
}
