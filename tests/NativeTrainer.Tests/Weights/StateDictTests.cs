using System.Text.RegularExpressions;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights;

/// <summary>Safetensors of other programs: the same network under their names.</summary>
public sealed class StateDictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(BlockKind.Basic, "torchvision")]
    [InlineData(BlockKind.Bottleneck, "torchvision")]
    [InlineData(BlockKind.Basic, "module")]
    [InlineData(BlockKind.Basic, "transformers")]
    [InlineData(BlockKind.Bottleneck, "transformers")]
    public void TheArchitectureIsReadFromNamesAndShapes(BlockKind block, string naming)
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec(block));
        Write(weights, name => Renamed(name, naming));
        var read = ModelFile.Load(File);
        var (expected, spec) = (weights.Spec, read.Spec);
        Assert.Equal((expected.Block, expected.StemChannels, expected.StemKernel, expected.StemStride, expected.Pool, expected.InputChannels),
            (spec.Block, spec.StemChannels, spec.StemKernel, spec.StemStride, spec.Pool, spec.InputChannels));
        Assert.Equal(expected.Depths, spec.Depths);
        Assert.Equal(expected.Widths, spec.Widths);
        Assert.Equal(expected.Strides, spec.Strides);
        Assert.Equal(expected.Head.Classes, spec.Head.Classes);
        Assert.Equal(weights.Tensors.Keys.Order(), read.Tensors.Keys.Order());
        Assert.All(weights.Tensors, pair => Assert.Equal(pair.Value.Data, read.Tensors[pair.Key].Data));
        Assert.Contains("assumed", read.Assumed);
        Assert.Equal(block == BlockKind.Bottleneck, read.Assumed!.Contains("v1.5"));
    }

    [Fact]
    public void TorchvisionsModelsAreNamed()
    {
        Write(SmallNetworks.Random(ResNetSpec.Known("resnet18")), name => name);
        Assert.Equal("resnet18", ModelFile.Load(File).Spec.Name);
    }

    [Theory]
    [InlineData("layer1.0.se.fc1.weight", "is no part of a ResNet")]
    [InlineData("conv1.0.weight", "is no part of a ResNet")]
    [InlineData("module.fc.bias", "stands for fc.bias as fc.bias does")]
    public void AStrangeTensorIsNamed(string extra, string reason)
    {
        Write(SmallNetworks.Random(SmallNetworks.Spec()), name => name, SafeTensors.FromFloat32(extra, [1], [0]));
        var error = Assert.Throws<UserException>(() => ModelFile.Load(File));
        Assert.Contains($"'{extra}'", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Theory]
    [InlineData("layer1.0.conv2.weight", new[] { 8, 2, 3, 3 }, "grouped")]
    [InlineData("layer1.0.conv3.weight", new[] { 16, 8, 1, 1 }, "wide")]
    [InlineData("conv1.weight", new[] { 8, 3, 5, 5 }, "kernel of 5")]
    [InlineData("fc.weight", new[] { 3 }, "2 dimensions")]
    public void AnotherFamilysShapeIsNamed(string tensor, int[] shape, string reason)
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec(BlockKind.Bottleneck));
        var tensors = new Dictionary<string, HostTensor>(weights.Tensors) { [tensor] = new(shape, new float[shape.Aggregate((a, b) => a * b)]) };
        Write(weights with { Tensors = tensors }, name => name);
        var error = Assert.Throws<UserException>(() => ModelFile.Load(File));
        Assert.Contains($"'{tensor}'", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Theory]
    [InlineData("fc.weight")]
    [InlineData("conv1.weight")]
    [InlineData("layer1.0.conv1.weight")]
    public void AMissingTensorIsNamed(string tensor)
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec());
        Write(weights with { Tensors = weights.Tensors.Where(pair => pair.Key != tensor).ToDictionary() }, name => name);
        Assert.Contains($"'{tensor}'", Assert.Throws<UserException>(() => ModelFile.Load(File)).Message);
    }

    [Fact]
    public void ConvertAddsWhatTheFileDoesNotSay()
    {
        Write(SmallNetworks.Random(SmallNetworks.Spec()), name => Renamed(name, "transformers"));
        string output = Path.Combine(_folder.Path, "said.safetensors");
        StateDictConverter.Convert(new ConvertOptions
        {
            Input = File,
            Output = output,
            Size = 48,
            CropRatio = 0.95f,
            Mean = [0.5f, 0.4f, 0.3f],
            Std = [0.2f, 0.3f, 0.4f],
            Interpolation = "bicubic",
            Labels = ["a", "b", "c"],
            License = "Apache-2.0",
        });
        var read = ModelFile.Load(output);
        Assert.Equal((48, 0.95f, "bicubic"), (read.Spec.Preprocessing.Size, read.Spec.Preprocessing.CropRatio, read.Spec.Preprocessing.Interpolation));
        Assert.Equal([0.5f, 0.4f, 0.3f], read.Spec.Preprocessing.Mean);
        Assert.Equal(["a", "b", "c"], read.Labels!);
        Assert.Equal(("Apache-2.0", "model.safetensors"), (read.License, read.Source));
    }

    [Fact]
    public void ConvertRefusesWhatDoesNotFit()
    {
        Write(SmallNetworks.Random(SmallNetworks.Spec()), name => name);
        var options = new ConvertOptions { Input = File, Output = Path.Combine(_folder.Path, "out.safetensors") };
        (ConvertOptions Options, string Mentioned)[] wrong =
        [
            (options with { Labels = ["a"] }, "--labels has 1"),
            (options with { Mean = [0.5f] }, "--mean has 1"),
            (options with { Std = [1, 0, 1] }, "--std"),
            (options with { Interpolation = "nearest" }, "nearest"),
            (options with { Calibrate = _folder.Path }, "--calibrate"),
        ];
        Assert.All(wrong, w => Assert.Contains(w.Mentioned, Assert.Throws<UserException>(() => StateDictConverter.Convert(w.Options)).Message));
        Assert.False(System.IO.File.Exists(options.Output));
    }

    private void Write(ModelWeights weights, Func<string, string> rename, params TensorData[] more)
    {
        TensorData[] tensors = [.. weights.Tensors.Select(t => SafeTensors.FromFloat32(rename(t.Key), t.Value.Shape, t.Value.Data)),
            SafeTensors.FromInt64("bn1.num_batches_tracked", [], [7]), .. more];
        SafeTensors.Write(File, tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static string Renamed(string name, string naming)
    {
        if (naming == "torchvision") return name;
        if (naming == "module") return $"module.{name}";
        string kind = Regex.IsMatch(name, @"bn\d|downsample\.1") ? "normalization" : "convolution", leaf = name[(name.LastIndexOf('.') + 1)..];
        if (name.StartsWith("fc.", StringComparison.Ordinal)) return $"classifier.1.{leaf}";
        if (!name.StartsWith("layer", StringComparison.Ordinal)) return $"resnet.embedder.embedder.{kind}.{leaf}";
        var parts = Regex.Match(name, @"^layer(\d)\.(\d+)\.(?:(?:conv|bn)(\d)|downsample)");
        string place = parts.Groups[3].Success ? $"layer.{int.Parse(parts.Groups[3].Value) - 1}" : "shortcut";
        return $"resnet.encoder.stages.{int.Parse(parts.Groups[1].Value) - 1}.layers.{parts.Groups[2].Value}.{place}.{kind}.{leaf}";
    }
}
