using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Advice.Runs.Checks;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Advice.Probes;

public class StemStatisticsTests
{
    [Fact]
    public void TheVarianceIsThatOfTheConvolutionOnTheNormalisedPictures()
    {
        // One filter that passes the red middle on: its variance is that of red over the square of its deviation.
        var kernel = new float[3 * 3 * 3];
        kernel[4] = 1;
        var weights = Weights(kernel, filters: 1, variance: [0.5f]);
        var random = new Random(1);
        RgbImage[] pictures = [.. Enumerable.Range(0, 8).Select(_ =>
        {
            var pixels = new byte[22 * 22 * 3];
            random.NextBytes(pixels);
            return new RgbImage(pixels, 22, 22);
        })];
        float[] red = [.. pictures.SelectMany(p => Enumerable.Range(0, 400).Select(i => p.Pixels[((i / 20 + 1) * 22 + i % 20 + 1) * 3] / 255f))];
        double mean = red.Average(v => (double)v), variance = red.Average(v => (v - mean) * (v - mean));
        double std = weights.Spec.Preprocessing.Std[0];
        Assert.Equal(variance / (std * std) / 0.5, StemStatistics.Of(weights, pictures)!.VarianceRatio, 1e-4);
        Assert.Null(StemStatistics.Of(weights with { Tensors = new Dictionary<string, HostTensor>() }, pictures));
    }

    [Fact]
    public void RealWeightsKnowPhotosAndMissAForgottenDeviation()
    {
        using var folder = new TemporaryFolder();
        string file = Material.Path("weights/resnet50-v1-stages1to3-imagenette10.onnx"), photos = Material.Path("datasets/hymenoptera/train/bees");
        var weights = OnnxConverter.Convert(new ConvertOptions { Input = file, Output = Path.Combine(folder.Path, "r50.safetensors") }, _ => { }).Weights;
        var resizer = new Resizer();
        RgbImage[] pictures = [.. Directory.EnumerateFiles(photos).Order(StringComparer.Ordinal).Take(8).Select(path => resizer.CentreCrop(ImageDecoder.Decode(path).Image!, 256, 224))];
        Finding? Said(Preprocessing preprocessing) => PreprocessingCheck.Of(224, preprocessing, null, StemStatistics.Of(weights with { Spec = weights.Spec with { Preprocessing = preprocessing } }, pictures));
        Assert.Null(Said(weights.Spec.Preprocessing));
        Assert.Equal(Severity.Warning, Said(weights.Spec.Preprocessing with { Std = [1, 1, 1] })?.Severity);
        Assert.Equal(Severity.Warning, Said(weights.Spec.Preprocessing with { Mean = [0, 0, 0], Std = [1 / 255f, 1 / 255f, 1 / 255f] })?.Severity);
    }

    private static ModelWeights Weights(float[] kernel, int filters, float[] variance) => new()
    {
        Spec = SmallNetworks.Spec(),
        Tensors = new Dictionary<string, HostTensor> { ["conv1.weight"] = new([filters, 3, 3, 3], kernel), ["bn1.running_var"] = new([filters], variance) },
    };
}
