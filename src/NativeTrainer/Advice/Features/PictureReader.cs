using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Features;

/// <summary>What is done for one picture before the network, from any thread: read and hash its file, take what the caches know, decode it if anything is left.</summary>
/// <param name="values">(samples, width): features from the cache go straight into their row.</param>
internal sealed class PictureReader(FeatureNetwork? network, IReadOnlyList<IPictureMeasure> measures, PassCaches caches, float[] values)
{
    private readonly ConcurrentBag<Resizer> _resizers = [];
    private readonly int _shortSide = ShortSide(network);

    /// <param name="Hash">None where the file cannot be read.</param>
    /// <param name="Failure">Why there is no picture.</param>
    /// <param name="Crop">What the network has to see; null where the features are there already.</param>
    public readonly record struct Outcome(ContentHash Hash, DecodeResult? Failure, RgbImage? Crop);

    /// <summary>What pictures are shrunk to before the crop; without a network, ImageNet's.</summary>
    public static int ShortSide(FeatureNetwork? network) => network is null ? 256 : (int)Math.Round(network.Size / network.CropRatio);

    public Outcome Read(int index, Sample sample)
    {
        if (sample.Pixels is { } pixels)
        {
            var part = sample.Crop?.Within(pixels.Width, pixels.Height) is { } crop ? pixels.Cut(crop) : pixels;
            return Look(index, ContentHash.Of(part), [], part, null);
        }
        using var file = PictureFile.Read(sample.Path);
        return file.Failure is { } failure ? new Outcome(default, failure, null) : Look(index, ContentHash.Of(file.Bytes, sample.Crop), file.Bytes, null, sample.Crop);
    }

    private Outcome Look(int index, ContentHash hash, ReadOnlySpan<byte> file, RgbImage? image, PixelRegion? region)
    {
        bool featuresWanted = network is not null && !RestoreFeatures(index, hash);
        var missing = new List<int>();
        for (int i = 0; i < measures.Count; i++)
        {
            if (caches.Measure(i)?.Find(hash) is not { } kept || !measures[i].Restore(index, kept)) missing.Add(i);
        }
        if (!featuresWanted && missing.Count == 0 && (network is not null || measures.Count > 0)) return new Outcome(hash, null, null);
        int width = image?.Width ?? 0, height = image?.Height ?? 0;
        if (image is null)
        {
            var decoded = ImageDecoder.Decode(file, new DecodeTarget(_shortSide) { Region = region });
            if (!decoded.Success) return new Outcome(hash, decoded, null);
            (image, width, height) = (decoded.Image, decoded.FullWidth, decoded.FullHeight);
        }
        var picture = new MeasuredPicture { File = file, Image = image, Width = width, Height = height };
        foreach (int i in missing)
        {
            if (measures[i].Measure(index, picture) is { } result) caches.Measure(i)?.Add(hash, result);
        }
        return new Outcome(hash, null, featuresWanted ? Crop(image) : null);
    }

    private bool RestoreFeatures(int index, ContentHash hash)
    {
        var row = MemoryMarshal.AsBytes(values.AsSpan(index * network!.Width, network.Width));
        if (caches.Features?.Find(hash) is not { } kept || kept.Length != row.Length) return false;
        kept.CopyTo(row);
        return true;
    }

    private RgbImage Crop(RgbImage image)
    {
        if (!_resizers.TryTake(out var resizer)) resizer = new Resizer(network!.Filter);
        var crop = resizer.CentreCrop(image, _shortSide, network!.Size);
        _resizers.Add(resizer);
        return crop;
    }
}
