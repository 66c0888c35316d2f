using NativeTrainer.Imaging;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>What a graph does not say is given, ImageNet's by default, and travels with the weights.</summary>
public sealed class ConvertOptionsTests
{
    private static readonly string[] Labels = ["ant", "bee", "cat", "dog", "eel"];

    [Fact]
    public void GivenValuesAreInTheFile()
    {
        using var folder = new TemporaryFolder();
        var saved = Convert(folder, options => options with
        {
            Mean = [0.1f, 0.2f, 0.3f],
            Std = [0.4f, 0.5f, 0.6f],
            Size = 48,
            CropRatio = 0.9f,
            Labels = Labels,
            License = "MIT",
            Source = "a test",
        });
        Assert.Equal([0.1f, 0.2f, 0.3f], saved.Spec.Preprocessing.Mean);
        Assert.Equal([0.4f, 0.5f, 0.6f], saved.Spec.Preprocessing.Std);
        Assert.Equal((48, 0.9f), (saved.Spec.Preprocessing.Size, saved.Spec.Preprocessing.CropRatio));
        Assert.Equal(Labels, saved.Labels);
        Assert.Equal(("MIT", "a test"), (saved.License, saved.Source));
    }

    [Fact]
    public void DefaultsAreImageNets()
    {
        using var folder = new TemporaryFolder();
        var saved = Convert(folder, options => options);
        Assert.Equal([0.485f, 0.456f, 0.406f], saved.Spec.Preprocessing.Mean);
        Assert.Equal([0.229f, 0.224f, 0.225f], saved.Spec.Preprocessing.Std);
        Assert.Equal((32, 1f), (saved.Spec.Preprocessing.Size, saved.Spec.Preprocessing.CropRatio));
        Assert.Null(saved.Labels);
        Assert.Null(saved.License);
        Assert.Equal("network.onnx", saved.Source);
    }

    [Fact]
    public void ValuesThatDoNotFitAreRefused()
    {
        Refuses("--labels names 2 classes", options => options with { Labels = ["ant", "bee"] });
        Refuses("--mean has 2 values, --std 3", options => options with { Mean = [0, 0] });
        Refuses("the network takes 3 channels, but there are 1 means", options => options with { Mean = [0], Std = [1] });
        Refuses("standard deviations are above 0", options => options with { Std = [1, 0, 1] });
        Refuses("smaller than its window; give a larger --size", options => options with { Size = 1 }, new OnnxDialect { Pad = PadForm.Nodes, Mean = MeanForm.AveragePool });
        Refuses("too large to check", options => options with { Size = 1_000_000 });
    }

    [Fact]
    public void CalibrationNeedsPictures()
    {
        var folded = new OnnxDialect { Norm = NormForm.Folded };
        Refuses("absent", options => options with { Calibrate = Path.Combine(Path.GetDirectoryName(options.Input)!, "absent") }, folded);
        Refuses("empty", options => options with { Calibrate = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(options.Input)!, "empty")).FullName }, folded);
    }

    private static ModelWeights Convert(TemporaryFolder folder, Func<ConvertOptions, ConvertOptions> change, OnnxDialect? dialect = null)
    {
        string input = OnnxNetworks.Save(folder, OnnxNetworks.Small, dialect ?? new OnnxDialect()), output = Path.Combine(folder.Path, "model.safetensors");
        OnnxConverter.Convert(change(new ConvertOptions { Input = input, Output = output, Threads = 2 }), _ => { });
        return ModelFile.Load(output);
    }

    private static void Refuses(string reason, Func<ConvertOptions, ConvertOptions> change, OnnxDialect? dialect = null)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(reason, Assert.Throws<UserException>(() => Convert(folder, change, dialect)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Path, "model.safetensors")));
    }
}
