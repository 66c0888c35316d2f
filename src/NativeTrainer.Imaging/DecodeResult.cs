using System.Diagnostics.CodeAnalysis;

namespace NativeTrainer.Imaging;

/// <summary>Why a file gives no picture.</summary>
public enum DecodeFailure
{
    None,

    /// <summary>The file is missing, is a folder, or may not be read.</summary>
    Unreadable,

    /// <summary>Zero bytes.</summary>
    Empty,

    /// <summary>The content is something else: a web page, a Git LFS pointer, text, an archive.</summary>
    NotAnImage,

    /// <summary>A picture in a format that the decoder does not know, such as TIFF or AVIF.</summary>
    UnsupportedFormat,

    /// <summary>The file ends before the picture does.</summary>
    Truncated,

    /// <summary>The header or the data contradict the format.</summary>
    Corrupt,

    /// <summary>More pixels than <see cref="ImageDecoder.MaxPixels"/>.</summary>
    TooLarge,

    /// <summary>The wanted region lies outside the picture.</summary>
    OutsidePicture,
}

/// <summary>A picture, or the reason why there is none.</summary>
public sealed class DecodeResult
{
    private DecodeResult(RgbImage? image, DecodeFailure failure, string reason) => (Image, Failure, Reason) = (image, failure, reason);

    public RgbImage? Image { get; }

    public DecodeFailure Failure { get; }

    /// <summary>Width of the picture, or of the wanted part of it, before decoding shrank it; upright.</summary>
    public int FullWidth { get; private init; }

    public int FullHeight { get; private init; }

    /// <summary>One phrase for people, such as "is a Git LFS pointer: run 'git lfs pull'"; empty where there is a picture.</summary>
    public string Reason { get; }

    [MemberNotNullWhen(true, nameof(Image))]
    public bool Success => Image is not null;

    internal static DecodeResult Of(RgbImage image) => Of(image, image.Width, image.Height);

    internal static DecodeResult Of(RgbImage image, int fullWidth, int fullHeight) => new(image, DecodeFailure.None, "") { FullWidth = fullWidth, FullHeight = fullHeight };

    internal static DecodeResult Failed(DecodeFailure failure, string reason) => new(null, failure, reason);
}

/// <summary>How large a decoded picture has to be.</summary>
/// <param name="ShortSide">
/// The short side, in pixels, that the caller shrinks to; JPEG files are then decoded at 1/2, 1/4 or 1/8 where that leaves at least so much.
/// 0 decodes every pixel.
/// </param>
/// <param name="Eighths">
/// Also at 3/8, 5/8, 6/8 and 7/8, of whole pictures: faster still, and less is left for the resizer, whose filter is the one that networks are evaluated with.
/// </param>
public readonly record struct DecodeTarget(int ShortSide = 0, bool Eighths = false)
{
    /// <summary>The part that is wanted, in pixels of the upright picture at full size, clipped to it; the short side is then the part's. Null is the whole picture.</summary>
    public PixelRegion? Region { get; init; }
}
