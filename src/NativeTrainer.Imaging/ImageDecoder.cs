using System.Buffers;
using SkiaSharp;

namespace NativeTrainer.Imaging;

/// <summary>
/// Files to upright 8-bit RGB: JPEG (gray, YCbCr, CMYK), PNG (1 to 16 bits, palette, alpha), GIF, WebP, BMP and ICO, by content and not by name.
/// EXIF orientation is applied; animations give their first frame; transparency lies on white; colour profiles are ignored, as torchvision does;
/// 16 bits keep their upper 8. A bad file gives a reason, never an exception; a header that claims more than <see cref="MaxPixels"/> is refused before memory is taken.
/// This is the only class that decodes with SkiaSharp. Calls from several threads at once are fine.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Pixels of the largest picture that is decoded: Pillow's limit against decompression bombs (2 · MAX_IMAGE_PIXELS).</summary>
    public const long MaxPixels = 178_956_970;

    private static ReadOnlySpan<float> PowersOfTwo => [0.125f, 0.25f, 0.5f];

    private static ReadOnlySpan<float> Eighths => [0.125f, 0.25f, 0.375f, 0.5f, 0.625f, 0.75f, 0.875f];

    /// <summary>Decodes a file.</summary>
    public static DecodeResult Decode(string path, DecodeTarget target = default)
    {
        using var file = PictureFile.Read(path);
        return file.Failure ?? Decode(file.Bytes, target);
    }

    /// <summary>Decodes a file's contents.</summary>
    public static unsafe DecodeResult Decode(ReadOnlySpan<byte> file, DecodeTarget target = default)
    {
        if (file.IsEmpty) return DecodeResult.Failed(DecodeFailure.Empty, "is empty (0 bytes)");
        var signature = FileSignature.Of(file);
        if (signature.Content == FileSignature.Kind.Other) return DecodeResult.Failed(DecodeFailure.NotAnImage, $"is {signature.Description}");
        if (signature.Content == FileSignature.Kind.UnsupportedPicture)
            return DecodeResult.Failed(DecodeFailure.UnsupportedFormat, $"is in {signature.Description} format, which is not supported: convert it to PNG or JPEG");
        fixed (byte* start = file)
        {
            using var data = SKData.Create((nint)start, file.Length);
            using var codec = SKCodec.Create(new SKMemoryStream(data), out var result);
            return codec is null ? Failed(result, signature) : Decode(codec, file, signature, target);
        }
    }

    private static DecodeResult Decode(SKCodec codec, ReadOnlySpan<byte> file, FileSignature signature, DecodeTarget target)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width < 1 || height < 1) return DecodeResult.Failed(DecodeFailure.Corrupt, $"is a damaged {signature.Description} file: its size is {width}×{height}");
        if ((long)width * height > MaxPixels) return DecodeResult.Failed(DecodeFailure.TooLarge, $"claims {width}×{height} pixels, more than {MaxPixels}");
        if (signature.IsJpeg)
        {
            var failure = JpegMarkers.Check(file);
            if (failure != DecodeFailure.None) return Failed(failure, signature);
            var size = ScaledSize(codec, target);
            (width, height) = (size.Width, size.Height);
        }
        bool opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        int count = checked(width * height * 4);
        byte[] rgba = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            var result = Read(codec, new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul), rgba);
            if (result != SKCodecResult.Success) return Failed(result, signature);
            int orientation = ExifOrientation.Read(file);
            bool turned = orientation >= 5;
            var image = PixelLayout.ToRgb(rgba.AsSpan(0, count), width, height, opaque, orientation);
            return DecodeResult.Of(image, turned ? codec.Info.Height : codec.Info.Width, turned ? codec.Info.Width : codec.Info.Height);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static unsafe SKCodecResult Read(SKCodec codec, SKImageInfo info, byte[] rgba)
    {
        fixed (byte* pixels = rgba) return codec.GetPixels(info, (nint)pixels);
    }

    // The smallest that leaves enough; libjpeg scales in its inverse transform.
    private static SKSizeI ScaledSize(SKCodec codec, DecodeTarget target)
    {
        var size = codec.Info.Size;
        if (target.ShortSide < 1) return size;
        foreach (float scale in target.Eighths ? Eighths : PowersOfTwo)
        {
            var scaled = codec.GetScaledDimensions(scale);
            if (Math.Min(scaled.Width, scaled.Height) >= target.ShortSide) return scaled;
        }
        return size;
    }

    private static DecodeResult Failed(SKCodecResult result, FileSignature signature)
        => Failed(result == SKCodecResult.IncompleteInput ? DecodeFailure.Truncated : DecodeFailure.Corrupt, signature);

    private static DecodeResult Failed(DecodeFailure failure, FileSignature signature) => DecodeResult.Failed(failure, failure == DecodeFailure.Truncated
        ? $"is cut off: the {signature.Description} data end before the picture does"
        : $"is damaged: its {signature.Description} data cannot be decoded");
}
