using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Training;

/// <summary>What stands before the first step of a run, and of whatever tries or measures such steps: data set, device, model, resolved options, stages.</summary>
internal sealed class TrainingSetup : IDisposable
{
    private TrainingSetup(TrainOptions options, DatasetIndex index, Device device, ResNet model, ModelWeights card, Preprocessing? saved, IReadOnlyList<TrainingStage> stages)
        => (Options, Index, Device, Model, Card, Saved, Stages) = (options, index, device, model, card, saved, stages);

    /// <summary>With size, rate, augmentation and what a memory budget changes filled in.</summary>
    public TrainOptions Options { get; private set; }

    public DatasetIndex Index { get; }

    public Device Device { get; }

    public ResNet Model { get; }

    /// <summary>The model as a file: spec, labels, licence.</summary>
    public ModelWeights Card { get; }

    /// <summary>How the weights file says that pictures are prepared, before the options changed it; null from random weights.</summary>
    public Preprocessing? Saved { get; }

    public IReadOnlyList<TrainingStage> Stages { get; private set; }

    /// <param name="options">Checked already.</param>
    /// <param name="open">Opens the device.</param>
    /// <param name="note">Hears what was replaced, initialised or changed.</param>
    /// <param name="limit">Chooses images of the data set; null takes all.</param>
    /// <exception cref="UserException">The options, the data or the weights cannot be used.</exception>
    public static TrainingSetup Open(TrainOptions options, Func<TrainOptions, Device> open, Action<string> note, Func<DatasetIndex, DatasetIndex>? limit = null)
    {
        var index = DatasetIndex.Open(options.Data, new DatasetOptions { ValidationFraction = options.ValidationFraction, Seed = options.Seed, CropBoxes = options.CropBoxes, Fix = options.Fix });
        if (limit is not null) index = limit(index);
        var device = open(options);
        ResNet? model = null;
        try
        {
            if (index.MultiLabel) options = SeveralLabels.Options(options, note);
            else if (options.Metric == SelectionMetric.Map) throw new UserException($"--metric map is of images with several labels; {options.Data} has one a picture: take accuracy, balanced-accuracy, macro-f1 or loss");
            var head = new HeadSpec { Classes = index.Classes.Count, Hidden = options.HeadHidden, Dropout = options.HeadDropout, MultiLabel = index.MultiLabel };
            model = CreateModel(options, head, index.Classes, device, note, out var card, out var saved);
            RequireSize(model, options);
            options = ResolvedOptions.For(options, model.Spec, options.Weights is null);
            var stages = TrainingStage.For(model, options);
            return new TrainingSetup(MemoryBudget.Fit(options, model, stages, note), index, device, model, card, saved, stages);
        }
        catch
        {
            model?.Dispose();
            device.Dispose();
            throw;
        }
    }

    /// <summary>Takes other options of training on the same data and model: strategy, epochs, batch, rates, augmentation.</summary>
    /// <param name="options">Not resolved yet; data, weights, head, device and precision are those of the setup.</param>
    public void Change(TrainOptions options, Action<string> note)
    {
        options = ResolvedOptions.For(options, Model.Spec, options.Weights is null);
        Stages = TrainingStage.For(Model, options);
        Options = MemoryBudget.Fit(options, Model, Stages, note);
    }

    /// <summary>The device that the options name.</summary>
    /// <exception cref="UserException">There is none of that name.</exception>
    public static Device OpenDevice(TrainOptions options)
    {
        try
        {
            return Device.Open(options.Device, options.Threads);
        }
        catch (ArgumentException error)
        {
            throw new UserException($"--device: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        Device.Dispose();
    }

    private static ResNet CreateModel(TrainOptions options, HeadSpec head, IReadOnlyList<string> classes, Device device, Action<string> note, out ModelWeights card, out Preprocessing? saved)
    {
        saved = null;
        if (options.Weights is null)
        {
            var spec = ResNetSpec.Known(options.Model!, head.Classes);
            spec = spec with { Head = head, Preprocessing = spec.Preprocessing with { Size = options.Size > 0 ? options.Size : spec.Preprocessing.Size } };
            card = new ModelWeights { Spec = spec, Labels = classes, Tensors = new Dictionary<string, HostTensor>() };
            var model = new ResNet(spec, device, options.Precision.For(spec, device));
            model.Initialize(options.Seed);
            return model;
        }
        var weights = ModelFile.Load(options.Weights);
        saved = weights.Spec.Preprocessing;
        if (weights.Assumed is string assumed) note($"{options.Weights}: {assumed}; 'convert' writes a file that says otherwise");
        if (weights.Spec.InputChannels == 1) note($"{options.Weights}: is of gray pictures; its stem now reads the luma of RGB, which gives the same numbers");
        weights = ColourInput.Of(options.Weights, weights);
        if (options.Model is not null) weights = weights with { Spec = ModelTransfer.Grow(options.Weights, weights.Spec, options.Model) };
        if (options.Size > 0) weights = weights with { Spec = weights.Spec with { Preprocessing = weights.Spec.Preprocessing with { Size = options.Size } } };
        if (weights.Spec.Norm == NormKind.FoldedBias)
            note($"{options.Weights}: batch norm is folded into the convolutions; 'convert --calibrate DIR' recovers it and trains better");
        card = weights with { Labels = classes };
        return ModelTransfer.LoadForTraining(options.Weights, weights, head, classes, device, options.Seed, note, options.Precision);
    }

    private static void RequireSize(ResNet model, TrainOptions options)
    {
        int size = options.Size > 0 ? options.Size : model.Spec.Preprocessing.Size;
        if (size < model.Reduction) throw new UserException($"--size {size} is too small: the model shrinks its input {model.Reduction} times; give at least {model.Reduction}");
    }
}
