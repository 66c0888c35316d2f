using NativeTrainer.Benchmarks.Throughput;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeTrainer.TorchSharpPeer;

/// <summary>
/// The usual way of training pictures with TorchSharp: SkiaSharp decodes, tensors are cropped, resized (antialiased), mirrored, varied in colour and normalised,
/// by the formulas of torchvision. A picture to a thread; each tensor op runs on its thread alone, which is faster than the other way round. Scalars are held while they are in use:
/// TorchSharp 0.107 passes their native handles on without keeping them alive.
/// </summary>
internal sealed class PeerPictures : IThroughputTarget
{
    private readonly ThroughputWork _work;
    private readonly string[] _files;
    private readonly Tensor _mean, _std, _gray;
    private readonly Tensor _images; // (N, 3, S, S)
    private readonly Scalar _zero = 0, _one = 1, _most = 255;
    private readonly ParallelOptions _parallel;
    private int _next, _step;

    public PeerPictures(ThroughputWork work)
    {
        _work = work;
        set_num_threads(1);
        _files = work.Files();
        new System.Random(1).Shuffle(_files);
        _mean = tensor(ThroughputWork.Mean).reshape(3, 1, 1);
        _std = tensor(ThroughputWork.Std).reshape(3, 1, 1);
        _gray = tensor(new[] { 0.299f, 0.587f, 0.114f }).reshape(3, 1, 1);
        _images = zeros(work.Batch, 3, work.Size, work.Size);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = work.Threads };
    }

    public string Description => $"TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)} and SkiaSharp {typeof(SKBitmap).Assembly.GetName().Version?.ToString(3)}, {_work.Threads} threads";

    public double FlopsPerStep => 0;

    public void Step()
    {
        Parallel.For(0, _work.Batch, _parallel, i => Prepare(_files[(_next + i) % _files.Length], new System.Random(_step * _work.Batch + i), i));
        (_next, _step) = ((_next + _work.Batch) % _files.Length, _step + 1);
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[_mean, _std, _gray, _images]) tensor.Dispose();
        foreach (var scalar in (Scalar[])[_zero, _one, _most]) scalar.Dispose();
    }

    private void Prepare(string file, System.Random random, int index)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        using var bitmap = Decode(file);
        var pixels = from_array(bitmap.GetPixelSpan().ToArray()).reshape(bitmap.Height, bitmap.Width, 4);
        var (left, top, width, height) = Crop(random, bitmap.Width, bitmap.Height);
        var x = pixels.narrow(0, top, height).narrow(1, left, width).narrow(2, 0, 3).permute(2, 0, 1).unsqueeze(0).to(ScalarType.Float32).div_(_most);
        x = nn.functional.interpolate(x, [_work.Size, _work.Size], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true).squeeze(0);
        if (random.NextDouble() < 0.5) x = x.flip(2);
        using (Scalar brightness = Factor(random)) x = x.mul_(brightness).clamp_(_zero, _one);
        x = Blend(x, Gray(x).mean(), Factor(random));
        x = Blend(x, Gray(x), Factor(random));
        _images[index].copy_(x.sub_(_mean).div_(_std));
    }

    private static SKBitmap Decode(string file)
    {
        using var codec = SKCodec.Create(file);
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        return SKBitmap.Decode(codec, info);
    }

    private Tensor Gray(Tensor x) => x.mul(_gray).sum(0, keepdim: true);

    private Tensor Blend(Tensor x, Tensor other, float factor)
    {
        using Scalar share = factor, rest = 1 - factor;
        return x.mul_(share).add_(other.mul(rest), _one).clamp_(_zero, _one);
    }

    private static float Factor(System.Random random) => 1 + ThroughputWork.Jitter * (2 * random.NextSingle() - 1);

    /// <summary>torchvision's RandomResizedCrop.</summary>
    private static (int Left, int Top, int Width, int Height) Crop(System.Random random, int width, int height)
    {
        for (int attempt = 0; attempt < 10; attempt++)
        {
            double area = width * height * (ThroughputWork.CropArea + random.NextDouble() * (1 - ThroughputWork.CropArea));
            double ratio = Math.Exp((random.NextDouble() * 2 - 1) * Math.Log(ThroughputWork.CropRatio));
            int w = (int)Math.Round(Math.Sqrt(area * ratio)), h = (int)Math.Round(Math.Sqrt(area / ratio));
            if (w <= width && h <= height) return (random.Next(width - w + 1), random.Next(height - h + 1), w, h);
        }
        int side = Math.Min(width, height);
        return ((width - side) / 2, (height - side) / 2, side, side);
    }
}
