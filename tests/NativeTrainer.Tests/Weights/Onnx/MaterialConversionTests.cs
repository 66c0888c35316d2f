using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>Real files: converted logits against ONNX Runtime on 50 photos, or a refusal that names the node.</summary>
public sealed class MaterialConversionTests
{
    private const int Photos = 50;

    [Theory]
    [InlineData("resnet50-v1-stages1to3-imagenette10.onnx", "imagenette224-small/val", null, BlockKind.Bottleneck, "3,4,6")]
    [InlineData("cifar10-resnet18w16.onnx", "cifar10-small/test", null, BlockKind.Basic, "2,2,2,2")]
    [InlineData("cifar10-resnet18w16.onnx", "cifar10-small/test", "cifar10-small/train", BlockKind.Basic, "2,2,2,2")]
    [InlineData("cifar10-resnet18w16-rknn-fused.onnx", "cifar10-small/test", null, BlockKind.Basic, "2,2,2,2")]
    [InlineData("cifar10-resnet18w16-rknn-fused.onnx", "cifar10-small/test", "cifar10-small/train", BlockKind.Basic, "2,2,2,2")]
    public void LogitsAreThoseOfOnnxRuntime(string file, string photos, string? calibrate, BlockKind block, string depths)
    {
        string path = Material.Path($"weights/{file}"), folder = Material.Path($"datasets/{photos}");
        using var output = new TemporaryFolder();
        var options = new ConvertOptions
        {
            Input = path,
            Output = Path.Combine(output.Path, "model.safetensors"),
            Calibrate = calibrate is null ? null : Material.Path($"datasets/{calibrate}"),
            Mean = file.StartsWith("cifar", StringComparison.Ordinal) ? [0.5f, 0.5f, 0.5f] : null,
            Std = file.StartsWith("cifar", StringComparison.Ordinal) ? [0.5f, 0.5f, 0.5f] : null,
        };
        OnnxConverter.Convert(options, _ => { });
        var weights = ModelFile.Load(options.Output);
        Assert.Equal(block, weights.Spec.Block);
        Assert.Equal(depths, string.Join(',', weights.Spec.Depths));
        var (difference, largest) = Compare(path, weights, folder);
        TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {difference:g3} of {largest:g3}, {weights.Notes[OnnxConverter.NormKey]}");
        Assert.InRange(difference, 0, 1e-4 * largest);
    }

    [Theory]
    [InlineData("vnncomp-resnet_2b.onnx", "Flatten 'Flatten_13'", "averages each map")]
    [InlineData("vnncomp-resnet_4b.onnx", "Flatten 'Flatten_24'", "averages each map")]
    [InlineData("graph-only/light_resnet50.onnx", "Conv", "without trained weights")]
    [InlineData("graph-only/resnet18-torch-dynamo-external-01257066.onnx", ".data", "put that file beside the model")]
    [InlineData("graph-only/resnet18-torch-dynamo-external-MarkZ2012.onnx", ".data", "put that file beside the model")]
    public void OthersAreRefusedWithTheReason(string file, string what, string reason)
    {
        using var output = new TemporaryFolder();
        var options = new ConvertOptions { Input = Material.Path($"weights/{file}"), Output = Path.Combine(output.Path, "model.safetensors") };
        var refusal = Assert.Throws<UserException>(() => OnnxConverter.Convert(options, _ => { }));
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(output.Path));
    }

    /// <summary>The same pixels through both engines, by the batch that the file demands.</summary>
    private static (double Difference, double Largest) Compare(string onnx, ModelWeights weights, string folder)
    {
        using var quiet = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var reference = new Microsoft.ML.OnnxRuntime.InferenceSession(onnx, quiet);
        var (name, metadata) = reference.InputMetadata.First();
        int batch = metadata.Dimensions[0] > 0 ? metadata.Dimensions[0] : 10, size = weights.Spec.Preprocessing.Size;
        using var device = Device.Open("cpu", 2);
        using var model = ModelTransfer.Load(onnx, weights, device);
        var session = new NativeTrainer.Evaluation.InferenceSession(model, size, batch, InferenceOutput.Logits);
        using var arena = device.Allocate(session.ArenaBytes);
        session.Bind(arena);
        var files = ImageFiles.Below(folder);
        Sample[] samples = [.. Enumerable.Range(0, Photos).Select(i => new Sample(files[i * files.Count / Photos], -1))];
        using var source = BatchSource.Eval(samples, size, weights.Spec.Preprocessing.CropRatio, new BatchOptions { BatchSize = batch });
        source.Prepare();
        Assert.Equal(Photos, source.Samples.Count);
        double difference = 0, largest = 0;
        var actual = new float[batch * session.Width];
        foreach (var images in source.Epoch([.. Enumerable.Range(0, Photos)]))
        {
            session.RunBatch(images.Pixels, images.Count, actual);
            var input = CheckImages.Normalised(images.Pixels, batch, size, 3, weights.Spec.Preprocessing);
            using var results = reference.Run([NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(input.Floats, [batch, 3, size, size]))]);
            float[] expected = [.. results[0].AsEnumerable<float>()];
            for (int i = 0; i < images.Count * session.Width; i++)
            {
                difference = Math.Max(difference, Math.Abs((double)actual[i] - expected[i]));
                largest = Math.Max(largest, Math.Abs(expected[i]));
            }
        }
        return (difference, largest);
    }
}
