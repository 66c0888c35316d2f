using System.Buffers.Binary;
using System.Text;
using SkiaSharp;

namespace NativeTrainer.Imaging.Tests;

internal static class WebpFile
{
    /// <summary>A lossless WebP in the extended form (RFC 9649, 2.7), with an EXIF chunk after the picture.</summary>
    public static byte[] Lossless(RgbImage image, byte[] exif)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                var (r, g, b) = image.At(x, y);
                bitmap.SetPixel(x, y, new SKColor(r, g, b));
            }
        }
        using var pixmap = bitmap.PeekPixels();
        using var simple = pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100)) ?? throw new InvalidOperationException("WebP could not be encoded");
        // Behind "RIFF", size and "WEBP" stands the one chunk of the simple form.
        byte[] picture = simple.ToArray()[12..];
        if (!picture.AsSpan().StartsWith("VP8L"u8)) throw new InvalidOperationException($"the encoder wrote a {Encoding.ASCII.GetString(picture, 0, 4)} chunk");
        byte[] header = [0x08, 0, 0, 0, .. UInt24(image.Width - 1), .. UInt24(image.Height - 1)];
        byte[] body = [.. "WEBP"u8, .. Chunk("VP8X", header), .. picture, .. Chunk("EXIF", exif)];
        return Chunk("RIFF", body);
    }

    private static byte[] Chunk(string name, byte[] data)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        return [.. Encoding.ASCII.GetBytes(name), .. size, .. data, .. new byte[data.Length & 1]];
    }

    private static byte[] UInt24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
