using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Tests.Training;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>An exported file gives, in ONNX Runtime, what the weights give; what gives something else is not kept.</summary>
public sealed class OnnxExportTests
{
    private static readonly Dictionary<string, ResNetSpec> Networks = new()
    {
        ["basic"] = SmallNetworks.Spec(),
        ["bottleneck"] = SmallNetworks.Spec(BlockKind.Bottleneck),
        ["bottleneck, stride on the first"] = SmallNetworks.Spec(BlockKind.Bottleneck) with { StrideOnFirst1x1 = true },
        ["7×7 stem and pool"] = SmallNetworks.Spec() with { StemKernel = 7, StemStride = 2, Pool = new StemPool(3, 2, 1, false) },
        ["pool in ceil mode"] = SmallNetworks.Spec() with { Pool = new StemPool(3, 2, 0, true) },
        ["hidden layers"] = SmallNetworks.Spec() with { Head = new HeadSpec { Classes = 4, Hidden = [9, 5], Dropout = 0.5f } },
        ["no norms"] = SmallNetworks.Spec() with { Norm = NormKind.FoldedBias },
        ["3×3 shortcuts, another epsilon"] = SmallNetworks.Spec() with { ShortcutKernel = 3, NormEpsilon = 1e-3f },
        ["gray"] = SmallNetworks.Spec(channels: 1) with { Preprocessing = new Preprocessing { Size = 32, CropRatio = 1, Mean = [0.4f], Std = [0.3f] } },
    };

    public static TheoryData<string, ExportPreprocessing, bool, bool> Exports()
    {
        var exports = new TheoryData<string, ExportPreprocessing, bool, bool>();
        foreach (string network in Networks.Keys) exports.Add(network, ExportPreprocessing.Outside, false, false);
        foreach (string network in new[] { "basic", "bottleneck", "gray" }) exports.Add(network, ExportPreprocessing.Inside, true, false);
        exports.Add("basic", ExportPreprocessing.Inside, false, true);
        exports.Add("bottleneck", ExportPreprocessing.Outside, true, true);
        return exports;
    }

    [Theory]
    [MemberData(nameof(Exports))]
    public void OnnxRuntimeGivesWhatTheWeightsGive(string network, ExportPreprocessing preprocessing, bool softmax, bool fold)
    {
        using var folder = new TemporaryFolder();
        var (weights, result) = Export(folder, Networks[network], preprocessing, softmax, fold);
        Assert.Equal(2, result.Checks.Count);
        Assert.StartsWith("ONNX Runtime 1.", result.Checks[1].By, StringComparison.Ordinal);
        using var file = new ExportedFile(result.Output, preprocessing);
        var pictures = CheckImages.Make(3, result.Weights.Spec.Preprocessing, 5);
        float[] logits = ExportedFile.Own(weights, pictures), probabilities = [.. logits];
        TemperatureScaling.Apply(probabilities, weights.Spec.Head.Classes, TemperatureScaling.Of(weights));
        // The batch is open.
        float[] given = [.. file.Run(pictures, 0, 1, result.Weights.Spec.Preprocessing), .. file.Run(pictures, 1, 4, result.Weights.Spec.Preprocessing)];
        if (!softmax)
        {
            Assert.InRange(Largest(logits, given), 0, 1e-4 * logits.Max(Math.Abs));
            TemperatureScaling.Apply(given, weights.Spec.Head.Classes, TemperatureScaling.Of(weights));
        }
        Assert.InRange(Largest(probabilities, given), 0, 1e-4);
        Assert.Equal(Winners(probabilities, 5), Winners(given, 5));
    }

    [Theory]
    [InlineData(ExportPreprocessing.Outside, false)]
    [InlineData(ExportPreprocessing.Inside, true)]
    public void ConvertedBackItIsTheSameNetwork(ExportPreprocessing preprocessing, bool softmax)
    {
        using var folder = new TemporaryFolder();
        var (weights, result) = Export(folder, Networks["bottleneck"], preprocessing, softmax, fold: false);
        var back = OnnxConverter.Convert(new ConvertOptions { Input = result.Output, Output = Path.Combine(folder.Path, "back.safetensors"), Threads = 2 }, _ => { }).Weights;
        Assert.Equal(weights.Tensors.Keys.Order(), back.Tensors.Keys.Order());
        foreach (var (name, tensor) in weights.Tensors) Assert.Equal(tensor.Data, back.Tensors[name].Data);
        Assert.Equal(weights.Labels, back.Labels);
        Assert.Equal((weights.License, weights.Source), (back.License, back.Source));
        Assert.Equal(TemperatureScaling.Of(weights), TemperatureScaling.Of(back));
        Assert.Equivalent(weights.Spec.Preprocessing, back.Spec.Preprocessing);
    }

