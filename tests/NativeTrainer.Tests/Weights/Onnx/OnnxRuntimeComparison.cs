using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NativeTrainer.Evaluation;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;
using OnnxSession = Microsoft.ML.OnnxRuntime.InferenceSession;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>The same pixels through a converted model and through ONNX Runtime on the file it came from.</summary>
internal sealed class OnnxRuntimeComparison : IDisposable
{
    /// <summary>The bound that a conversion is held to, as a share of the largest logit.</summary>
    public const double Tolerance = 1e-4;

    private readonly OnnxSession _reference;
    private readonly Device _device = Device.Open("cpu", 2);
    private readonly ResNet _model;
    private readonly NativeTrainer.Evaluation.InferenceSession _session;
    private readonly Arena _arena;
    private readonly ResNetSpec _spec;

    /// <param name="batch">Where the file leaves it open.</param>
    public OnnxRuntimeComparison(string onnx, ModelWeights weights, int batch)
    {
        using var quiet = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        _reference = new OnnxSession(onnx, quiet);
        int fixedBatch = _reference.InputMetadata.First().Value.Dimensions[0];
        Batch = fixedBatch > 0 ? fixedBatch : batch;
        _spec = weights.Spec;
        _model = ModelTransfer.Load(onnx, weights, _device);
        _session = new NativeTrainer.Evaluation.InferenceSession(_model, _spec.Preprocessing.Size, Batch, InferenceOutput.Logits);
        _arena = _device.Allocate(_session.ArenaBytes);
        _session.Bind(_arena);
    }

    public int Batch { get; }

    public double Difference { get; private set; }

    public double Largest { get; private set; }

    /// <param name="pixels">(<see cref="Batch"/>, H, W, C).</param>
    /// <param name="count">How many of the images count.</param>
    public void Add(byte[] pixels, int count)
    {
        int size = _spec.Preprocessing.Size, channels = _spec.InputChannels;
        var actual = new float[Batch * _session.Width];
        _session.RunBatch(pixels, count, actual);
        var input = new GraphInput(ChannelsLast: false, InputValues.Normalised).Make(pixels, Batch, size, channels, _spec.Preprocessing);
        using var results = _reference.Run([NamedOnnxValue.CreateFromTensor(_reference.InputMetadata.First().Key, new DenseTensor<float>(input.Floats, [Batch, channels, size, size]))]);
        float[] expected = [.. results[0].AsEnumerable<float>()];
        for (int i = 0; i < count * _session.Width; i++)
        {
            Difference = Math.Max(Difference, Math.Abs((double)actual[i] - expected[i]));
            Largest = Math.Max(Largest, Math.Abs(expected[i]));
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _arena.Dispose();
        _model.Dispose();
        _device.Dispose();
        _reference.Dispose();
    }
}
