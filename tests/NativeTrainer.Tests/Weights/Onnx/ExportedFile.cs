using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NativeTrainer.Evaluation;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;
using OnnxSession = Microsoft.ML.OnnxRuntime.InferenceSession;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>An exported file in ONNX Runtime's own package, with pictures prepared by a few plain lines.</summary>
internal sealed class ExportedFile(string path, ExportPreprocessing preprocessing) : IDisposable
{
    private readonly OnnxSession _session = new(path);

    /// <summary>All outputs of some pictures, row by row.</summary>
    public float[] Run(CheckImages pictures, int first, int count, Preprocessing normalisation)
    {
        int size = pictures.Size, bytes = size * size * 3;
        byte[] pixels = pictures.Pixels[(first * bytes)..((first + count) * bytes)];
        var input = preprocessing == ExportPreprocessing.Inside ? NamedOnnxValue.CreateFromTensor("images", new DenseTensor<byte>(pixels, [count, size, size, 3]))
            : NamedOnnxValue.CreateFromTensor("images", Normalised(pixels, count, size, normalisation));
        using var results = _session.Run([input]);
        return [.. results.Single().AsEnumerable<float>()];
    }

    /// <summary>Logits of the engine.</summary>
    public static float[] Own(ModelWeights weights, CheckImages pictures)
    {
        weights = ColourInput.Of("weights", weights);
        using var device = Device.Open("cpu", 2);
        using var model = ModelTransfer.Load("weights", weights, device);
        using var session = new NativeTrainer.Evaluation.InferenceSession(model, pictures.Size, pictures.Count, InferenceOutput.Logits);
        using var arena = device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        var logits = new float[pictures.Count * weights.Spec.Head.Classes];
        session.RunBatch(pictures.Pixels, pictures.Count, logits);
        return logits;
    }

    public void Dispose() => _session.Dispose();

    private static DenseTensor<float> Normalised(byte[] pixels, int count, int size, Preprocessing normalisation)
    {
        var tensor = new DenseTensor<float>([count, 3, size, size]);
        for (int i = 0; i < pixels.Length; i++)
        {
            int c = i % 3, w = i / 3 % size, h = i / 3 / size % size, n = i / 3 / size / size;
            tensor[n, c, h, w] = (pixels[i] / 255f - normalisation.Mean[c]) / normalisation.Std[c];
        }
        return tensor;
    }
}
