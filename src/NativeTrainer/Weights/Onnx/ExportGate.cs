using System.Globalization;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// Compares a written file with the weights it was made from: every logit within 1e-4 of the largest, every probability within 1e-4, and the same likeliest class wherever two classes are
/// not closer than that. The file is read back and run by <see cref="GraphEvaluator"/>, which shares no arithmetic with the engine, and by ONNX Runtime where there is one.
/// </summary>
internal sealed class ExportGate
{
    /// <summary>Of logits as a share of the largest, and of probabilities.</summary>
    public const double Bound = 1e-4;

    private const int Batch = 8;

    /// <summary>The plain evaluator takes about a second for a ResNet-50.</summary>
    private const int PlainImages = 8;

    private readonly OnnxExportOptions _options;
    private readonly ModelWeights _weights;
    private readonly ExportPictures _pictures;
    private readonly double _temperature;

    public ExportGate(OnnxExportOptions options, ModelWeights weights, ExportPictures pictures)
    {
        (_options, _weights, _pictures, _temperature) = (options, weights, pictures, TemperatureScaling.Of(weights));
        Logits = OwnLogits();
        MaxLogit = Logits.Max(Math.Abs);
    }

    /// <summary>Of the engine, (images, classes).</summary>
    public float[] Logits { get; }

    public double MaxLogit { get; }

    /// <param name="file">As it lies on the disk.</param>
    /// <exception cref="UserException">It differs by more than the bound.</exception>
    public IReadOnlyList<ExportCheck> Run(string file, OnnxRuntimeLibrary? runtime, CancellationToken stop)
    {
        var checks = new List<ExportCheck> { Plain(file, stop) };
        if (runtime is not null) checks.Add(Through(runtime, file, stop));
        return checks;
    }

    private int Classes => _weights.Spec.Head.Classes;

    private float[] OwnLogits()
    {
        using var device = Device.Open("cpu", _options.Threads);
        using var model = ModelTransfer.Load(_options.Weights, _weights, device, PrecisionChoice.Fp32);
        using var session = new InferenceSession(model, _weights.Spec.Preprocessing.Size, Math.Min(Batch, _pictures.Count), InferenceOutput.Logits);
        using var arena = device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        var logits = new float[_pictures.Count * Classes];
        foreach (var (first, count) in Batches(_pictures.Count, session.Batch)) session.RunBatch(Pixels(_pictures, first, count), count, logits.AsSpan(first * Classes));
        if (!logits.All(float.IsFinite)) throw new UserException($"{_options.Weights}: gives logits that are no finite numbers; its weights are damaged or diverged, so there is nothing to export");
        return logits;
    }

    private ExportCheck Plain(string file, CancellationToken stop)
    {
        var graph = OnnxReader.Read(file);
        var pictures = _pictures.Take(PlainImages);
        // Which of all pictures these are.
        int[] places = [.. Enumerable.Range(0, pictures.Count).Select(i => (int)((long)i * _pictures.Count / pictures.Count))];
        float[] logits = new float[pictures.Count * Classes], outputs = new float[logits.Length];
        foreach (var (first, count) in Batches(pictures.Count, 1))
        {
            stop.ThrowIfCancellationRequested();
            var evaluator = new GraphEvaluator(graph)
            {
                Observer = (node, value) =>
                {
                    if (node.Outputs[0] == ResNetOnnxGraph.Logits) value.Floats.CopyTo(logits.AsSpan(first * Classes));
                },
            };
            evaluator.Run(Form.Make(Pixels(pictures, first, count), count, _weights.Spec.Preprocessing.Size, 3, _weights.Spec.Preprocessing), graph.Outputs[0].Name).Floats.CopyTo(outputs.AsSpan(first * Classes));
        }
        return Compare("the file's own nodes", places, logits, _options.Softmax ? outputs : null);
    }

