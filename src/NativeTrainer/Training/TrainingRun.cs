using System.Diagnostics;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Graph;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Training;

/// <summary>One run from its first to its last step: stages, epochs, validation, checkpoints.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainOptions _options;
    private readonly ITrainingObserver _observer;
    private readonly Device _device;
    private readonly TrainingData _data;
    private readonly ResNet _model;
    private readonly ModelWeights _card;
    private readonly IReadOnlyList<TrainingStage> _stages;
    private readonly bool _fromScratch;
    private readonly string _folder;
    private readonly AuditReport _audit;
    private readonly int _size, _batch;
    private readonly float[]? _classWeights;
    private readonly StepReport _report = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private float[]? _trainFeatures, _validationFeatures;
    private Teacher? _teacher;
    private IReadOnlyList<float>? _thresholds; // Of the last validation, where images have several labels.
    private TrainingPosition _at = new();
    private ClassificationMetrics? _best;
    private Arena? _activations;
    private long _imagesSeen;
    private double _stepSeconds;

    /// <param name="card">The model as a file: spec, labels, licence; its tensors are replaced when saved.</param>
    public TrainingRun(TrainOptions options, ITrainingObserver observer, TrainingData data, ResNet model, ModelWeights card, IReadOnlyList<TrainingStage> stages, string folder, AuditReport audit)
    {
        (_options, _observer, _data, _model, _card, _stages, _folder, _audit) = (options, observer, data, model, card, stages, folder, audit);
        _fromScratch = options.Weights is null;
        (_device, _size) = (model.Device, data.Size);
        _batch = Math.Min(options.Batch, data.Train.Samples.Count);
        _classWeights = options.Balance == BalanceKind.Weights ? data.InverseShares() : null;
    }

    public TrainResult Run(SafeTensors? checkpoint, CancellationToken stop)
    {
        TrainingMemory Plan(TrainOptions options) => TrainingMemory.Plan(_model, options, _stages, _size, _batch, _fromScratch, _classWeights, _data.Train.LargestImagePixels);
        var memory = Plan(_options);
        if (_options.CheckpointActivations) _observer.OnNote(memory.PriceOfCheckpointing(Plan(_options with { CheckpointActivations = false })));
        RequireRoom(memory);
        if (_options.Teacher is string teacher)
        {
            if (_stages.All(stage => stage.OnFeatures)) throw new UserException("--teacher judges augmented pictures, and here the head alone learns on features that are computed once; give --augment light, or another --strategy");
            _teacher = Teacher.Open(teacher, _model, _data.Classes, _size, _batch, _options.Precision);
        }
        _model.Parameters.SetTrainable(p => _stages[0].Trains(p, _options));
        _observer.OnPlan(new TrainingPlan
        {
            Device = _device.Description,
            Model = _model.Spec.Name,
            Classes = _data.Classes,
            TrainImages = _data.Train.Samples.Count,
            ValidationImages = _data.Validation.Samples.Count,
            TrainedParameters = _model.Parameters.TrainableCount,
            TotalParameters = _model.Parameters.Count,
            PeakMemoryBytes = memory.Total + (_teacher?.Bytes ?? 0),
            RunFolder = _folder,
            Epochs = _stages.Sum(s => s.Epochs),
            Options = _options,
        });
        memory.RequireFree(_device, _batch);
        _activations = _device.Allocate(memory.ActivationBytes);
        if (checkpoint is not null)
        {
            Checkpoint.RequireSameData(checkpoint, _options.Data, _data.Fingerprint);
            _at = Checkpoint.Position(checkpoint);
            Checkpoint.LoadParameters(checkpoint, _device, _model.Parameters);
        }
        string? diverged = null;
        bool interrupted = false;
        int totalEpochs = _stages.Sum(s => s.Epochs);
        while (_at.Stage < _stages.Count && diverged is null && !interrupted)
        {
            try
            {
                (diverged, interrupted) = RunStage(Lengthened(_stages[_at.Stage]), checkpoint, totalEpochs, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                interrupted = true; // while features were computed: what came before is saved
            }
            checkpoint = null;
        }
        return new TrainResult
        {
            RunFolder = _folder,
            BestEpoch = _at.BestEpoch,
            Best = _best ?? BestOfFolder(),
            ImagesPerSecond = _imagesSeen / Math.Max(_stepSeconds, 1e-9),
            PeakMemoryBytes = _device.PeakAllocatedBytes,
            Seconds = _clock.Elapsed.TotalSeconds,
            Interrupted = interrupted,
            Diverged = diverged,
            Unusable = _data.Unusable,
            Audit = _audit,
        };
    }

    public void Dispose()
    {
        _teacher?.Dispose();
        _activations?.Dispose();
    }

    /// <summary>A full disk is better found before the first epoch than behind it.</summary>
    private void RequireRoom(TrainingMemory memory)
    {
        long needed = memory.FileBytes, free;
        try
        {
            free = new DriveInfo(Path.GetFullPath(_folder)).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return; // some network drives do not tell
        }
        if (free < needed) throw new UserException($"{_folder}: the disk has {free / 1_000_000} MB left, the run's files take up to {needed / 1_000_000 + 1} MB; free some space or choose another --out");
    }

    private (string? Diverged, bool Interrupted) RunStage(TrainingStage stage, SafeTensors? checkpoint, int totalEpochs, CancellationToken stop)
    {
        _model.Parameters.SetTrainable(p => stage.Trains(p, _options));
        if (stage.OnFeatures) ComputeFeatures(stop);
        using var step = new TrainStep(_model, _options, stage.OnFeatures ? 0 : _size, _batch, _fromScratch, _classWeights);
        step.Bind(_activations!);
        var pictures = BatchFeeder.For(_model, _options, stage, _data, _trainFeatures, _batch);
        using var feeder = _teacher is null || stage.OnFeatures ? pictures : new TaughtFeeder(pictures, _teacher);
        using var mean = _options.Swa > 0 && _at.Stage == _stages.Count - 1 ? new WeightMean(_device, _model.Parameters) : null;
        var rates = new Queue<float>();
        int perEpoch = feeder.BatchesPerEpoch, updatesPerEpoch = (perEpoch + _options.Accumulate - 1) / _options.Accumulate;
        int averaged = mean is null ? 0 : Math.Min(_options.Swa, stage.Epochs);
        var schedule = new LearningRateSchedule(_options, updatesPerEpoch, updatesPerEpoch * stage.Epochs, averaged == 0 ? int.MaxValue : updatesPerEpoch * (stage.Epochs - averaged));
        if (_at is { Stage: > 0, Epoch: 0, Batch: 0 } && stage.Epochs > 0) _observer.OnNote($"from epoch {_at.EpochsDone + 1} on {Learning()}");
        if (checkpoint is not null && (_at.Epoch > 0 || _at.Batch > 0))
        {
            Checkpoint.LoadOptimizer(checkpoint, _device, step.Optimizer);
            if (mean is not null) Checkpoint.LoadMean(checkpoint, _device, mean);
        }

        while (_at.Epoch < stage.Epochs && !Stalls())
        {
            double start = _clock.Elapsed.TotalSeconds;
            int firstBatch = _at.Batch;
            step.Prepare();
            feeder.Start(_at.EpochsDone, firstBatch);
            int taken = firstBatch;
            // A card's losses come a step later than the steps.
            string? Take()
            {
                float loss = step.TakeLoss(), rate = rates.Dequeue();
                taken++;
                if (!float.IsFinite(loss)) return $"the loss became {loss} at epoch {_at.EpochsDone + 1}, step {taken}; a lower --lr, --clip 1 or --warmup 1 often help";
                _at = _at with { LossSum = _at.LossSum + loss };
                Report(perEpoch, firstBatch, taken, loss, rate, start, totalEpochs);
                return null;
            }
            for (int batch = firstBatch; batch < perEpoch; batch++)
            {
                int group = Math.Min(_options.Accumulate, perEpoch - batch / _options.Accumulate * _options.Accumulate);
                feeder.Next(step);
                step.Groups.SetFactor(schedule.Factor(step.Optimizer.Steps));
                rates.Enqueue(step.Groups.LearningRates[step.Groups.HeadGroup]);
                step.Start(_at.StepsDone, batch % _options.Accumulate != 0, 1f / group);
                if (step.Pending > _device.StepsAhead && Take() is string bad) return (bad, false);
                bool updates = (batch + 1) % _options.Accumulate == 0 || batch + 1 == perEpoch;
                if (updates) step.Update(schedule.Factor(step.Optimizer.Steps));
                _at = _at with { Batch = batch + 1, StepsDone = _at.StepsDone + 1 };
                bool due = updates && _options.SaveEvery > 0 && step.Optimizer.Steps % _options.SaveEvery == 0, leaves = updates && stop.IsCancellationRequested;
                // What is saved counts every loss.
                while (step.Pending > 0 && (due || leaves || batch + 1 == perEpoch))
                    if (Take() is string late) return (late, false);
                if (batch + 1 == perEpoch) continue;
                if (due || leaves) Checkpoint.Save(_folder, _device, _model.Parameters, step.Optimizer, mean, _at, _data.Fingerprint);
                if (leaves) return (null, true);
            }
            double seconds = _clock.Elapsed.TotalSeconds - start;
            long images = (long)(perEpoch - firstBatch) * _batch;
            if (!stage.OnFeatures) Count(images, seconds);
            // On cached features an epoch takes milliseconds and redoing the stage takes no longer than computing them: it saves at its end only.
            bool stopping = stop.IsCancellationRequested, save = !stage.OnFeatures || _at.Epoch + 1 == stage.Epochs || stopping;
            if (stage.Epochs - _at.Epoch <= averaged) mean?.Add();
            FinishEpoch(stage, step, mean, perEpoch, seconds, images, save);
            if (stopping && _at.EpochsDone < totalEpochs) return (null, true);
            if (_options.Patience > 0 && !stage.OnFeatures && _at.Stale >= _options.Patience)
            {
                _observer.OnNote($"no better validation for {_at.Stale} epochs: stopped early");
                break;
            }
        }
        if (mean is { Count: > 1 }) FinishMean(stage, step, feeder, mean, stop);
        _at = _at with { Stage = _at.Stage + 1, Epoch = 0, Batch = 0, Stale = 0 };
        Checkpoint.Save(_folder, _device, _model.Parameters, null, null, _at, _data.Fingerprint);
        return (null, false);
    }

    /// <summary>With all epochs that are left, where stalling and no schedule ends a stage.</summary>
    private TrainingStage Lengthened(TrainingStage stage)
    {
        if (_options.Unfreeze != UnfreezeKind.Plateau || stage.OnFeatures) return stage;
        int before = _at.EpochsDone - _at.Epoch - _stages.Where(s => s.OnFeatures).Sum(s => s.Epochs);
        return stage with { Epochs = _stages.Where(s => !s.OnFeatures).Sum(s => s.Epochs) - before };
    }

    /// <summary>Whether the next stage's turn has come.</summary>
    private bool Stalls() => _options.Unfreeze == UnfreezeKind.Plateau && !_stages[_at.Stage].OnFeatures && _at.Stage + 1 < _stages.Count && _at.Epoch > 0 && _at.Batch == 0 && _at.Stale >= _options.UnfreezePatience;

    /// <summary>The parts that a stage trains, each with its peak rate.</summary>
    private string Learning()
    {
        var parts = _model.StageNames.Select(name => (Name: name, Own: _model.Parameters.Parameters.Where(p => p.Trainable && ParameterGroups.Matches(name, p.Name)).ToList())).Where(part => part.Own.Count > 0);
        return $"{string.Join(", ", parts.Select(part => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{part.Name} ({part.Own.Max(p => ParameterGroups.RateOf(_model, p, _options)):0.0e0})")))} learn, with their peak rates";
    }

    private void Report(int perEpoch, int firstBatch, int batches, float loss, float rate, double start, int totalEpochs)
    {
        double elapsed = _clock.Elapsed.TotalSeconds - start;
        int done = batches - firstBatch;
        (_report.Epoch, _report.Step, _report.StepsPerEpoch, _report.Loss, _report.LearningRate) = (_at.EpochsDone + 1, batches, perEpoch, loss, rate);
        _report.ImagesPerSecond = done * _batch / Math.Max(elapsed, 1e-9);
        double left = (perEpoch - batches) + (double)(totalEpochs - _at.EpochsDone - 1) * perEpoch;
        _report.Remaining = TimeSpan.FromSeconds(left * elapsed / done);
        _observer.OnStep(_report);
    }

    /// <summary>The mean of the last epochs' weights takes the weights' place, with statistics of its own, and stands as one more epoch: ties are its.</summary>
    private void FinishMean(TrainingStage stage, TrainStep step, IBatchFeeder feeder, WeightMean mean, CancellationToken stop)
    {
        double start = _clock.Elapsed.TotalSeconds;
        _device.Copy(mean.Weights, _model.Parameters.FlatTrainable);
        double loss = NormStatistics.Measure(_model, step, feeder, _at.EpochsDone, _at.StepsDone, stop);
        double seconds = _clock.Elapsed.TotalSeconds - start;
        var (metrics, predictions) = Validate(stage);
        double value = _options.Metric.Of(metrics);
        bool best = value >= _at.BestValue;
        int epoch = _at.EpochsDone + 1;
        if (best) (_best, _at) = (metrics, _at with { BestEpoch = epoch, BestValue = value });
        if (best) SaveModel("best.safetensors");
        SaveModel("last.safetensors");
        _observer.OnNote($"the weights of the last {mean.Count} epochs are averaged, which stands as epoch {epoch}");
        _observer.OnEpoch(new EpochReport
        {
            Epoch = epoch,
            Stage = "average",
            TrainLoss = loss,
            Validation = metrics,
            LearningRates = step.Groups.ByName(),
            ImagesPerSecond = (long)feeder.BatchesPerEpoch * _batch / Math.Max(seconds, 1e-9),
            Seconds = seconds,
            IsBest = best,
            Predictions = best ? predictions : [],
        });
    }

    private void FinishEpoch(TrainingStage stage, TrainStep step, WeightMean? mean, int perEpoch, double seconds, long images, bool save)
    {
        var (metrics, predictions) = WithAverage(step.Optimizer, () => Validate(stage));
        double value = _options.Metric.Of(metrics);
        bool best = value > _at.BestValue;
        double trainLoss = _at.LossSum / perEpoch;
        int epoch = _at.EpochsDone + 1;
        _at = _at with
        {
            Epoch = _at.Epoch + 1,
            Batch = 0,
            EpochsDone = epoch,
            LossSum = 0,
            Stale = best ? 0 : _at.Stale + 1,
            BestEpoch = best ? epoch : _at.BestEpoch,
            BestValue = best ? value : _at.BestValue,
        };
        if (best) _best = metrics;
        WithAverage(step.Optimizer, () =>
        {
            if (best) SaveModel("best.safetensors");
            if (save) SaveModel("last.safetensors");
            return 0;
        });
        if (save) Checkpoint.Save(_folder, _device, _model.Parameters, step.Optimizer, mean, _at, _data.Fingerprint);
        _observer.OnEpoch(new EpochReport
        {
            Epoch = epoch,
            Stage = stage.Name,
            TrainLoss = trainLoss,
            Validation = metrics,
            LearningRates = step.Groups.ByName(),
            ImagesPerSecond = images / Math.Max(seconds, 1e-9),
            Seconds = seconds,
            IsBest = best,
            Predictions = predictions,
        });
    }

    private void SaveModel(string name)
    {
        var card = _thresholds is null ? _card : _card with { Notes = new Dictionary<string, string>(_card.Notes) { [LabelThresholds.Key] = LabelThresholds.Text(_thresholds) } };
        ModelFile.Save(Path.Combine(_folder, name), ModelTransfer.Export(_model, card));
    }

    /// <summary>Runs with the moving average in the weights' place, where there is one.</summary>
    private T WithAverage<T>(Optimizer optimizer, Func<T> action)
    {
        if (optimizer.Averages.Count == 0) return action();
        var saved = new List<(float[] Values, TensorView Present)>();
        foreach (var (average, present) in optimizer.Averages)
        {
            var values = new float[present.Count];
            _device.Download<float>(present, values);
            saved.Add((values, present));
            _device.Copy(average, present);
        }
        try
        {
            return action();
        }
        finally
        {
            foreach (var (values, present) in saved) _device.Upload<float>(values, present);
        }
    }

    private (ClassificationMetrics Metrics, PredictedImage[] Predictions) Validate(TrainingStage? stage)
    {
        int classes = _data.Classes.Count;
        float[] probabilities = stage is { OnFeatures: true } ? HeadOnFeatures(_validationFeatures!) : Infer(InferenceOutput.Probabilities, _data.Validation);
        PredictedImage[] images = [.. _data.Validation.Samples.Select((s, i) => PredictedImage.Of(s, probabilities.AsSpan(i * classes, classes)))];
        return (Metrics(images, probabilities), images);
    }

    private ClassificationMetrics Metrics(PredictedImage[] images, float[] probabilities)
    {
        if (!_model.Spec.Head.MultiLabel) return ClassificationMetrics.Compute(probabilities, [.. images.Select(image => image.Label)], _data.Classes);
        var metrics = SeveralLabels.Metrics(images, _data.Classes);
        _thresholds = metrics.Labels!.Thresholds;
        return metrics;
    }

    /// <summary>Metrics of the best weights where their epoch lies before a resumption; of the present ones where no epoch has ended yet.</summary>
    private ClassificationMetrics BestOfFolder()
    {
        string path = Path.Combine(_folder, "best.safetensors");
        if (_at.BestEpoch == 0 || !File.Exists(path)) return Validate(null).Metrics;
        using var best = ModelTransfer.Load(path, ModelFile.Load(path), _device);
        using var session = new InferenceSession(best, _size, _batch, InferenceOutput.Probabilities);
        session.Bind(_activations!);
        float[] probabilities = session.Run(_data.Validation);
        int classes = _data.Classes.Count;
        return Metrics([.. _data.Validation.Samples.Select((s, i) => PredictedImage.Of(s, probabilities.AsSpan(i * classes, classes)))], probabilities);
    }

    private float[] Infer(InferenceOutput output, BatchSource source, CancellationToken stop = default)
    {
        using var session = new InferenceSession(_model, _size, _batch, output);
        session.Bind(_activations!);
        return session.Run(source, stop);
    }

    private void ComputeFeatures(CancellationToken stop)
    {
        if (_trainFeatures is not null) return;
        if (_data.Shared is { } shared)
        {
            (_trainFeatures, _validationFeatures) = (shared.Features(_data.Train.Samples), shared.Features(_data.Validation.Samples));
            return;
        }
        _observer.OnNote($"the head learns on features of {_data.Train.Samples.Count + _data.Validation.Samples.Count} images, computed once");
        double start = _clock.Elapsed.TotalSeconds;
        using var train = _data.OpenTrainAsEvaluation(_batch, stop);
        float[] features = Infer(InferenceOutput.Features, train, stop);
        _validationFeatures = Infer(InferenceOutput.Features, _data.Validation, stop);
        _trainFeatures = features;
        if (train.Samples.Count != _data.Train.Samples.Count) throw new InvalidOperationException("a file changed while the run read it");
        // A run that trains the head alone passes images through the network only here.
        if (_options.Strategy == TrainingStrategy.Head) Count(_data.Train.Samples.Count + _data.Validation.Samples.Count, _clock.Elapsed.TotalSeconds - start);
    }

    private void Count(long images, double seconds) => (_imagesSeen, _stepSeconds) = (_imagesSeen + images, _stepSeconds + seconds);

    /// <summary>Class probabilities of cached features by the present head.</summary>
    private float[] HeadOnFeatures(float[] features)
    {
        int width = _model.Spec.Features, classes = _data.Classes.Count, count = features.Length / width;
        var builder = new GraphBuilder(_device, GraphMode.Inference);
        var input = builder.Input("features", new Shape(count, width));
        var output = _model.Probabilities(builder, input);
        var graph = builder.Build([output]);
        using var arena = _device.Allocate(graph.ArenaBytes);
        graph.Bind(arena);
        _device.Upload<float>(features, input.Data);
        graph.Forward(new RunContext());
        var probabilities = new float[count * classes];
        _device.Download<float>(output.Data, probabilities);
        return probabilities;
    }
}
