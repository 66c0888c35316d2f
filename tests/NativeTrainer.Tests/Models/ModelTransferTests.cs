using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Models;

public sealed class ModelTransferTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuDevice _device = new(1);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(BlockKind.Basic)]
    [InlineData(BlockKind.Bottleneck)]
    public void AFileHoldsTheWholeModel(BlockKind block)
    {
        string path = Path.Combine(_folder.Path, "m.safetensors");
        var spec = SmallNetworks.Spec(block) with
        {
            Head = new HeadSpec { Classes = 4, Hidden = [10, 6], Dropout = 0.25f },
            Preprocessing = new Preprocessing { Size = 48, CropRatio = 0.9f, Mean = [0.1f, 0.2f, 0.3f], Std = [0.4f, 0.5f, 0.6f], Interpolation = "bicubic" },
        };
        var weights = SmallNetworks.Random(spec) with { Labels = ["a", "b \"quoted\"", "ç", "d,e"], License = "MIT", Source = "here", Notes = new Dictionary<string, string> { ["how"] = "so" } };
        ModelFile.Save(path, weights);
        var read = ModelFile.Load(path);
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(weights.Spec), System.Text.Json.JsonSerializer.Serialize(read.Spec));
        Assert.Equal(weights.Labels, read.Labels);
        Assert.Equal(("MIT", "here", "so"), (read.License, read.Source, read.Notes["how"]));
        using var model = ModelTransfer.Load(path, read, _device);
        var exported = ModelTransfer.Export(model, read);
        Assert.Equal(weights.Tensors.Keys, exported.Tensors.Keys);
        Assert.All(weights.Tensors, pair => Assert.Equal(pair.Value.Data, exported.Tensors[pair.Key].Data));
        Assert.All(weights.Tensors, pair => Assert.Equal(pair.Value.Shape, exported.Tensors[pair.Key].Shape));
    }

    [Fact]
    public void AMissingTensorIsNamed()
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec());
        weights = weights with { Tensors = weights.Tensors.Where(t => t.Key != "layer2.0.bn1.running_var").ToDictionary() };
        Assert.Contains("layer2.0.bn1.running_var is missing", Assert.Throws<UserException>(() => ModelTransfer.Load("file", weights, _device)).Message);
    }

    [Fact]
    public void ATensorOfAnotherShapeIsNamedWithBothShapes()
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec());
        weights = weights with { Tensors = new Dictionary<string, HostTensor>(weights.Tensors) { ["layer2.0.conv1.weight"] = new([16, 8, 1, 1], new float[128]) } };
        string message = Assert.Throws<UserException>(() => ModelTransfer.Load("file", weights, _device)).Message;
        Assert.Contains("layer2.0.conv1.weight", message);
        Assert.Contains("16", message);
        Assert.Contains("3", message);
    }

    [Fact]
    public void TheHeadIsKeptWhereItFitsAndReplacedWhereNot()
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec()) with { Labels = ["a", "b", "c"] };
        Assert.Empty(Train(weights, ["a", "b", "c"], out var kept));
        Assert.Equal(weights.Tensors["fc.weight"].Data, kept["fc.weight"].Data);
        Assert.Contains("whose labels are others", Assert.Single(Train(weights, ["x", "y", "z"], out var renamed)));
        Assert.NotEqual(weights.Tensors["fc.weight"].Data, renamed["fc.weight"].Data);
        Assert.Contains("new head: 5 classes in place of the file's 3 classes", Assert.Single(Train(weights, ["a", "b", "c", "d", "e"], out var more)));
        Assert.Equal([5, 24], more["fc.weight"].Shape);
        Assert.Equal(weights.Tensors["conv1.weight"].Data, more["conv1.weight"].Data);
    }

    [Fact]
    public void AMissingStageStartsFromHe()
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec());
        var grown = weights with { Spec = weights.Spec with { Depths = [2, 1, 1, 1], Widths = [8, 16, 24, 32], Strides = [1, 2, 2, 2] } };
        var notes = Train(grown, ["a", "b", "c"], out var tensors);
        Assert.Contains(notes, note => note.Contains("start at random (He): layer4"));
        float[] drawn = tensors["layer4.0.conv1.weight"].Data;
        // He et al. 2015, fan out as torchvision: variance 2 / (3·3·32); of 6,912 draws, five standard errors.
        double expected = 2.0 / (9 * 32), actual = drawn.Average(v => (double)v * v), tolerance = 5 * expected * Math.Sqrt(2.0 / drawn.Length);
        Assert.InRange(actual, expected - tolerance, expected + tolerance);
    }

    [Fact]
    public void TheNamedNetworkMustBeginAsTheFileDoes()
    {
        var spec = ResNetSpec.Known("resnet50") with { Depths = [3, 4, 6], Widths = [64, 128, 256], Strides = [1, 2, 2], StrideOnFirst1x1 = true };
        var grown = ModelTransfer.Grow("file", spec, "resnet50");
        Assert.Equal([3, 4, 6, 3], grown.Depths);
        Assert.True(grown.StrideOnFirst1x1);
        Assert.Contains("not resnet18", Assert.Throws<UserException>(() => ModelTransfer.Grow("file", spec, "resnet18")).Message);
        Assert.Contains("not resnet101", Assert.Throws<UserException>(() => ModelTransfer.Grow("file", spec, "resnet101")).Message);
    }

    [Fact]
    public void AGrayNetworkReadsTheLumaOfColours()
    {
        var spec = SmallNetworks.Spec(channels: 1) with { Preprocessing = new Preprocessing { Size = 32, CropRatio = 1, Mean = [0.4f], Std = [0.3f] } };
        var gray = SmallNetworks.Random(spec);
        var colour = ColourInput.Of("file", gray);
        Assert.Equal((3, 3, 3), (colour.Spec.InputChannels, colour.Spec.Preprocessing.Mean.Count, colour.Spec.Preprocessing.Std.Count));
        float[] one = gray.Tensors["conv1.weight"].Data, three = colour.Tensors["conv1.weight"].Data;
        Assert.Equal([8, 3, 3, 3], colour.Tensors["conv1.weight"].Shape);
        for (int i = 0; i < one.Length; i++)
        {
            int filter = i / 9, place = i % 9;
            Assert.Equal([0.299f * one[i], 0.587f * one[i], 0.114f * one[i]], Enumerable.Range(0, 3).Select(c => three[(filter * 3 + c) * 9 + place]));
        }
        Assert.Same(colour, ColourInput.Of("file", colour));
        Assert.Contains("2 channels", Assert.Throws<UserException>(() => ColourInput.Of("file", gray with { Spec = spec with { InputChannels = 2 } })).Message);
    }

    private List<string> Train(ModelWeights weights, string[] classes, out IReadOnlyDictionary<string, HostTensor> tensors)
    {
        var notes = new List<string>();
        using var model = ModelTransfer.LoadForTraining("file", weights, new HeadSpec { Classes = classes.Length }, classes, _device, seed: 3, notes.Add);
        tensors = ModelTransfer.Export(model, weights).Tensors;
        return notes;
    }
}
