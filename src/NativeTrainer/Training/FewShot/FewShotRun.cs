using System.Diagnostics;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Training.FewShot;

/// <summary>A run of <see cref="TrainingStrategy.FewShot"/>: features of all images in one pass, a head in closed form, and the folder that every run has.</summary>
/// <param name="card">The model as a file; its tensors are replaced when saved.</param>
internal sealed class FewShotRun(TrainingSetup setup, ITrainingObserver observer, TrainingData data, ModelWeights card, string folder, AuditReport audit)
{
    private readonly TrainOptions _options = setup.Options;
    private readonly ResNet _model = setup.Model;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <exception cref="OperationCanceledException">Stopped before the head was fitted; nothing was saved.</exception>
    public TrainResult Run(SafeTensors? checkpoint, CancellationToken stop)
    {
        int batch = Math.Min(_options.Batch, data.Train.Samples.Count), images = data.Train.Samples.Count + data.Validation.Samples.Count;
        var memory = TrainingMemory.Plan(_model, _options, setup.Stages, data.Size, batch, fromScratch: false, null, data.Train.LargestImagePixels);
        _model.Parameters.SetTrainable(p => setup.Stages[0].Trains(p, _options));
        observer.OnPlan(new TrainingPlan
        {
            Device = setup.Device.Description,
            Model = _model.Spec.Name,
            Classes = data.Classes,
            TrainImages = data.Train.Samples.Count,
            ValidationImages = data.Validation.Samples.Count,
            TrainedParameters = _model.Parameters.TrainableCount,
            TotalParameters = _model.Parameters.Count,
            PeakMemoryBytes = memory.Total,
            RunFolder = folder,
            Epochs = 1,
            Options = _options,
        });
        memory.RequireFree(setup.Device, batch);
        if (checkpoint is not null) return Finished(checkpoint, batch);
        observer.OnNote($"the head is fitted to features of {images} images, computed once");
        var (train, validation) = Features(batch, stop);
        double seconds = _clock.Elapsed.TotalSeconds;
        var fit = FewShotFit.Of(train, [.. data.Train.Samples.Select(s => s.Label)], data.Classes.Count, _options.FewShotHead, _options.Threads);
        observer.OnNote($"few-shot head: {fit.Choice}");
        stop.ThrowIfCancellationRequested();
        int classes = data.Classes.Count;
        float[] probabilities = fit.Head.Logits(validation, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount });
        TemperatureScaling.Apply(probabilities, classes, 1);
        var metrics = ClassificationMetrics.Compute(probabilities, [.. data.Validation.Samples.Select(s => s.Label)], data.Classes);
        Save(fit);
        observer.OnEpoch(new EpochReport
        {
            Epoch = 1,
            Stage = setup.Stages[0].Name,
            TrainLoss = fit.Choice.Chosen.LogLoss,
            Validation = metrics,
            LearningRates = new Dictionary<string, float>(),
            ImagesPerSecond = images / Math.Max(seconds, 1e-9),
            Seconds = _clock.Elapsed.TotalSeconds,
            IsBest = true,
            Predictions = [.. data.Validation.Samples.Select((s, i) => new PredictedImage(s.Path, s.Label, probabilities.AsSpan(i * classes, classes).ToArray()) { Crop = s.Crop })],
        });
        Checkpoint.Save(folder, setup.Device, _model.Parameters, null, null, new TrainingPosition { Stage = 1, EpochsDone = 1, BestEpoch = 1, BestValue = metrics.Accuracy }, data.Fingerprint);
        return Result(metrics, images / Math.Max(seconds, 1e-9)) with { FewShot = fit.Choice };
    }

    private (FeatureMatrix Train, FeatureMatrix Validation) Features(int batch, CancellationToken stop)
    {
        int width = _model.Spec.Features;
        if (data.Shared is { } shared) return (new FeatureMatrix(shared.Features(data.Train.Samples), width), new FeatureMatrix(shared.Features(data.Validation.Samples), width));
        using var session = new InferenceSession(_model, data.Size, batch, InferenceOutput.Features);
        using var arena = setup.Device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        using var source = data.OpenTrainAsEvaluation(batch, stop);
        if (source.Samples.Count != data.Train.Samples.Count) throw new InvalidOperationException("a file changed while the run read it");
        var train = new FeatureMatrix(session.Run(source, stop), width);
        return (train, new FeatureMatrix(session.Run(data.Validation, stop), width));
    }

    private void Save(FewShotFit fit)
    {
        var weights = FewShotWeights.Of(_model, fit.Head, card with { Notes = new Dictionary<string, string>(card.Notes) { [FewShotNote.Key] = fit.Choice.ToString() } });
        foreach (string name in new[] { "best.safetensors", "last.safetensors" }) ModelFile.Save(Path.Combine(folder, name), weights);
    }

    /// <summary>There is nothing to go on with: the figures of what was saved.</summary>
    private TrainResult Finished(SafeTensors checkpoint, int batch)
    {
        Checkpoint.RequireSameData(checkpoint, _options.Data, data.Fingerprint);
        string path = Path.Combine(folder, "best.safetensors");
        using var best = ModelTransfer.Load(path, ModelFile.Load(path), setup.Device, _options.Precision);
        using var session = new InferenceSession(best, data.Size, batch, InferenceOutput.Probabilities);
        using var arena = setup.Device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        return Result(ClassificationMetrics.Compute(session.Run(data.Validation), [.. data.Validation.Samples.Select(s => s.Label)], data.Classes), data.Validation.Samples.Count / Math.Max(_clock.Elapsed.TotalSeconds, 1e-9));
    }

    private TrainResult Result(ClassificationMetrics metrics, double imagesPerSecond) => new()
    {
        RunFolder = folder,
        BestEpoch = 1,
        Best = metrics,
        ImagesPerSecond = imagesPerSecond,
        PeakMemoryBytes = setup.Device.PeakAllocatedBytes,
        Seconds = _clock.Elapsed.TotalSeconds,
        Unusable = data.Unusable,
        Audit = audit,
    };
}
