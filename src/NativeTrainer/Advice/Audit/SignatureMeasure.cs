using System.Collections.Concurrent;
using NativeTrainer.Advice.Features;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit;

/// <summary>Signatures of a pass's pictures, for copies.</summary>
internal sealed class SignatureMeasure(int samples) : IPictureMeasure
{
    private readonly ConcurrentBag<Resizer> _resizers = [];

    /// <summary>Of each sample; null where there is no picture.</summary>
    public PictureSignature?[] Signatures { get; } = new PictureSignature?[samples];

    public string Name => "signature";

    public int Version => PerceptualHash.Version;

    public byte[]? Measure(int sample, in MeasuredPicture picture)
    {
        if (!_resizers.TryTake(out var resizer)) resizer = new Resizer();
        var signature = picture.File.IsEmpty ? PictureSignature.Of(picture.Image, resizer) : PictureSignature.Of(picture.File, picture.Image, resizer);
        _resizers.Add(resizer);
        Signatures[sample] = signature;
        return signature.ToBytes();
    }

    public bool Restore(int sample, ReadOnlySpan<byte> result) => (Signatures[sample] = PictureSignature.FromBytes(result)) is not null;
}
