using NativeTrainer.Advice.Planning;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;
using NativeTrainer.Weights;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>A linear head trained on features step by step, as <c>train --auto --strategy head</c> does, with the steps and rates of the plan's rule.</summary>
internal sealed class TrainedHead : IDisposable
{
    private readonly CpuDevice _device;
    private readonly ResNet _model;
    private readonly string _weights;
    private readonly int _classes;

    public TrainedHead(string weights, int classes, int threads)
    {
        (_weights, _classes, _device) = (weights, classes, new CpuDevice(threads));
        _model = ModelTransfer.LoadForTraining(weights, ModelFile.Load(weights), new HeadSpec { Classes = classes }, [.. Enumerable.Range(0, classes).Select(c => $"class {c}")], _device, 1, _ => { });
        _model.Parameters.SetTrainable(p => p.Name.StartsWith("fc.", StringComparison.Ordinal));
    }

    /// <summary>Logits of <paramref name="validation"/> after each epoch.</summary>
    public IEnumerable<float[]> Run(FeatureMatrix train, int[] labels, ulong seed, FeatureMatrix validation)
    {
        var asked = new TrainOptions { Data = "", Weights = _weights, Strategy = TrainingStrategy.Head, Seed = seed };
        int[] counts = [.. Enumerable.Range(0, _classes).Select(c => labels.Count(label => label == c))];
        var (options, _) = StrategyRule.Advise(asked, new HashSet<string> { "--strategy" }, new DataShape([.. counts.Select((_, c) => $"{c}")], counts, validation.Rows), new TransferEvidence());
        _model.Initialize(seed, p => p.Name.StartsWith("fc.", StringComparison.Ordinal));
        int batch = Math.Min(options.Batch, labels.Length);
        using var step = new TrainStep(_model, options, 0, batch);
        using var arena = _device.Allocate(step.ArenaBytes);
        step.Bind(arena);
        using var feeder = new FeatureFeeder(_model, train.Values, [.. labels.Select(label => new Sample("", label))], new Sampler(labels, SamplingKind.Shuffle, seed), batch);
        var schedule = new LearningRateSchedule(options, feeder.BatchesPerEpoch, feeder.BatchesPerEpoch * options.Epochs);
        int done = 0;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            feeder.Start(epoch, 0);
            for (int i = 0; i < feeder.BatchesPerEpoch; i++)
            {
                feeder.Next(step);
                step.Run(done);
                step.Update(schedule.Factor(done++));
            }
            yield return Head().Logits(validation, new ParallelOptions { MaxDegreeOfParallelism = _device.Threads });
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        _device.Dispose();
    }

    private FewShotHead Head()
    {
        double[] Values(string name)
        {
            var parameter = _model.Parameters.Parameters.Single(p => p.Name == name);
            var values = new float[parameter.Shape.Count];
            _device.Download<float>(parameter.Data, values);
            return [.. values.Select(v => (double)v)];
        }
        return new FewShotHead { Linear = new LinearScores(Values("fc.weight"), Values("fc.bias")) };
    }
}
