using NativeTrainer.Imaging;
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
        Assert.InRange(difference, 0, OnnxRuntimeComparison.Tolerance * largest);
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

    private static (double Difference, double Largest) Compare(string onnx, ModelWeights weights, string folder)
    {
        using var comparison = new OnnxRuntimeComparison(onnx, weights, batch: 10);
        var files = ImageFiles.Below(folder);
        Sample[] samples = [.. Enumerable.Range(0, Photos).Select(i => new Sample(files[i * files.Count / Photos], -1))];
        using var source = BatchSource.Eval(samples, weights.Spec.Preprocessing.Size, weights.Spec.Preprocessing.CropRatio, new BatchOptions { BatchSize = comparison.Batch });
        source.Prepare();
        Assert.Equal(Photos, source.Samples.Count);
        foreach (var images in source.Epoch([.. Enumerable.Range(0, Photos)])) comparison.Add(images.Pixels, images.Count);
        return (comparison.Difference, comparison.Largest);
    }
}
