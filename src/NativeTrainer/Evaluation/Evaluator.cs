using System.Diagnostics;
using System.Globalization;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Evaluation;

/// <summary>What to evaluate or predict with.</summary>
public record InferenceOptions
{
    /// <summary>A safetensors model file, or ONNX.</summary>
    public required string Weights { get; init; }

    /// <summary>Side of the input in pixels; 0 takes the weights'.</summary>
    public int Size { get; init; }

    /// <summary>Images per forward pass.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Kernel and decoding threads; 0 takes all processors.</summary>
    public int Threads { get; init; }

    public string Device { get; init; } = "auto";

    public PrecisionChoice Precision { get; init; }

    /// <summary>Views of each image whose probabilities are averaged.</summary>
    public TestTimeAugmentation Augmentation { get; init; }
}

/// <summary>Views of an image that are predicted.</summary>
public enum TestTimeAugmentation
{
    /// <summary>The centre crop alone.</summary>
    None,

    /// <summary>The centre crop and its mirror image, as in He et al. 2016: twice the time.</summary>
    Flip,
}

/// <summary>A labelled set to evaluate on.</summary>
public sealed record EvaluateOptions : InferenceOptions
{
    /// <summary>A split's folder of class folders, a CSV, a data root, or a file or folder of an annotation tool.</summary>
    public required string Data { get; init; }

    /// <summary>Which part of a data root: train, val or test; null takes val, else test.</summary>
    public SplitName? Split { get; init; }

    /// <summary>As <see cref="DatasetOptions.CropBoxes"/>.</summary>
    public double? CropBoxes { get; init; }

    /// <summary>Only the first so many images, spread evenly over the set; 0 takes all.</summary>
    public int Limit { get; init; }

    /// <summary>Fits a temperature to these images, which should be neither trained nor tested on, keeps it with the weights and applies it.</summary>
    public bool FitTemperature { get; init; }
}

/// <summary>Images to classify.</summary>
public sealed record PredictOptions : InferenceOptions
{
    /// <summary>Image files.</summary>
    public required IReadOnlyList<string> Files { get; init; }
}

public sealed record EvaluationResult(ClassificationMetrics Metrics, IReadOnlyList<string> Classes, IReadOnlyList<PredictedImage> Images, IReadOnlyList<string> Unusable,
    double ImagesPerSecond)
{
    /// <summary>What the logits were divided by: of the weights, or fitted to these images; 1 where there is none.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>What was said of images with several labels; null of one.</summary>
    public LabelPredictions? Labels { get; init; }

    /// <summary>Where one was fitted.</summary>
    public TemperatureScaling? Fitted { get; init; }
}

/// <summary>Classes, an image each in the order given, and the files that gave no picture.</summary>
public sealed record PredictionResult(IReadOnlyList<string> Classes, IReadOnlyList<PredictedImage> Images, IReadOnlyList<string> Unusable)
{
    /// <summary>What each label's probability has to reach, of weights with several labels; null of one.</summary>
    public IReadOnlyList<float>? Thresholds { get; init; }
}

/// <summary>Runs a model on images: centre crops, running statistics.</summary>
public static class Evaluator
{
    /// <exception cref="UserException">Weights or data cannot be used.</exception>
    public static EvaluationResult Evaluate(EvaluateOptions options, CancellationToken stop = default)
    {
        if (options.FitTemperature && ModelFile.IsOnnx(options.Weights)) throw new UserException($"{options.Weights}: a temperature is kept with safetensors; fit it to those, then export them");
        if (options.FitTemperature && options.Augmentation != TestTimeAugmentation.None) throw new UserException("--fit-temperature fits the network's own probabilities; leave --tta out");
        var weights = ColourInput.Of(options.Weights, ModelFile.Load(options.Weights));
        var split = DatasetIndex.OpenSplit(options.Data, options.Split, weights.Labels, options.CropBoxes);
        bool several = weights.Spec.Head.MultiLabel;
        if (!several && split.Samples[0].Labels is not null) throw new UserException($"{options.Data}: has none or several labels an image, {options.Weights} one; train on this data first");
        if (several && options.FitTemperature) throw new UserException($"{options.Weights}: a temperature is fitted to one label an image; these weights have several");
        if (split.Classes.Count > weights.Spec.Head.Classes)
            throw new UserException($"{options.Data}: has {split.Classes.Count} classes, {options.Weights} knows {weights.Spec.Head.Classes}; train on this data first");
        var samples = options.Limit > 0 && options.Limit < split.Samples.Count
            ? [.. Enumerable.Range(0, options.Limit).Select(i => split.Samples[(int)((long)i * split.Samples.Count / options.Limit)])]
            : split.Samples;
        var names = Names(weights, split.Classes);
        var watch = Stopwatch.StartNew();
        double temperature = several ? 1 : TemperatureScaling.Of(weights);
        var (images, unusable) = Run(options, weights, samples, options.FitTemperature ? null : temperature, stop);
        double seconds = watch.Elapsed.TotalSeconds;
        TemperatureScaling? fitted = null;
        if (options.FitTemperature)
        {
            fitted = Fit(options, images, names.Count);
            temperature = fitted.Temperature;
            images = [.. images.Select(image => image with { Probabilities = TemperatureScaling.Probabilities(image.Probabilities, temperature) })];
        }
        if (several)
        {
            var said = LabelPredictions.Of(images, names, LabelThresholds.Of(weights));
            return new EvaluationResult(LabelSummary.Metrics(said), names, images, unusable, images.Count / seconds) { Labels = said };
        }
        var probabilities = images.SelectMany(i => i.Probabilities).ToArray();
        var metrics = ClassificationMetrics.Compute(probabilities, [.. images.Select(i => i.Label)], names);
        return new EvaluationResult(metrics, names, images, unusable, images.Count / seconds) { Temperature = temperature, Fitted = fitted };
    }

