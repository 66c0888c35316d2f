using NativeTrainer.Evaluation.Explaining;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Evaluation.Explaining;

public sealed class GradCamTests
{
    private const int Size = 32;

    public static TheoryData<BlockKind> Blocks => [BlockKind.Basic, BlockKind.Bottleneck];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void AtTheLastStageTheGradientIsTheHeadsRowOverThePixels(BlockKind block)
    {
        using var device = new CpuDevice(2);
        using var model = Model(block, device);
        using var stage = new StageGradient(model, Size, "layer3");
        stage.Forward(Noise(1));
        stage.Backward(2);
        var head = new float[3 * model.Spec.Features];
        device.Download<float>(model.Parameters.Parameters.Single(p => p.Name == "fc.weight").Data, head);
        int channels = stage.Shape[3], pixels = stage.Shape[1] * stage.Shape[2];
        Assert.Equal((8, 8, model.Spec.Features), (stage.Shape[1], stage.Shape[2], channels));
        for (int i = 0; i < stage.Gradient.Length; i++)
        {
            float expected = head[2 * channels + i % channels] / pixels;
            // Two roundings: of the product by 1, and of the quotient.
            Assert.InRange(stage.Gradient[i], expected - 3e-7f * Math.Abs(expected), expected + 3e-7f * Math.Abs(expected));
        }
    }

    /// <summary>A norm's bias is added to its channel before the ReLU that ends the stage, so the logit's slope along it is the sum of the gradient where the map is positive.</summary>
    [Theory]
    [InlineData(BlockKind.Basic, "layer1", "layer1.1.bn2.bias")]
    [InlineData(BlockKind.Basic, "layer2", "layer2.0.bn2.bias")]
    [InlineData(BlockKind.Bottleneck, "layer1", "layer1.1.bn3.bias")]
    [InlineData(BlockKind.Bottleneck, "layer2", "layer2.0.bn3.bias")]
    public void AtEarlierStagesItIsTheSlopeOfTheLogit(BlockKind block, string name, string bias)
    {
        const int Class = 1, Channel = 3;
        const float Step = 1e-3f;
        using var device = new CpuDevice(1);
        using var model = Model(block, device);
        using var stage = new StageGradient(model, Size, name);
        byte[] picture = Noise(2);
        stage.Forward(picture);
        stage.Backward(Class);
        double slope = 0;
        for (int i = Channel; i < stage.Map.Length; i += stage.Shape[3]) slope += stage.Map[i] > 0 ? stage.Gradient[i] : 0;

        var parameter = model.Parameters.Parameters.Single(p => p.Name == bias);
        var values = new float[parameter.Shape.Count];
        double Logit(float shift)
        {
            device.Download<float>(parameter.Data, values);
            float before = values[Channel];
            values[Channel] += shift;
            device.Upload<float>(values, parameter.Data);
            stage.Prepare();
            stage.Forward(picture);
            values[Channel] = before;
            device.Upload<float>(values, parameter.Data);
            return stage.Logits[Class];
        }
        double measured = (Logit(Step) - Logit(-Step)) / (2 * Step);
        // Float32 logits of about 1 leave 1e-7 / 1e-3; ReLUs behind that change side within the step leave the rest.
        Assert.True(Math.Abs(measured) > 1e-3, $"slope {measured}");
        Assert.InRange(slope, measured - 0.02 * Math.Abs(measured) - 2e-4, measured + 0.02 * Math.Abs(measured) + 2e-4);
    }