    [Theory]
    [InlineData(ExportPreprocessing.Outside, false)]
    [InlineData(ExportPreprocessing.Inside, false)]
    [InlineData(ExportPreprocessing.Inside, true)]
    public void PredictionFromTheFileIsThatFromTheWeights(ExportPreprocessing preprocessing, bool softmax)
    {
        using var folder = new TemporaryFolder();
        var (_, result) = Export(folder, Networks["basic"], preprocessing, softmax, fold: false);
        using var pictures = new SmallPictures(train: 2, validation: 1);
        PredictOptions options = new() { Weights = Path.Combine(folder.Path, "model.safetensors"), Files = ImageFiles.Below(pictures.Data), Threads = 2 };
        PredictionResult expected = Evaluator.Predict(options), given = Evaluator.Predict(options with { Weights = result.Output });
        Assert.Equal(expected.Classes, given.Classes);
        // The same tensors and arithmetic: to the bit.
        Assert.Equal(expected.Images.SelectMany(i => i.Probabilities), given.Images.SelectMany(i => i.Probabilities));
    }

    [Fact]
    public void TheFileSaysWhatItIs()
    {
        using var folder = new TemporaryFolder();
        var (_, result) = Export(folder, Networks["basic"], ExportPreprocessing.Inside, softmax: true, fold: false);
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(result.Output);
        Assert.Equal("images", session.InputMetadata.Single().Key);
        Assert.Equal([-1, 32, 32, 3], session.InputMetadata.Single().Value.Dimensions);
        Assert.Equal(typeof(byte), session.InputMetadata.Single().Value.ElementType);
        Assert.Equal("probabilities", session.OutputMetadata.Single().Key);
        var metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal("""["one","two","three"]""", metadata["labels"]);
        Assert.Equal("MIT", metadata["license"]);
        Assert.Equal("drawn", metadata["source"]);
        Assert.Equal("1.5", metadata[TemperatureScaling.Key]);
        Assert.Contains("\"size\":32", metadata["preprocessing"], StringComparison.Ordinal);
        Assert.Contains("uint8", metadata["input"], StringComparison.Ordinal);
    }

    public static TheoryData<string> Damages => [.. Alterations.Keys];