    /// <exception cref="UserException">The weights cannot be used, or no file gives a picture.</exception>
    public static PredictionResult Predict(PredictOptions options, CancellationToken stop = default)
    {
        var weights = ColourInput.Of(options.Weights, ModelFile.Load(options.Weights));
        var (images, unusable) = Run(options, weights, [.. options.Files.Select(f => new Sample(f, -1))], weights.Spec.Head.MultiLabel ? 1 : TemperatureScaling.Of(weights), stop);
        return new PredictionResult(Names(weights, null), images, unusable) { Thresholds = weights.Spec.Head.MultiLabel ? LabelThresholds.Of(weights) : null };
    }

    private static TemperatureScaling Fit(EvaluateOptions options, IReadOnlyList<PredictedImage> logits, int classes)
    {
        var fitted = TemperatureScaling.Fit([.. logits.SelectMany(image => image.Probabilities)], [.. logits.Select(image => image.Label)], classes);
        if (fitted.AtBound)
        {
            string why = fitted.Temperature < 1 ? $"all {logits.Count} images may be right" : "the network tells the classes apart no better than chance";
            throw new UserException(string.Create(CultureInfo.InvariantCulture,
                $"{options.Data}: no temperature fits: the log loss still falls at {fitted.Temperature:0.##}, so {why}. Nothing was kept; take more images of the kind the network was trained for"));
        }
        fitted.Store(options.Weights);
        return fitted;
    }

    private static IReadOnlyList<string> Names(ModelWeights weights, IReadOnlyList<string>? data)
        => weights.Labels ?? [.. Enumerable.Range(0, weights.Spec.Head.Classes).Select(c => data is not null && c < data.Count ? data[c] : $"class {c}")];

    /// <param name="temperature">Of the probabilities; null gives logits in their place.</param>
    private static (IReadOnlyList<PredictedImage> Images, IReadOnlyList<string> Unusable) Run(InferenceOptions options, ModelWeights weights, IReadOnlyList<Sample> samples,
        double? temperature, CancellationToken stop)
    {
        var preprocessing = weights.Spec.Preprocessing;
        int size = options.Size > 0 ? options.Size : preprocessing.Size, batch = Math.Min(options.Batch, samples.Count);
        using var device = Open(options);
        using var model = ModelTransfer.Load(options.Weights, weights, device, options.Precision);
        if (size < model.Reduction) throw new UserException($"--size {size} is too small: the model shrinks its input {model.Reduction} times; give at least {model.Reduction}");
        using var source = BatchSource.Eval(samples, size, preprocessing.CropRatio, new BatchOptions
        {
            BatchSize = batch,
            Threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            Filter = preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear,
        });
        source.Prepare(null, stop);
        if (source.Samples.Count == 0) throw new UserException($"no picture could be read: {source.Problems[0].Path}: {source.Problems[0].Reason}");
        using var session = new InferenceSession(model, size, batch, temperature == 1 ? InferenceOutput.Probabilities : InferenceOutput.Logits);
        using var arena = device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        int classes = session.Width;
        var probabilities = View(mirrored: false);
        if (options.Augmentation == TestTimeAugmentation.Flip)
        {
            float[] mirrored = View(mirrored: true);
            for (int i = 0; i < probabilities.Length; i++) probabilities[i] = (probabilities[i] + mirrored[i]) / 2;
        }

        float[] View(bool mirrored)
        {
            float[] values = session.Run(source, stop, mirrored);
            if (temperature is { } divisor and not 1) TemperatureScaling.Apply(values, classes, divisor);
            return values;
        }

        return ([.. source.Samples.Select((s, i) => PredictedImage.Of(s, probabilities.AsSpan(i * classes, classes)))],
            [.. source.Problems.Select(p => $"{p.Path}: {p.Reason}")]);
    }

    private static Device Open(InferenceOptions options)
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
}
