using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NativeTrainer.Imaging;

/// <summary>From what the decoder writes (RGBA, 4 bytes, alpha not multiplied in) to an upright picture of RGB on white.</summary>
internal static class PixelLayout
{
    /// <param name="rgba">(height, width, 4), opaque.</param>
    /// <param name="orientation">EXIF's 1 to 8.</param>
    /// <param name="region">The part of the upright picture that is wanted; it lies within.</param>
    public static RgbImage ToRgb(ReadOnlySpan<byte> rgba, int width, int height, int orientation, PixelRegion region)
    {
        var (w, h) = (region.Width, region.Height);
        var pixels = GC.AllocateUninitializedArray<byte>(checked(w * h * 3));
        if (orientation > 1) Orient(MemoryMarshal.Cast<byte, uint>(rgba), pixels, (width, height), orientation, region);
        else if (w == width) DropAlpha(rgba.Slice(region.Y * width * 4, h * width * 4), pixels);
        else
        {
            for (int y = 0; y < h; y++) DropAlpha(rgba.Slice(((region.Y + y) * width + region.X) * 4, w * 4), pixels.AsSpan(y * w * 3, w * 3));
        }
        return new RgbImage(pixels, w, h);
    }

    /// <summary>Colour · alpha + 255 · (1 − alpha), rounded to nearest.</summary>
    public static void CompositeOnWhite(Span<byte> rgba)
    {
        for (int i = 0; i + 4 <= rgba.Length; i += 4)
        {
            int alpha = rgba[i + 3];
            if (alpha == 255) continue;
            int white = 255 * (255 - alpha) + 127;
            for (int c = 0; c < 3; c++) rgba[i + c] = (byte)((rgba[i + c] * alpha + white) / 255);
        }
    }

    private static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        // Bytes 0-11 of each result are four pixels' RGB; 12-15 are overwritten by the next store, and the last pixels go one by one.
        var order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);
        int from = 0, to = 0;
        for (; to + 16 <= rgb.Length; from += 16, to += 12)
        {
            Vector128.Shuffle(Vector128.Create(rgba.Slice(from, 16)), order).CopyTo(rgb[to..]);
        }
        for (; to < rgb.Length; from += 4, to += 3) rgba.Slice(from, 3).CopyTo(rgb[to..]);
    }

    private static void Orient(ReadOnlySpan<uint> source, Span<byte> rgb, (int Width, int Height) size, int orientation, PixelRegion region)
    {
        var (width, height) = size;
        int last = width - 1, bottom = (height - 1) * width;
        // Where the upright picture's first pixel lies, and the step to its right and lower neighbour.
        var (start, right, down) = orientation switch
        {
            2 => (last, -1, width),
            3 => (bottom + last, -1, -width),
            4 => (bottom, 1, -width),
            5 => (0, width, 1),
            6 => (bottom, -width, 1),
            7 => (bottom + last, -width, -1),
            8 => (last, width, -1),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
        };
        int to = 0;
        for (int y = 0; y < region.Height; y++)
        {
            int from = start + (region.Y + y) * down + region.X * right;
            for (int x = 0; x < region.Width; x++, from += right, to += 3)
            {
                uint pixel = source[from];
                (rgb[to], rgb[to + 1], rgb[to + 2]) = BitConverter.IsLittleEndian
                    ? ((byte)pixel, (byte)(pixel >> 8), (byte)(pixel >> 16))
                    : ((byte)(pixel >> 24), (byte)(pixel >> 16), (byte)(pixel >> 8));
            }
        }
    }
}