    private ExportCheck Through(OnnxRuntimeLibrary runtime, string file, CancellationToken stop)
    {
        var preprocessing = _weights.Spec.Preprocessing;
        using var session = new OnnxRuntimeSession(runtime, File.ReadAllBytes(file), _options.Threads);
        var outputs = new float[_pictures.Count * Classes];
        string output = _options.Softmax ? ResNetOnnxGraph.Probabilities : ResNetOnnxGraph.Logits;
        foreach (var (first, count) in Batches(_pictures.Count, Batch))
        {
            stop.ThrowIfCancellationRequested();
            var pixels = Pixels(_pictures, first, count);
            float[] results;
            if (_options.Preprocessing == ExportPreprocessing.Inside) results = session.Run(ResNetOnnxGraph.Images, pixels.ToArray(), [count, preprocessing.Size, preprocessing.Size, 3], output, count * Classes);
            else
            {
                var input = Form.Make(pixels, count, preprocessing.Size, 3, preprocessing);
                results = session.Run(ResNetOnnxGraph.Images, input.Floats!, [.. input.Shape.Select(d => (long)d)], output, count * Classes);
            }
            results.CopyTo(outputs.AsSpan(first * Classes));
        }
        return Compare($"ONNX Runtime {runtime.Version}", [.. Enumerable.Range(0, _pictures.Count)], _options.Softmax ? null : outputs, _options.Softmax ? outputs : null);
    }

    private GraphInput Form => _options.Preprocessing == ExportPreprocessing.Inside ? new GraphInput(ChannelsLast: true, InputValues.Bytes) : new GraphInput(ChannelsLast: false, InputValues.Normalised);

    private ExportCheck Compare(string by, int[] places, float[]? logits, float[]? probabilities)
    {
        double logitDifference = 0, probabilityDifference = 0;
        int otherClass = 0;
        for (int i = 0; i < places.Length; i++)
        {
            var expected = Logits.AsSpan(places[i] * Classes, Classes);
            if (logits is not null) logitDifference = Math.Max(logitDifference, Largest(expected, logits.AsSpan(i * Classes, Classes)));
            float[] wanted = TemperatureScaling.Probabilities(expected, _temperature);
            float[] given = probabilities is not null ? probabilities[(i * Classes)..((i + 1) * Classes)] : TemperatureScaling.Probabilities(logits.AsSpan(i * Classes, Classes), _temperature);
            probabilityDifference = Math.Max(probabilityDifference, Largest(wanted, given));
            int best = wanted.IndexOf(wanted.Max()), other = given.IndexOf(given.Max());
            if (best != other && (other < 0 || wanted[best] - wanted[other] > Bound)) otherClass++;
        }
        var check = new ExportCheck(by, places.Length, logits is null ? null : logitDifference, probabilityDifference, otherClass);
        if (!(logitDifference <= Bound * MaxLogit) || !(probabilityDifference <= Bound) || otherClass > 0)
        {
            string apart = logits is null ? "" : string.Create(CultureInfo.InvariantCulture, $"logits by {logitDifference:g3} of {MaxLogit:g3}, ");
            throw new UserException(string.Create(CultureInfo.InvariantCulture,
                $"{_options.Output}: differs from the weights when run by {by}: {apart}probabilities by {probabilityDifference:g3}, another class on {otherClass} of {places.Length} pictures; nothing was written. Please report these weights"));
        }
        return check;
    }

    /// <summary>A NaN is no small difference.</summary>
    private static double Largest(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double largest = 0;
        for (int i = 0; i < a.Length; i++) largest = float.IsNaN(a[i] - b[i]) ? double.PositiveInfinity : Math.Max(largest, Math.Abs((double)a[i] - b[i]));
        return largest;
    }

    private static IEnumerable<(int First, int Count)> Batches(int count, int size)
    {
        for (int first = 0; first < count; first += size) yield return (first, Math.Min(size, count - first));
    }

    private static ReadOnlySpan<byte> Pixels(ExportPictures pictures, int first, int count)
    {
        int bytes = pictures.Pixels.Length / pictures.Count;
        return pictures.Pixels.AsSpan(first * bytes, count * bytes);
    }
}
