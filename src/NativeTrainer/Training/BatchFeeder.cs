using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Training;

/// <summary>Fills a training step's inputs, batch after batch.</summary>
internal interface IBatchFeeder : IDisposable
{
    /// <summary>Full batches of an epoch; what is left over waits for the next epoch's order.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>Positions the feeder before a batch of an epoch.</summary>
    void Start(int epoch, int firstBatch);

    /// <summary>Writes the next batch into the step's input and targets.</summary>
    void Next(TrainStep step);
}

internal static class BatchFeeder
{
    /// <summary>1 for each label of a sample.</summary>
    /// <param name="targets">(classes), 0.</param>
    public static void Mark(Sample sample, Span<float> targets)
    {
        if (sample.Labels is null) targets[sample.Label] = 1;
        else foreach (int label in sample.Labels) targets[label] = 1;
    }

    /// <summary>The feeder of a stage over the whole training set.</summary>
    /// <param name="options">With a size and an augmentation that are resolved.</param>
    /// <param name="features">Of the training images, where the stage learns on features.</param>
    public static IBatchFeeder For(ResNet model, TrainOptions options, TrainingStage stage, TrainingData data, float[]? features, int batch)
    {
        var sampler = new Sampler([.. data.Train.Samples.Select(s => s.Label)], options.Balance == BalanceKind.Sampler ? SamplingKind.Balanced : SamplingKind.Shuffle, options.Seed);
        return stage.OnFeatures
            ? new FeatureFeeder(model, features!, data.Train.Samples, sampler, batch)
            : new ImageFeeder(model, options, AugmentationOptions.Parse(options.Augment), data.Train, sampler, data.Size, batch);
    }
}

/// <summary>Augmented images.</summary>
internal sealed class ImageFeeder : IBatchFeeder
{
    private readonly ResNet _model;
    private readonly TrainOptions _options;
    private readonly AugmentationOptions _augmentation;
    private readonly BatchSource _source;
    private readonly Sampler _sampler;
    private readonly Augment _augment;
    private readonly MixPairs? _mix;
    private readonly MixPlan _plan;
    private readonly SourceBatch _staging;
    private readonly AugmentationParameters[] _parameters;
    private readonly float[] _targets;
    private readonly int _size, _batch;
    private IEnumerator<Batch>? _batches;
    private int _epoch, _index;

    public ImageFeeder(ResNet model, TrainOptions options, AugmentationOptions augmentation, BatchSource source, Sampler sampler, int size, int batch)
    {
        (_model, _options, _augmentation, _source, _sampler, _size, _batch) = (model, options, augmentation, source, sampler, size, batch);
        var preprocessing = model.Spec.Preprocessing;
        _augment = Augment.Plan(model.Device, batch, size, [.. preprocessing.Mean], [.. preprocessing.Std]);
        _mix = augmentation.Mixes ? MixPairs.Plan(model.Device, batch, size) : null;
        _staging = new SourceBatch(model.Device, batch, source.LargestImagePixels);
        (_parameters, _plan, _targets) = (new AugmentationParameters[batch], new MixPlan(batch), new float[batch * model.Spec.Head.Classes]);
    }

    public int BatchesPerEpoch => _sampler.Count / _batch;

    public void Start(int epoch, int firstBatch)
    {
        _batches?.Dispose();
        (_epoch, _index) = (epoch, firstBatch);
        _batches = _source.Epoch(_sampler.Order(epoch), firstBatch).GetEnumerator();
    }

    public void Next(TrainStep step)
    {
        if (_batches is null || !_batches.MoveNext()) throw new InvalidOperationException("the epoch has no more batches");
        var batch = _batches.Current;
        _staging.Begin();
        for (int i = 0; i < batch.Count; i++)
        {
            var image = batch.Images[i];
            _staging.Set(i, image.Pixels, image.Width, image.Height);
            _parameters[i] = AugmentationSampler.For(_augmentation, _options.Seed, _epoch, batch.SampleIndices[i], image.Width, image.Height, _size);
        }
        _staging.Send();
        _augment.Run(_staging, _parameters, step.Input);
        _plan.Draw(_augmentation, _options.Seed, _epoch, _index, _batch, _size);
        _mix?.Run(step.Input, _plan.Pairs, _plan.Count);
        int classes = _model.Spec.Head.Classes;
        Array.Clear(_targets);
        for (int i = 0; i < batch.Count; i++) BatchFeeder.Mark(_source.Samples[batch.SampleIndices[i]], _targets.AsSpan(i * classes, classes));
        _plan.MixTargets(classes, _targets);
        _model.Device.Upload<float>(_targets, step.Targets);
        _index++;
    }

    public void Dispose()
    {
        _batches?.Dispose();
        _staging.Dispose();
        _augment.Dispose();
    }
}

/// <summary>Features computed once: (images, features), row-major.</summary>
internal sealed class FeatureFeeder(ResNet model, float[] features, IReadOnlyList<Sample> samples, Sampler sampler, int batch) : IBatchFeeder
{
    private readonly float[] _input = new float[batch * model.Spec.Features];
    private readonly float[] _targets = new float[batch * model.Spec.Head.Classes];
    private int[] _order = [];
    private int _next;

    public int BatchesPerEpoch => sampler.Count / batch;

    public void Start(int epoch, int firstBatch) => (_order, _next) = (sampler.Order(epoch), firstBatch * batch);

    public void Next(TrainStep step)
    {
        int width = model.Spec.Features;
        Array.Clear(_targets);
        for (int i = 0; i < batch; i++)
        {
            int image = _order[_next++];
            features.AsSpan(image * width, width).CopyTo(_input.AsSpan(i * width));
            BatchFeeder.Mark(samples[image], _targets.AsSpan(i * model.Spec.Head.Classes, model.Spec.Head.Classes));
        }
        model.Device.Upload<float>(_input, step.Input);
        model.Device.Upload<float>(_targets, step.Targets);
    }

    public void Dispose() { }
}
