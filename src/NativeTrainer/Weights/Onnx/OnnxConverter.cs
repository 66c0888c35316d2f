using System.Globalization;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>What to convert, and what the graph does not say.</summary>
public sealed record ConvertOptions
{
    /// <summary>An ONNX file, opset 7 or later.</summary>
    public required string Input { get; init; }

    /// <summary>The safetensors file to write.</summary>
    public required string Output { get; init; }

    /// <summary>A folder of training images, to recover a batch norm that was folded into the convolutions; null keeps it folded.</summary>
    public string? Calibrate { get; init; }

    /// <summary>Per-channel mean of the input scaled to 0…1; null takes ImageNet's.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>Per-channel standard deviation of the input scaled to 0…1; null takes ImageNet's.</summary>
    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>Side of the input in pixels; 0 takes the graph's, or 224 where it leaves that open.</summary>
    public int Size { get; init; }

    /// <summary>Size divided by the length that the short side is resized to; null takes 0.875, or 1 below 64 pixels.</summary>
    public float? CropRatio { get; init; }

    /// <summary><c>bilinear</c> or <c>bicubic</c>; null takes bilinear.</summary>
    public string? Interpolation { get; init; }

    /// <summary>Class names in the order of the outputs.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>SPDX identifier or sentence.</summary>
    public string? License { get; init; }

    /// <summary>Where the file comes from; null takes its name.</summary>
    public string? Source { get; init; }

    /// <summary>Threads for the check and for calibration; 0 takes all processors.</summary>
    public int Threads { get; init; }

    /// <summary>What was given, and the rest as the file has it.</summary>
    /// <exception cref="UserException">A value does not fit.</exception>
    internal Preprocessing Over(Preprocessing stated)
    {
        var result = stated with
        {
            Size = Size > 0 ? Size : stated.Size,
            CropRatio = CropRatio ?? stated.CropRatio,
            Mean = Mean ?? stated.Mean,
            Std = Std ?? stated.Std,
            Interpolation = Interpolation ?? stated.Interpolation,
        };
        if (result.Mean.Count == 0 || result.Mean.Count != result.Std.Count)
            throw new UserException($"--mean has {result.Mean.Count} values, --std {result.Std.Count}; give one of each per channel");
        if (Std?.Any(s => s <= 0) == true) throw new UserException($"--std {string.Join(",", Std)}: standard deviations are above 0");
        if (result.Interpolation is not ("bilinear" or "bicubic")) throw new UserException($"--interpolation {result.Interpolation} is not known; give bilinear or bicubic");
        return result;
    }
}

/// <param name="Weights">What was written.</param>
/// <param name="MaxLogitDifference">Largest difference between the file's own nodes and the converted model, over the check's images.</param>
/// <param name="MaxLogit">Largest absolute logit of the same images.</param>
/// <param name="Notes">What a person should know.</param>
public sealed record ConvertResult(string Output, ModelWeights Weights, double MaxLogitDifference, double MaxLogit, IReadOnlyList<string> Notes);

/// <summary>ONNX to safetensors: the architecture is read from the graph, and the result is compared with the graph before it is kept.</summary>
public static class OnnxConverter
{
    /// <summary>Metadata key that says where the batch norm comes from.</summary>
    public const string NormKey = "nativetrainer.norm";

    private const int OldestOpset = 7;
    private const int OpenSize = 224;
    private const int OpenBatch = 2;
    private const int MaxPixels = 1 << 25; // 512 pictures of 256 × 256
    private const double Tolerance = 1e-4;

    /// <param name="note">Hears what a person should know, as it happens.</param>
    /// <exception cref="UserException">The file cannot be read, is no ResNet (with the node and the reason), or the result differs from it.</exception>
    public static ConvertResult Convert(ConvertOptions options, Action<string> note, CancellationToken stop = default)
    {
        var result = Read(options, OnnxReader.Read(options.Input), OpenBatch, note, stop);
        ModelFile.Save(options.Output, result.Weights);
        return result;
    }

    /// <summary>The model of an ONNX file as <see cref="Convert"/> would write it, in memory.</summary>
    /// <exception cref="UserException">As <see cref="Convert"/>.</exception>
    internal static ModelWeights Load(string path)
    {
        var graph = OnnxReader.Read(path);
        var weights = Read(new ConvertOptions { Input = path, Output = path }, graph, 1, _ => { }, default).Weights;
        if (OnnxMetadata.Read(graph).Preprocessing is not null) return weights;
        string assumed = $"an input of {weights.Spec.Preprocessing.Size} pixels with mean {Text(weights.Spec.Preprocessing.Mean)} and std {Text(weights.Spec.Preprocessing.Std)} is assumed";
        return weights with { Notes = new Dictionary<string, string>(weights.Notes) { [StateDict.AssumedKey] = assumed } };
    }

