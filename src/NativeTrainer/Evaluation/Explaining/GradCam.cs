using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Evaluation.Explaining;

/// <summary>What to explain with.</summary>
public sealed record GradCamOptions
{
    /// <summary>A safetensors model file.</summary>
    public required string Weights { get; init; }

    /// <summary>The stage whose map is weighed: conv1, layer1 …; null takes the last before the pool.</summary>
    public string? Layer { get; init; }

    /// <summary>Side of the input in pixels; 0 takes the weights'.</summary>
    public int Size { get; init; }

    /// <summary>0 takes all processors.</summary>
    public int Threads { get; init; }

    public string Device { get; init; } = "auto";
}

/// <summary>
/// Grad-CAM (Selvaraju et al., ICCV 2017): a stage's map A (H,W,C), each channel weighed by the mean over pixels of d(logit)/dA, summed over channels; what is negative counts as 0.
/// Works at any stage of any model: the gradient is that of the training's backward pass.
/// </summary>
public sealed class GradCam : IDisposable
{
    private readonly Device _device;
    private readonly ResNet _model;
    private readonly StageGradient _stage;
    private readonly Resizer _resizer;
    private readonly double _temperature;

    /// <exception cref="UserException">The weights cannot be used, or have no such stage.</exception>
    public GradCam(GradCamOptions options)
    {
        var weights = ColourInput.Of(options.Weights, ModelFile.Load(options.Weights));
        var preprocessing = weights.Spec.Preprocessing;
        (Size, _temperature) = (options.Size > 0 ? options.Size : preprocessing.Size, TemperatureScaling.Of(weights));
        Classes = weights.Labels ?? [.. Enumerable.Range(0, weights.Spec.Head.Classes).Select(c => $"class {c}")];
        ShortSide = (int)Math.Round(Size / (double)preprocessing.CropRatio);
        _resizer = new Resizer(preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear);
        try
        {
            _device = Device.Open(options.Device, options.Threads);
        }
        catch (ArgumentException error)
        {
            throw new UserException($"--device: {error.Message}", error);
        }
        try
        {
            _model = ModelTransfer.Load(options.Weights, weights, _device, PrecisionChoice.Fp32);
            if (Size < _model.Reduction) throw new UserException($"--size {Size} is too small: the model shrinks its input {_model.Reduction} times; give at least {_model.Reduction}");
            string[] stages = [.. _model.StageNames.SkipLast(1)];
            Layer = options.Layer ?? stages[^1];
            if (!stages.Contains(Layer)) throw new UserException($"--layer {Layer}: {options.Weights} has {string.Join(", ", stages)}");
            _stage = new StageGradient(_model, Size, Layer);
        }
        catch
        {
            _model?.Dispose();
            _device.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Classes { get; }

    /// <summary>The stage that is looked at.</summary>
    public string Layer { get; }

    /// <summary>Side of the square that the network sees, in pixels.</summary>
    public int Size { get; }

    /// <summary>What a picture's short side is shrunk to before the square is cut from its middle.</summary>
    public int ShortSide { get; }

    /// <summary>The square of a picture that the network sees.</summary>
    /// <param name="side">Its side in pixels: <see cref="Size"/> is what the network takes, more is for people.</param>
    public RgbImage Seen(RgbImage picture, int side) => _resizer.CentreCrop(picture, Math.Max(side, (int)Math.Round((double)ShortSide * side / Size)), side);

    /// <param name="picture">Of any size; its middle is what counts, as for <see cref="Evaluator.Predict"/>.</param>
    /// <param name="class">What to look for; null takes the likeliest class.</param>
    public HeatMap Explain(RgbImage picture, int? @class = null) => Explain(Seen(picture, Size).Pixels, @class);

    /// <param name="pixels">(<see cref="Size"/>, <see cref="Size"/>, 3), as the network takes them.</param>
    /// <param name="class">What to look for; null takes the likeliest class.</param>
    public HeatMap Explain(ReadOnlySpan<byte> pixels, int? @class = null)
    {
        _stage.Forward(pixels);
        int target = @class ?? _stage.Logits.AsSpan().IndexOf(_stage.Logits.Max());
        _stage.Backward(target);
        var shape = _stage.Shape;
        return new HeatMap(Weigh(_stage.Map, _stage.Gradient, shape[3]), shape[2], shape[1], target, TemperatureScaling.Probabilities(_stage.Logits, _temperature));
    }

    public void Dispose()
    {
        _stage.Dispose();
        _model.Dispose();
        _device.Dispose();
    }

    /// <param name="map">(pixels, channels).</param>
    /// <param name="gradient">The same shape.</param>
    internal static float[] Weigh(ReadOnlySpan<float> map, ReadOnlySpan<float> gradient, int channels)
    {
        int pixels = map.Length / channels;
        var weights = new double[channels];
        for (int i = 0; i < gradient.Length; i++) weights[i % channels] += gradient[i];
        var heat = new float[pixels];
        for (int p = 0; p < pixels; p++)
        {
            double sum = 0;
            for (int c = 0; c < channels; c++) sum += weights[c] * map[p * channels + c];
            heat[p] = (float)Math.Max(0, sum / pixels);
        }
        return heat;
    }
}
