using System.Text.Json;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>Conversions of drawn networks.</summary>
internal static class OnnxConversion
{
    private const int Pictures = 4;

    /// <summary>Into the file's folder; the result is loaded from there.</summary>
    public static ConvertResult Convert(string onnx, string? calibrate = null, int size = 0)
    {
        var options = new ConvertOptions
        {
            Input = onnx,
            Output = Path.ChangeExtension(onnx, ".safetensors"),
            Calibrate = calibrate,
            CropRatio = 1,
            Size = size,
            Threads = 2,
        };
        var result = OnnxConverter.Convert(options, _ => { });
        return result with { Weights = ModelFile.Load(options.Output) };
    }

    /// <summary>A network drawn in a dialect converts to the spec that was drawn, and to ONNX Runtime's logits.</summary>
    /// <param name="reference">What ONNX Runtime evaluates; null takes the same file.</param>
    /// <param name="edit">Changes the graph before it is saved.</param>
    public static ConvertResult Agrees(ResNetSpec drawn, OnnxDialect dialect, OnnxDialect? reference = null, string? calibrate = null, Action<OnnxGraph>? edit = null)
    {
        using var folder = new TemporaryFolder();
        string file = OnnxNetworks.Save(folder, drawn, dialect, edit: edit), yardstick = reference is null ? file : OnnxNetworks.Save(folder, drawn, reference, "reference");
        var result = Convert(file, calibrate, drawn.Preprocessing.Size);
        var norm = dialect.Norm is NormForm.Folded or NormForm.FoldedInStem && calibrate is null ? NormKind.FoldedBias : NormKind.BatchNorm;
        Assert.Equal(Text(drawn with { Name = result.Weights.Spec.Name, Norm = norm }), Text(result.Weights.Spec));
        using var comparison = new OnnxRuntimeComparison(yardstick, result.Weights, Pictures);
        var random = new Random(7);
        for (int done = 0; done < Pictures; done += comparison.Batch)
        {
            var pixels = new byte[comparison.Batch * drawn.Preprocessing.Size * drawn.Preprocessing.Size * drawn.InputChannels];
            random.NextBytes(pixels);
            comparison.Add(pixels, comparison.Batch);
        }
        Assert.InRange(comparison.Difference, 0, OnnxRuntimeComparison.Tolerance * comparison.Largest);
        return result;
    }

    /// <summary>The message of a refusal, which is one line, names the file and leaves nothing behind.</summary>
    public static string Refusal(TemporaryFolder folder, string onnx)
    {
        string[] before = Directory.GetFiles(folder.Path);
        string message = Assert.Throws<UserException>(() => Convert(onnx)).Message;
        Assert.StartsWith(folder.Path, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Equal(before, Directory.GetFiles(folder.Path));
        return message;
    }

    private static string Text(ResNetSpec spec) => JsonSerializer.Serialize(spec);
}