    private static string Text(IReadOnlyList<float> values) => string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));

    /// <param name="openBatch">Images of the check where the file leaves it open.</param>
    private static ConvertResult Read(ConvertOptions options, OnnxGraph graph, int openBatch, Action<string> note, CancellationToken stop)
    {
        var notes = new List<string>();
        void Say(string text)
        {
            notes.Add(text);
            note(text);
        }
        try
        {
            var metadata = OnnxMetadata.Read(graph);
            var (preprocessing, batch, channels) = Preprocess(options, graph, metadata, openBatch);
            var images = CheckImages.Make(channels, preprocessing, batch);
            var flow = Flow(options, graph, images.For(GraphInput.Of(graph), preprocessing));
            var network = ResNetRecognizer.Recognize(flow);
            foreach (string text in network.Notes) Say(text);
            preprocessing = Normalised(options, network.Input, preprocessing);
            if (network.Input.Mean is not null) Say($"the file normalises pictures of 0 to {(network.Input.Form.Values == InputValues.Bytes ? 255 : 1)} by itself; mean {Text(preprocessing.Mean)} and std {Text(preprocessing.Std)} go with the weights");
            var weights = Build(options, graph, flow, network, metadata, preprocessing, Say, stop);
            if (network.Spec.InputChannels == 1) Say("the network is of gray pictures; its stem now reads the luma of red, green and blue, which gives the same numbers");
            weights = ColourInput.Of(options.Input, weights);
            var (difference, largest) = Compare(options, graph, network, weights, images);
            if (!(difference <= Tolerance * largest))
                throw new UserException($"{options.Input}: the converted model's logits differ from the file's by {difference:g3} (largest logit {largest:g3}); nothing was written. Please report this file.");
            return new ConvertResult(options.Output, weights, difference, largest, notes);
        }
        catch (OnnxRefusal refusal)
        {
            throw new UserException($"{options.Input}: no ResNet that can be converted: {refusal.Message}", refusal);
        }
        catch (OverflowException error)
        {
            throw new UserException($"{options.Input}: no ResNet that can be converted: it computes with sizes that no network has", error);
        }
    }

    // Shapes alone are wanted here: the engine's convolutions give them sooner.
    private static DataFlow Flow(ConvertOptions options, OnnxGraph graph, OnnxTensor probe)
    {
        using var convolution = new DeviceConvolution(options.Threads);
        return new DataFlow(graph, probe, convolution.Run);
    }

    /// <summary>With the mean and deviation that the graph itself normalises by.</summary>
    private static Preprocessing Normalised(ConvertOptions options, RecognizedInput input, Preprocessing preprocessing)
    {
        if (input.Mean is null || input.Std is null) return preprocessing;
        if (options.Mean is not null || options.Std is not null) throw new UserException($"{options.Input}: normalises its input by itself; leave --mean and --std out");
        bool Same(IReadOnlyList<float> stated, float[] read) => stated.Count == read.Length && stated.Zip(read, (a, b) => Math.Abs(a - b)).All(apart => apart < 1e-5f);
        // What the file states is what its constants were rounded from.
        return Same(preprocessing.Mean, input.Mean) && Same(preprocessing.Std, input.Std) ? preprocessing : preprocessing with { Mean = input.Mean, Std = input.Std };
    }

    private static (Preprocessing Preprocessing, int Batch, int Channels) Preprocess(ConvertOptions options, OnnxGraph graph, OnnxMetadata metadata, int openBatch)
    {
        if (graph.Opset == 0) throw new UserException($"{options.Input}: does not name its opset; the file is cut off or damaged, so download or export it again");
        if (graph.Opset < OldestOpset) throw new UserException($"{options.Input}: is of opset {graph.Opset}; opset {OldestOpset} or later is needed, so export it again");
        if (graph.Inputs.Count != 1 || graph.Outputs.Count != 1)
            throw new UserException($"{options.Input}: has {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs; a classifier has one of each");
        int[] dims = graph.Inputs[0].Dims ?? [-1, -1, -1, -1];
        string shape = string.Join(" × ", dims.Select(d => d < 0 ? "?" : $"{d}"));
        if (dims.Length != 4) throw new UserException($"{options.Input}: its input '{graph.Inputs[0].Name}' is {shape}; images (N, C, H, W) are needed");
        var input = GraphInput.Of(graph);
        if (input.ChannelsLast) dims = [dims[0], dims[3], dims[1], dims[2]];
        if (dims[1] > 4) throw new UserException($"{options.Input}: its input is {shape}, as if channels came last; export it with channels first (N, C, H, W)");
        if (dims[2] > 0 && dims[3] > 0 && dims[2] != dims[3]) throw new UserException($"{options.Input}: its input is {shape}; square images (N, C, H, W) are needed");
        int fixedSize = Math.Max(dims[2], dims[3]), size = options.Size > 0 ? options.Size : fixedSize > 0 ? fixedSize : OpenSize;
        var usual = metadata.Preprocessing ?? Preprocessing.ImageNet(dims[1]) with { CropRatio = size < 64 ? 1f : 0.875f };
        var preprocessing = options.Over(usual with { Size = size });
        int batch = dims[0] > 0 ? dims[0] : openBatch;
        if ((long)size * size > MaxPixels / batch) throw new UserException($"{options.Input}: its input is {shape}; {batch} pictures of {size} pixels are too large to check the conversion with");
        return (preprocessing, batch, dims[1] > 0 ? dims[1] : 3);
    }

    private static ModelWeights Build(ConvertOptions options, OnnxGraph graph, DataFlow flow, RecognizedResNet network, OnnxMetadata metadata, Preprocessing preprocessing,
        Action<string> note, CancellationToken stop)
    {
        int channels = network.Spec.InputChannels;
        if (channels is not (1 or 3)) throw new OnnxRefusal(network.Convolutions[0].Node, $"reads pictures of {channels} channels; red, green and blue, or gray, are known");
        if (preprocessing.Mean.Count != channels || preprocessing.Std.Count != channels)
            throw new UserException($"{options.Input}: the network takes {channels} channels, but there are {preprocessing.Mean.Count} means and {preprocessing.Std.Count} deviations; give {channels} with --mean and --std");
        if (options.Labels is { } labels && labels.Count != network.Spec.Head.Classes)
            throw new UserException($"--labels names {labels.Count} classes, {options.Input} has {network.Spec.Head.Classes}");
        var builder = new ConvertedTensors(flow, network);
        int folded = network.Convolutions.Count(c => c.Norm is null);
        string norm;
        if (folded == 0) norm = "as in the file";
        else if (options.Calibrate is null)
        {
            norm = "folded in the file, kept as convolution and bias";
            builder.KeepFolded();
            note($"{folded} of {network.Convolutions.Count} convolutions have their batch norm folded; they are kept as convolution and bias. --calibrate DIR (a folder of training images) recovers it");
        }
        else
        {
            var calibration = Calibration.Measure(options, graph, network, preprocessing, note, stop);
            norm = $"folded in the file, recovered by calibration on {calibration.Images} images";
            builder.Recover(calibration);
            note($"batch norm recovered from {calibration.Images} images of {options.Calibrate}");
        }
        var spec = network.Spec with { Preprocessing = preprocessing, Norm = folded > 0 && options.Calibrate is null ? NormKind.FoldedBias : NormKind.BatchNorm };
        var kept = new Dictionary<string, string>(metadata.Notes) { [NormKey] = norm };
        if (network.Temperature != 1 && !kept.ContainsKey(TemperatureScaling.Key)) kept[TemperatureScaling.Key] = network.Temperature.ToString(CultureInfo.InvariantCulture);
        return new ModelWeights
        {
            Spec = spec,
            Labels = options.Labels ?? (metadata.Labels?.Count == spec.Head.Classes ? metadata.Labels : null),
            License = options.License ?? metadata.License,
            Source = options.Source ?? metadata.Source ?? Path.GetFileName(options.Input),
            Notes = kept,
            Tensors = builder.Build(spec.NormEpsilon),
        };
    }

    private static (double Difference, double Largest) Compare(ConvertOptions options, OnnxGraph graph, RecognizedResNet network, ModelWeights weights, CheckImages images)
    {
        float[] expected = new GraphEvaluator(graph).Run(images.For(network.Input.Form, weights.Spec.Preprocessing), network.Logits).Floats!;
        if (!expected.All(float.IsFinite)) throw new UserException($"{options.Input}: gives logits that are no finite numbers; its weights are damaged, so download or export it again");
        using var device = Device.Open("cpu", options.Threads);
        using var model = ModelTransfer.Load(options.Output, weights, device);
        using var session = new InferenceSession(model, weights.Spec.Preprocessing.Size, images.Count, InferenceOutput.Logits);
        using var arena = device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        var actual = new float[expected.Length];
        session.RunBatch(images.Colour(), images.Count, actual);
        double difference = 0, largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            // A NaN must not pass as no difference.
            difference = double.IsNaN(actual[i] - expected[i]) ? double.PositiveInfinity : Math.Max(difference, Math.Abs((double)actual[i] - expected[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }
        return (difference, largest);
    }
}