    [Fact]
    public void TheLogitsAreThoseOfInference()
    {
        using var folder = new TemporaryFolder();
        string weights = Saved(folder, SmallNetworks.Random(SmallNetworks.Spec()));
        string picture = Path.Combine(folder.Path, "a.png");
        ImageWriter.Write(new RgbImage(Noise(5), Size, Size), picture);
        var predicted = NativeTrainer.Evaluation.Evaluator.Predict(new() { Weights = weights, Files = [picture] }).Images[0];
        using var cam = new GradCam(new GradCamOptions { Weights = weights, Layer = "layer1" });
        var map = cam.Explain(ImageDecoder.Decode(picture).Image!);
        Assert.Equal(predicted.Predicted, map.Class);
        Assert.All(predicted.Probabilities.Zip(map.Probabilities), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    /// <summary>A network that knows red from green by construction: its stem takes one colour less the others, its block adds nothing, its head reads the channel.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void TheMapPeaksWhereTheClassIs(int @class)
    {
        using var folder = new TemporaryFolder();
        string weights = Saved(folder, RedAndGreen());
        using var cam = new GradCam(new GradCamOptions { Weights = weights });
        Assert.Equal("layer1", cam.Layer);
        for (int i = 0; i < 20; i++)
        {
            var (red, green) = (new PixelRegion(i % 5 * 2, i % 4 * 6, 8, 8), new PixelRegion(18 + i % 3 * 2, 23 - i % 4 * 6, 8, 8));
            var map = cam.Explain(Squares((red, 0), (green, 1)), @class);
            var (x, y) = map.Peak;
            var box = @class == 0 ? red : green;
            Assert.InRange(x * Size, box.X, box.X + box.Width);
            Assert.InRange(y * Size, box.Y, box.Y + box.Height);
        }
    }

    [Fact]
    public void AClassThatIsNowhereHasNoPeak()
    {
        using var folder = new TemporaryFolder();
        using var cam = new GradCam(new GradCamOptions { Weights = Saved(folder, RedAndGreen()) });
        var map = cam.Explain(Squares((new PixelRegion(4, 4, 8, 8), 0)), 1);
        Assert.All(map.Values, value => Assert.Equal(0, value));
        Assert.True(double.IsNaN(map.Peak.X));
        Assert.All(map.Spread(10, 10), value => Assert.Equal(0, value));
    }

    [Fact]
    public void AStageThatIsNotThereIsRefusedWithThoseThatAre()
    {
        using var folder = new TemporaryFolder();
        string weights = Saved(folder, SmallNetworks.Random(SmallNetworks.Spec()));
        var refusal = Assert.Throws<UserException>(() => new GradCam(new GradCamOptions { Weights = weights, Layer = "layer4" }));
        Assert.Contains("--layer layer4", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("conv1, layer1, layer2, layer3", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Adebayo et al. 2018: a map that stays the same when the network forgets does not show what the network uses.</summary>
    [Fact]
    public void DrawingTheHeadOfARealNetworkAnewChangesItsMaps()
    {
        string onnx = Material.Path("weights/resnet50-v1-stages1to3-imagenette10.onnx"), photos = Material.Path("datasets/imagenette224-small/val");
        using var folder = new TemporaryFolder();
        string weights = Path.Combine(folder.Path, "model.safetensors");
        OnnxConverter.Convert(new ConvertOptions { Input = onnx, Output = weights }, _ => { });
        using var device = new CpuDevice(2);
        using var model = ModelTransfer.Load(weights, ModelFile.Load(weights), device);
        using var stage = new StageGradient(model, 160, "layer3");
        var files = ImageFiles.Below(photos);
        RgbImage[] pictures = [.. Enumerable.Range(0, 10).Select(i => new Resizer().CentreCrop(ImageDecoder.Decode(files[i * 50]).Image!, 183, 160))];
        var trained = Maps();
        model.Initialize(7, p => p.Name.StartsWith("fc.", StringComparison.Ordinal));
        var anew = Maps();
        double[] alike = [.. trained.Zip(anew).Select(pair => RankCorrelation.Of(pair.First, pair.Second)).Order()];
        Assert.InRange(alike[5], -0.5, 0.5);

        float[][] Maps()
        {
            stage.Prepare();
            return [.. pictures.Select((picture, i) =>
            {
                stage.Forward(picture.Pixels);
                stage.Backward(i);
                return GradCam.Weigh(stage.Map, stage.Gradient, stage.Shape[3]);
            })];
        }
    }

    private static ResNet Model(BlockKind block, CpuDevice device)
    {
        var weights = SmallNetworks.Random(SmallNetworks.Spec(block));
        // Statistics as of a network in use, so that the norms' scales are not all 1.
        foreach (var (name, tensor) in weights.Tensors)
        {
            if (!name.EndsWith("running_var", StringComparison.Ordinal) && !name.EndsWith("running_mean", StringComparison.Ordinal)) continue;
            for (int i = 0; i < tensor.Data.Length; i++) tensor.Data[i] = name.EndsWith("var", StringComparison.Ordinal) ? 0.5f + i % 5 * 0.3f : 0.1f * (i % 3 - 1);
        }
        return ModelTransfer.Load("small", weights, device);
    }

    private static string Saved(TemporaryFolder folder, ModelWeights weights)
    {
        string path = Path.Combine(folder.Path, "model.safetensors");
        ModelFile.Save(path, weights);
        return path;
    }

    private static byte[] Noise(int seed)
    {
        var pixels = new byte[Size * Size * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private static RgbImage Squares(params (PixelRegion Box, int Channel)[] squares)
    {
        var pixels = new byte[Size * Size * 3];
        pixels.AsSpan().Fill(60);
        foreach (var (box, channel) in squares)
            for (int y = box.Y; y < box.Y + box.Height; y++)
                for (int x = box.X; x < box.X + box.Width; x++) pixels[(y * Size + x) * 3 + channel] = 240;
        return new RgbImage(pixels, Size, Size);
    }

    private static ModelWeights RedAndGreen()
    {
        var spec = SmallNetworks.Spec(classes: 2) with { Depths = [1], Widths = [8], Strides = [1] };
        var weights = SmallNetworks.Random(spec);
        foreach (var (name, tensor) in weights.Tensors)
            if (!name.Contains("running_var", StringComparison.Ordinal)) Array.Clear(tensor.Data);
        weights.Tensors["bn1.weight"].Data.AsSpan().Fill(1);
        float[] stem = weights.Tensors["conv1.weight"].Data, head = weights.Tensors["fc.weight"].Data; // (8,3,3,3), (2,8)
        for (int colour = 0; colour < 2; colour++)
        {
            for (int channel = 0; channel < 3; channel++) stem[(colour * 3 + channel) * 9 + 4] = channel == colour ? 1 : -0.4f;
            head[colour * 8 + colour] = 1;
        }
        return weights with { Labels = ["red", "green"], Spec = spec with { Preprocessing = spec.Preprocessing with { Mean = [0.5f, 0.5f, 0.5f], Std = [0.5f, 0.5f, 0.5f] } } };
    }
}
