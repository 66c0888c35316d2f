using System.Diagnostics;
using NativeTrainer.Evaluation;
using NativeTrainer.Graph;
using NativeTrainer.Kernels;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>
/// Steps of one stage on the real data, with the run's own step and batches and without its folder: to try rates and to measure time. The weights move; a
/// <see cref="WeightSnapshot"/> brings them back.
/// </summary>
internal sealed class StageRehearsal : IDisposable
{
    private const int ProbeEpoch = 1 << 20;

    private readonly TrainingSetup _setup;
    private readonly int _accumulate;
    private readonly Arena _activations;
    private readonly TrainStep _step;
    private readonly IBatchFeeder _feeder;
    private readonly List<(float[] Input, float[] Targets)> _probe = [];
    private int _epoch, _batch, _batches;

    /// <param name="options">Of the setup, or with other rates.</param>
    /// <param name="features">Of the training images, where the stage learns on features.</param>
    public StageRehearsal(TrainingSetup setup, TrainOptions options, TrainingData data, TrainingStage stage, float[]? features)
    {
        (_setup, _accumulate) = (setup, options.Accumulate);
        int batch = Math.Min(options.Batch, data.Train.Samples.Count);
        var weights = options.Balance == BalanceKind.Weights ? data.InverseShares() : null;
        setup.Model.Parameters.SetTrainable(p => stage.Trains(p, options));
        _step = new TrainStep(setup.Model, options with { Teacher = null }, stage.OnFeatures ? 0 : data.Size, batch, options.Weights is null, weights);
        _activations = setup.Device.Allocate(_step.ArenaBytes);
        _step.Bind(_activations);
        _feeder = BatchFeeder.For(setup.Model, options, stage, data, features, batch);
        ImagesPerStep = batch * _accumulate;
        _feeder.Start(0, 0);
    }

    public int ImagesPerStep { get; }

    /// <summary>Optimizer steps of an epoch.</summary>
    public int StepsPerEpoch => (_feeder.BatchesPerEpoch + _accumulate - 1) / _accumulate;

    /// <summary>Time spent waiting for pictures and augmenting them, and in forward, backward and update, of the last <see cref="Step"/>.</summary>
    public (TimeSpan Pictures, TimeSpan Compute) LastTimes { get; private set; }

    /// <summary>One optimizer step with every group's rate times <paramref name="factor"/>; the mean loss of its batches, before the update.</summary>
    public float Step(float factor)
    {
        float loss = 0;
        TimeSpan pictures = default, compute = default;
        for (int i = 0; i < _accumulate; i++)
        {
            if (_batch == _feeder.BatchesPerEpoch)
            {
                (_epoch, _batch) = (_epoch + 1, 0);
                _feeder.Start(_epoch, 0);
            }
            long start = Stopwatch.GetTimestamp();
            _feeder.Next(_step);
            long filled = Stopwatch.GetTimestamp();
            loss += _step.Run(_batches, i > 0, 1f / _accumulate);
            if (i + 1 == _accumulate) _step.Update(factor);
            pictures += Stopwatch.GetElapsedTime(start, filled);
            compute += Stopwatch.GetElapsedTime(filled);
            (_batch, _batches) = (_batch + 1, _batches + 1);
        }
        LastTimes = (pictures, compute);
        return loss / _accumulate;
    }

    /// <summary>Keeps batches as an epoch far from the first ones would see them, for <see cref="ProbeLoss"/>.</summary>
    public void TakeProbe(int batches)
    {
        _feeder.Start(ProbeEpoch, 0);
        for (int i = 0; i < Math.Min(batches, _feeder.BatchesPerEpoch); i++)
        {
            _feeder.Next(_step);
            var (input, targets) = (new float[_step.Input.Count], new float[_step.Targets.Count]);
            _setup.Device.Download<float>(_step.Input, input);
            _setup.Device.Download<float>(_step.Targets, targets);
            _probe.Add((input, targets));
        }
        (_epoch, _batch) = (0, 0);
        _feeder.Start(0, 0);
    }

    /// <summary>The mean loss of the kept batches by the present weights, always the same images in the same state: what changes is the weights alone.</summary>
    public float ProbeLoss()
    {
        float loss = 0;
        foreach (var (input, targets) in _probe)
        {
            _setup.Device.Upload<float>(input, _step.Input);
            _setup.Device.Upload<float>(targets, _step.Targets);
            loss += _step.Loss(0);
        }
        return loss / _probe.Count;
    }

    /// <summary>Features (images, F) of the training images as evaluation sees them.</summary>
    public static float[] Features(TrainingSetup setup, TrainingData data, CancellationToken stop)
    {
        int batch = Math.Min(setup.Options.Batch, data.Train.Samples.Count);
        using var source = data.OpenTrainAsEvaluation(batch, stop);
        using var session = new InferenceSession(setup.Model, data.Size, batch, InferenceOutput.Features);
        using var arena = setup.Device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        return session.Run(source, stop);
    }

    public void Dispose()
    {
        _feeder.Dispose();
        _step.Dispose();
        _activations.Dispose();
        _setup.Model.Parameters.SetTrainable(_ => false);
    }
}

/// <summary>Parameters and buffers as they are now, to the bit; disposing writes them back.</summary>
internal sealed class WeightSnapshot : IDisposable
{
    private readonly ResNet _model;
    private readonly float[] _values;

    public WeightSnapshot(ResNet model)
    {
        _model = model;
        _values = new float[model.Parameters.FlatWithBuffers.Count];
        model.Device.Download<float>(model.Parameters.FlatWithBuffers, _values);
    }

    public void Dispose()
    {
        _model.Device.Upload<float>(_values, _model.Parameters.FlatWithBuffers);
        _model.Parameters.RefreshCopies();
    }
}
