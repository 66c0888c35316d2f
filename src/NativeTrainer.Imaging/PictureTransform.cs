namespace NativeTrainer.Imaging;

/// <summary>What is made of a decoded picture before it is stored. Called from several threads, each with its own resizer.</summary>
internal interface IPictureTransform
{
    DecodeTarget Target { get; }

    RgbImage Apply(RgbImage decoded, Resizer resizer);
}

/// <summary>Whole pictures, never enlarged.</summary>
internal sealed class StoreTransform : IPictureTransform
{
    private readonly int _shortSide;

    public StoreTransform(int shortSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSide, 1);
        _shortSide = shortSide;
    }

    // Pictures that augmentation resamples anyway.
    public DecodeTarget Target => new(_shortSide, Eighths: true);

    public RgbImage Apply(RgbImage decoded, Resizer resizer)
    {
        if (decoded.ShortSide <= _shortSide) return decoded;
        var (width, height) = Resizer.FitShortSide(decoded.Width, decoded.Height, _shortSide);
        return resizer.Resize(decoded, width, height);
    }
}

/// <summary>Squares from the centre.</summary>
internal sealed class CropTransform : IPictureTransform
{
    private readonly int _size, _resize;

    public CropTransform(int size, double cropRatio)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (!(cropRatio is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(cropRatio), cropRatio, "0 < ratio ≤ 1");
        (_size, _resize) = (size, (int)Math.Round(size / cropRatio));
    }

    public DecodeTarget Target => new(_resize);

    public RgbImage Apply(RgbImage decoded, Resizer resizer) => resizer.CentreCrop(decoded, _resize, _size);
}
