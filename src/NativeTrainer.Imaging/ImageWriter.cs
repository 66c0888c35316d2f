using SkiaSharp;

namespace NativeTrainer.Imaging;

/// <summary>Writes pictures as PNG or JPEG.</summary>
public static class ImageWriter
{
    /// <param name="image">The picture.</param>
    /// <param name="path">Ends in .png, .jpg or .jpeg, which chooses the format; an existing file is replaced.</param>
    /// <param name="jpegQuality">1 to 100.</param>
    /// <exception cref="UserException">Another extension, or the file cannot be written.</exception>
    public static void Write(RgbImage image, string path, int jpegQuality = 95)
    {
        bool png = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => true,
            ".jpg" or ".jpeg" => false,
            var other => throw new UserException($"{path}: pictures are written as .png or .jpg, not as '{other}'"),
        };
        byte[] bytes = png ? EncodePng(image) : EncodeJpeg(image, jpegQuality);
        try
        {
            File.WriteAllBytes(path, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written ({exception.Message})", exception);
        }
    }

    public static byte[] EncodePng(RgbImage image) => Encode(image, SKEncodedImageFormat.Png, 100);

    /// <param name="image">The picture.</param>
    /// <param name="quality">1 to 100.</param>
    public static byte[] EncodeJpeg(RgbImage image, int quality = 95) => Encode(image, SKEncodedImageFormat.Jpeg, quality);

    private static unsafe byte[] Encode(RgbImage image, SKEncodedImageFormat format, int quality)
    {
        var rgba = new byte[checked(image.Width * image.Height * 4)];
        for (int from = 0, to = 0; to < rgba.Length; from += 3, to += 4)
        {
            image.Pixels.AsSpan(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = 255;
        }
        fixed (byte* pixels = rgba)
        {
            using var pixmap = new SKPixmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)pixels);
            using var data = pixmap.Encode(format, quality) ?? throw new InvalidOperationException($"{format} could not encode {image.Width}×{image.Height} pixels");
            return data.ToArray();
        }
    }
}
