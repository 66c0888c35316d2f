using System.Globalization;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Advice.Features;

/// <summary>A network up to its pooled features. It is put on the device at the first picture that is not in the cache.</summary>
internal sealed class FeatureNetwork : IDisposable
{
    /// <summary>Another number whenever the features of the same picture change: decoding, resizing, kernels.</summary>
    private const int Version = 1;

    private readonly FeatureOptions _options;
    private readonly string _path;
    private readonly ModelWeights _weights;
    private readonly Device _device;
    private readonly Precision _precision;
    private ResNet? _model;
    private InferenceSession? _session;
    private Arena? _arena;

    /// <exception cref="UserException">The weights cannot be used, or not on this device or at this size.</exception>
    public FeatureNetwork(string path, FeatureOptions options)
    {
        (_path, _options) = (path, options);
        _weights = ColourInput.Of(path, ModelFile.Load(path));
        var preprocessing = _weights.Spec.Preprocessing;
        Size = options.Size > 0 ? options.Size : preprocessing.Size;
        int reduction = ReductionOf(_weights.Spec);
        if (Size < reduction) throw new UserException($"--size {Size} is too small: the model shrinks its input {reduction} times; give at least {reduction}");
        try
        {
            _device = Device.Open(options.Device, options.Threads);
        }
        catch (ArgumentException error)
        {
            throw new UserException($"--device: {error.Message}", error);
        }
        _precision = options.Precision.For(_weights.Spec, _device);
    }

    public ResNetSpec Spec => _weights.Spec;

    /// <summary>Features of a picture.</summary>
    public int Width => Spec.Features;

    public int Size { get; }

    public double CropRatio => Spec.Preprocessing.CropRatio;

    public ResizeFilter Filter => Spec.Preprocessing.Interpolation == "bicubic" ? ResizeFilter.Bicubic : ResizeFilter.Bilinear;

    /// <summary>Everything besides the picture that decides its features, the instruction set included: its width is part of the order of summation.</summary>
    public string Key => string.Join('|', "features", Version, WeightsHash(), _options.RandomSeed?.ToString(CultureInfo.InvariantCulture), Size, CropRatio.ToString("R", CultureInfo.InvariantCulture),
        Filter, _precision, _device is CpuDevice ? $"cpu {Vector512.IsHardwareAccelerated} {Vector256.IsHardwareAccelerated}" : _device.Description);

    /// <summary>Features of up to a batch of pictures.</summary>
    /// <param name="pixels">(images, Size, Size, 3).</param>
    /// <param name="features">(images, <see cref="Width"/>).</param>
    public void Run(ReadOnlySpan<byte> pixels, int images, Span<float> features)
    {
        if (_session is null) Start();
        _session!.RunPrepared(pixels, images, features);
    }

    public void Dispose()
    {
        _session?.Dispose();
        _arena?.Dispose();
        _model?.Dispose();
        _device.Dispose();
    }

    private void Start()
    {
        _model = ModelTransfer.Load(_path, _weights, _device, _options.Precision);
        if (_options.RandomSeed is { } seed) _model.Initialize(seed);
        _session = new InferenceSession(_model, Size, _options.Batch, InferenceOutput.Features);
        _arena = _device.Allocate(_session.ArenaBytes);
        _session.Bind(_arena);
        _session.Prepare();
    }

    private string WeightsHash()
    {
        using var file = File.OpenRead(_path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static int ReductionOf(ResNetSpec spec) => spec.StemStride * (spec.Pool?.Stride ?? 1) * spec.Strides.Aggregate(1, (product, stride) => product * stride);
}