    private static readonly Dictionary<string, Action<OnnxGraph>> Alterations = new()
    {
        ["a weight"] = graph => graph.Initializers["layer2.0.conv1.weight"].Floats![3] += 1,
        ["the order of classes"] = graph => graph.Initializers["fc.bias"].Floats!.AsSpan().Reverse(),
        ["a stride"] = graph => graph.Node("layer3.0.conv1").Attributes["pads"].Ints[0] = 0,
        ["the normalisation"] = graph => graph.Initializers["preprocessing.scale"].Floats![0] *= 1.01f,
        ["the temperature"] = graph => graph.Initializers["temperature"].Floats![0] = 1.4f,
        ["a number"] = graph => graph.Initializers["bn1.weight"].Floats![0] = float.NaN,
        ["an operator"] = graph => graph.Node("layer1.0.relu").OpType = "HardSwish",
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void WhatDiffersIsNotKept(string what)
    {
        using var folder = new TemporaryFolder();
        string model = Save(folder, Networks["basic"]).Path, file = folder.File("network.onnx", "what was there before");
        var options = new OnnxExportOptions { Weights = model, Output = file, Preprocessing = ExportPreprocessing.Inside, Softmax = true, Threads = 2 };
        string[] before = Directory.GetFiles(folder.Path);
        var refusal = Assert.Throws<UserException>(() => OnnxExporter.Export(options, _ => { }, Alterations[what], default));
        Assert.NotEqual(0, refusal.ExitCode);
        Assert.StartsWith(file, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Equal(before, Directory.GetFiles(folder.Path));
        Assert.Equal("what was there before", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("network.safetensors", "copy the file")]
    [InlineData("network.pb", "ends with .onnx")]
    public void OtherNamesAreRefused(string name, string reason)
    {
        using var folder = new TemporaryFolder();
        var options = new OnnxExportOptions { Weights = "absent.safetensors", Output = Path.Combine(folder.Path, name) };
        Assert.Contains(reason, Assert.Throws<UserException>(() => OnnxExporter.Export(options, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoOnnxRuntimeIsNamed()
    {
        using var folder = new TemporaryFolder();
        var options = new OnnxExportOptions { Weights = Save(folder, Networks["basic"]).Path, Output = Path.Combine(folder.Path, "network.onnx"), OnnxRuntime = folder.File("libonnxruntime.so", "no library") };
        Assert.Contains("cannot be loaded", Assert.Throws<UserException>(() => OnnxExporter.Export(options, _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains("has no library", Assert.Throws<UserException>(() => OnnxExporter.Export(options with { OnnxRuntime = Directory.CreateDirectory(Path.Combine(folder.Path, "empty")).FullName }, _ => { })).Message, StringComparison.Ordinal);
    }

    /// <summary>Real networks, on photos.</summary>
    [Theory]
    [InlineData("resnet50-v1-stages1to3-imagenette10.onnx", "imagenette224-small/val")]
    [InlineData("cifar10-resnet18w16.onnx", "cifar10-small/test")]
    public void RealNetworksPassTheirOwnComparison(string network, string photos)
    {
        using var folder = new TemporaryFolder();
        var options = new OnnxExportOptions { Weights = Material.Path($"weights/{network}"), Output = Path.Combine(folder.Path, "network.onnx"), Check = Material.Path($"datasets/{photos}"), CheckLimit = 2, Threads = 2 };
        foreach (var preprocessing in Enum.GetValues<ExportPreprocessing>())
        {
            var result = OnnxExporter.Export(options with { Preprocessing = preprocessing }, _ => { });
            Assert.Equal(2, result.Checks.Count);
            Assert.All(result.Checks, check => Assert.Equal(2, check.Images));
        }
    }

    private static (ModelWeights Weights, OnnxExportResult Result) Export(TemporaryFolder folder, ResNetSpec spec, ExportPreprocessing preprocessing, bool softmax, bool fold)
    {
        var (path, weights) = Save(folder, spec);
        var options = new OnnxExportOptions { Weights = path, Output = Path.Combine(folder.Path, "network.onnx"), Preprocessing = preprocessing, Softmax = softmax, Fold = fold, Threads = 2 };
        return (weights, OnnxExporter.Export(options, _ => { }));
    }

    /// <summary>Random weights with norms away from the identity, and a temperature.</summary>
    private static (string Path, ModelWeights Weights) Save(TemporaryFolder folder, ResNetSpec spec)
    {
        var weights = SmallNetworks.Random(spec);
        var random = new Random(3);
        foreach (var (name, tensor) in weights.Tensors)
        {
            if (tensor.Shape.Length > 1) continue;
            bool positive = name.EndsWith("running_var", StringComparison.Ordinal) || !name.EndsWith("bias", StringComparison.Ordinal) && !name.EndsWith("mean", StringComparison.Ordinal);
            for (int i = 0; i < tensor.Data.Length; i++) tensor.Data[i] = positive ? 0.5f + random.NextSingle() : random.NextSingle() - 0.5f;
        }
        string[] names = ["one", "two", "three", "four"];
        weights = weights with { Labels = [.. names.Take(spec.Head.Classes)], License = "MIT", Source = "drawn", Notes = new Dictionary<string, string> { [TemperatureScaling.Key] = "1.5" } };
        string path = Path.Combine(folder.Path, "model.safetensors");
        ModelFile.Save(path, weights);
        return (path, weights);
    }

    private static double Largest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();

    private static int[] Winners(float[] values, int rows) => [.. values.Chunk(values.Length / rows).Select(row => Array.IndexOf(row, row.Max()))];
}
