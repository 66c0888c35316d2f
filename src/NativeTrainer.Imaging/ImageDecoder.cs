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

    // A JPEG's header and metadata lie within its start; thumbnails and profiles rarely reach so far.
    private const int HeaderBytes = 64 * 1024;

    /// <summary>Decodes a file.</summary>
    public static DecodeResult Decode(string path, DecodeTarget target = default) => Decode(path, [target])[0];

    /// <summary>Decodes several parts of one file: pixels are decoded once for all parts that want the same scale.</summary>
    public static DecodeResult[] Decode(string path, ReadOnlySpan<DecodeTarget> targets)
    {
        using var file = PictureFile.Read(path);
        return file.Failure is { } failure ? All(failure, targets.Length) : Decode(file.Bytes, targets);
    }

    /// <summary>Decodes a file's contents.</summary>
    public static DecodeResult Decode(ReadOnlySpan<byte> file, DecodeTarget target = default) => Decode(file, [target])[0];

    /// <summary>The stored size and EXIF's orientation, without decoding pixels; null where the file is no picture that can be decoded.</summary>
    internal static PictureHeader? ReadHeader(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            long length = RandomAccess.GetLength(file);
            if (length is 0 || length > Array.MaxLength) return null;
            var start = new byte[Math.Min(length, HeaderBytes)];
            if (RandomAccess.Read(file, start, 0) < start.Length) return null;
            bool jpeg = FileSignature.Of(start).IsJpeg;
            // Others may keep their orientation at the end.
            return (jpeg || start.Length == length ? Header(start) : null) ?? (start.Length < length ? Header(File.ReadAllBytes(path)) : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static unsafe PictureHeader? Header(ReadOnlySpan<byte> file)
    {
        if (FileSignature.Of(file).Content != FileSignature.Kind.Picture) return null;
        fixed (byte* start = file)
        {
            using var data = SKData.Create((nint)start, file.Length);
            using var codec = SKCodec.Create(new SKMemoryStream(data), out _);
            return codec is { Info: { Width: > 0, Height: > 0 } info } ? new PictureHeader(info.Width, info.Height, ExifOrientation.Read(file)) : null;
        }
    }

    private static unsafe DecodeResult[] Decode(ReadOnlySpan<byte> file, ReadOnlySpan<DecodeTarget> targets)
    {
        if (file.IsEmpty) return All(DecodeResult.Failed(DecodeFailure.Empty, "is empty (0 bytes)"), targets.Length);
        var signature = FileSignature.Of(file);
        if (signature.Content == FileSignature.Kind.Other) return All(DecodeResult.Failed(DecodeFailure.NotAnImage, $"is {signature.Description}"), targets.Length);
        if (signature.Content == FileSignature.Kind.UnsupportedPicture)
            return All(DecodeResult.Failed(DecodeFailure.UnsupportedFormat, $"is in {signature.Description} format, which is not supported: convert it to PNG or JPEG"), targets.Length);
        var results = new DecodeResult?[targets.Length];
        fixed (byte* start = file)
        {
            for (int i = 0; i < targets.Length; i++)
            {
                if (results[i] is not null) continue;
                // A codec decodes once.
                using var data = SKData.Create((nint)start, file.Length);
                using var codec = SKCodec.Create(new SKMemoryStream(data), out var result);
                if (codec is null) return All(Failed(result, signature), targets.Length);
                if (Decode(codec, file, signature, targets, i, results) is { } failure) return All(failure, targets.Length);
            }
        }
        return results!;
    }

    private static DecodeResult[] All(DecodeResult result, int count)
    {
        var results = new DecodeResult[count];
        results.AsSpan().Fill(result);
        return results;
    }

    // Fills the results of all targets of the same scale as the first's; returns what fails all of them.
    private static DecodeResult? Decode(SKCodec codec, ReadOnlySpan<byte> file, FileSignature signature, ReadOnlySpan<DecodeTarget> targets, int first, DecodeResult?[] results)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width < 1 || height < 1) return DecodeResult.Failed(DecodeFailure.Corrupt, $"is a damaged {signature.Description} file: its size is {width}×{height}");
        if ((long)width * height > MaxPixels) return DecodeResult.Failed(DecodeFailure.TooLarge, $"claims {width}×{height} pixels, more than {MaxPixels}");
        if (signature.IsJpeg && JpegMarkers.Check(file) is var damage and not DecodeFailure.None) return Failed(damage, signature);
        int orientation = ExifOrientation.Read(file);
        var size = ScaledSize(codec, signature, targets[first], orientation);
        (width, height) = (size.Width, size.Height);
        bool opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        int count = checked(width * height * 4);
        byte[] rgba = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            var result = Read(codec, new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul), rgba);
            if (result != SKCodecResult.Success) return Failed(result, signature);
            if (!opaque) PixelLayout.CompositeOnWhite(rgba.AsSpan(0, count));
            for (int i = first; i < targets.Length; i++)
            {
                if (results[i] is null && ScaledSize(codec, signature, targets[i], orientation) == size) results[i] = Cut(rgba.AsSpan(0, count), size, codec.Info.Size, orientation, targets[i].Region);
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static DecodeResult Cut(ReadOnlySpan<byte> rgba, SKSizeI size, SKSizeI full, int orientation, PixelRegion? wanted)
    {
        var (upright, fullUpright) = (Upright(size, orientation), Upright(full, orientation));
        var part = wanted ?? new PixelRegion(0, 0, fullUpright.Width, fullUpright.Height);
        if (part.Within(fullUpright.Width, fullUpright.Height) is not { } within)
            return DecodeResult.Failed(DecodeFailure.OutsidePicture, $"has {fullUpright.Width}×{fullUpright.Height} pixels, and the box {part.X},{part.Y},{part.Width},{part.Height} lies outside");
        var image = PixelLayout.ToRgb(rgba, size.Width, size.Height, orientation, within.Scaled(fullUpright, upright));
        return DecodeResult.Of(image, within.Width, within.Height);
    }

    private static (int Width, int Height) Upright(SKSizeI size, int orientation) => orientation >= 5 ? (size.Height, size.Width) : (size.Width, size.Height);

    private static unsafe SKCodecResult Read(SKCodec codec, SKImageInfo info, byte[] rgba)
    {
        fixed (byte* pixels = rgba) return codec.GetPixels(info, (nint)pixels);
    }

    // The smallest that leaves enough; libjpeg scales in its inverse transform. Parts of one file share a decoding where their scales are few.
    private static SKSizeI ScaledSize(SKCodec codec, FileSignature signature, DecodeTarget target, int orientation)
    {
        var size = codec.Info.Size;
        if (target.ShortSide < 1 || !signature.IsJpeg) return size;
        var full = Upright(size, orientation);
        var region = target.Region?.Within(full.Width, full.Height) ?? new PixelRegion(0, 0, full.Width, full.Height);
        foreach (float scale in target.Eighths && target.Region is null ? Eighths : PowersOfTwo)
        {
            var scaled = codec.GetScaledDimensions(scale);
            if (region.Scaled(full, Upright(scaled, orientation)).ShortSide >= target.ShortSide) return scaled;
        }
        return size;
    }

    private static DecodeResult Failed(SKCodecResult result, FileSignature signature)
        => Failed(result == SKCodecResult.IncompleteInput ? DecodeFailure.Truncated : DecodeFailure.Corrupt, signature);

    private static DecodeResult Failed(DecodeFailure failure, FileSignature signature) => DecodeResult.Failed(failure, failure == DecodeFailure.Truncated
        ? $"is cut off: the {signature.Description} data end before the picture does"
        : $"is damaged: its {signature.Description} data cannot be decoded");
}
