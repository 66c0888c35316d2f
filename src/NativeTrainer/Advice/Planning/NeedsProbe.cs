using System.Diagnostics;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;

namespace NativeTrainer.Advice.Planning;

/// <summary>Measures a few steps of each stage, after those that warm up, and counts what the rest of the run needs.</summary>
internal static class NeedsProbe
{
    private const int WarmUp = 1, Measured = 3;

    /// <param name="setup">With the plan's options; its images may be a part of the run's.</param>
    /// <param name="decode">Seconds to decode a picture.</param>
    /// <param name="feature">Seconds of the backbone for a picture.</param>
    public static RunNeeds Measure(TrainingSetup setup, TrainingData data, DataShape shape, float[] features, double decode, double feature, CancellationToken stop)
    {
        using var untouched = new WeightSnapshot(setup.Model);
        var (options, model) = (setup.Options, setup.Model);
        var weights = options.Balance == BalanceKind.Weights ? data.InverseShares() : null;
        int batch = Math.Min(options.Batch, data.Train.Samples.Count);
        var memory = TrainingMemory.Plan(model, options, setup.Stages, data.Size, batch, options.Weights is null, weights, data.Train.LargestImagePixels);
        var stages = new List<StageNeeds>();
        foreach (var (stage, budget) in setup.Stages.Zip(StepBudget.Of(setup.Stages, options, shape.TrainImages)))
        {
            stop.ThrowIfCancellationRequested();
            long trained = model.Parameters.Parameters.Where(p => stage.Trains(p, options)).Sum(p => p.Shape.Count);
            if (stage.ClosedForm)
            {
                double seconds = Fit(setup, data, features);
                stages.Add(new StageNeeds(stage.Name, stage.Epochs, 0, trained, seconds, data.Train.Samples.Count / seconds, StageBound.Compute, OnPictures: false));
                continue;
            }
            var (pictures, compute) = Time(setup, data, stage, features);
            // What does not fit the cache is decoded again in every epoch, by all threads while the step computes.
            long stored = 3 * data.Train.LargestImagePixels * shape.TrainImages;
            double again = stage.OnFeatures ? 0 : decode * batch * options.Accumulate * Math.Max(0, 1 - options.CacheBytes / 2.0 / stored);
            double step = Math.Max(pictures + compute, again);
            stages.Add(new StageNeeds(stage.Name, stage.Epochs, budget.StepsPerEpoch, trained, step * budget.StepsPerEpoch, batch * options.Accumulate / step,
                !stage.OnFeatures && (pictures > compute || again > pictures + compute) ? StageBound.Pictures : StageBound.Compute, !stage.OnFeatures));
        }
        bool onFeatures = setup.Stages.Any(stage => stage.OnFeatures);
        return new RunNeeds
        {
            Device = setup.Device.Description,
            Model = model.Spec.Name,
            TotalParameters = model.Parameters.Count,
            Stages = stages,
            PeakMemoryBytes = memory.Total,
            CacheBytes = Math.Min(options.CacheBytes, 3 * data.Train.LargestImagePixels * shape.TrainImages + 3L * data.Size * data.Size * shape.ValidationImages),
            DiskBytes = memory.FileBytes,
            DecodeSeconds = decode * (shape.TrainImages + shape.ValidationImages),
            FeatureSeconds = onFeatures ? (feature + decode) * shape.TrainImages + feature * shape.ValidationImages : 0,
            ValidationSeconds = feature * shape.ValidationImages,
        };
    }

    /// <summary>Seconds to choose and fit a few-shot head.</summary>
    private static double Fit(TrainingSetup setup, TrainingData data, float[] features)
    {
        long start = Stopwatch.GetTimestamp();
        FewShotFit.Of(new FeatureMatrix(features, setup.Model.Spec.Features), [.. data.Train.Samples.Select(s => s.Label)], data.Classes.Count, setup.Options.FewShotHead, setup.Options.Threads);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Seconds of a step for its pictures and for its computation: the medians.</summary>
    internal static (double Pictures, double Compute) Time(TrainingSetup setup, TrainingData data, TrainingStage stage, float[] features)
    {
        using var rehearsal = new StageRehearsal(setup, setup.Options, data, stage, features);
        for (int i = 0; i < WarmUp; i++) rehearsal.Step(1);
        var times = new List<(TimeSpan Pictures, TimeSpan Compute)>();
        for (int i = 0; i < Measured; i++)
        {
            rehearsal.Step(1);
            times.Add(rehearsal.LastTimes);
        }
        double Median(Func<(TimeSpan Pictures, TimeSpan Compute), TimeSpan> part) => times.Select(part).Order().ElementAt(times.Count / 2).TotalSeconds;
        return (Median(t => t.Pictures), Median(t => t.Compute));
    }
}
