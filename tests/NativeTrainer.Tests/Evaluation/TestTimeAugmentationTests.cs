using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Tests.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Tests.Evaluation;

/// <summary>With <c>--tta flip</c> a picture has the mean of its own probabilities and its mirror image's.</summary>
public sealed class TestTimeAugmentationTests : IDisposable
{
    private readonly SmallPictures _pictures = new(train: 1, validation: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    public void ProbabilitiesAreTheMeanOfBothViews(double temperature)
    {
        string weights = _pictures.In("warm.safetensors");
        var model = ModelFile.Load(_pictures.Weights);
        // Pictures come at the network's size, so that a mirrored file is the mirrored crop.
        ModelFile.Save(weights, model with { Spec = model.Spec with { Preprocessing = new Preprocessing { Size = 32, CropRatio = 1 } }, Notes = new Dictionary<string, string> { [TemperatureScaling.Key] = FormattableString.Invariant($"{temperature}") } });
        string plain = Directory.CreateDirectory(_pictures.In("plain")).FullName, turned = Directory.CreateDirectory(_pictures.In("turned")).FullName;
        for (int i = 0; i < 6; i++)
        {
            byte[] pixels = Noise(i, mirrored: false), mirrored = Noise(i, mirrored: true);
            ImageWriter.Write(new RgbImage(pixels, 32, 32), Path.Combine(plain, $"{i}.png"));
            ImageWriter.Write(new RgbImage(mirrored, 32, 32), Path.Combine(turned, $"{i}.png"));
        }
        var options = new PredictOptions { Weights = weights, Files = ImageFiles.Below(plain), Threads = 2, Batch = 4 };
        float[] own = Probabilities(options), other = Probabilities(options with { Files = ImageFiles.Below(turned) }), both = Probabilities(options with { Augmentation = TestTimeAugmentation.Flip });
        Assert.NotEqual(own, other);
        for (int i = 0; i < own.Length; i++) Assert.Equal((own[i] + other[i]) / 2, both[i], 1e-6f);
    }

    [Fact]
    public void ATemperatureIsNotFittedToIt()
    {
        var options = new EvaluateOptions { Weights = _pictures.Weights, Data = _pictures.Data, FitTemperature = true, Augmentation = TestTimeAugmentation.Flip };
        Assert.Contains("leave --tta out", Assert.Throws<UserException>(() => Evaluator.Evaluate(options)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _pictures.Dispose();

    private static float[] Probabilities(PredictOptions options) => [.. Evaluator.Predict(options).Images.SelectMany(image => image.Probabilities)];

    private static byte[] Noise(int seed, bool mirrored)
    {
        var pixels = new byte[32 * 32 * 3];
        new Random(seed).NextBytes(pixels);
        if (!mirrored) return pixels;
        var turned = new byte[pixels.Length];
        for (int i = 0; i < pixels.Length; i++) turned[(i / 96 * 32 + 31 - i / 3 % 32) * 3 + i % 3] = pixels[i];
        return turned;
    }
}
