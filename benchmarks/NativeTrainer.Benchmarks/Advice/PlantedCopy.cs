using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>What is done to a training picture before it is planted in the validation part.</summary>
internal enum CopyKind
{
    Reencoded,
    Resized,
    Cropped,
    Flipped,
    Brightness,
    TurnedBlackCorners,
    TurnedInside,
    Combined,
}

/// <summary>
/// Copies as they get into real sets: changed once, then saved as JPEG. The amounts are uniform over their range and a pure function of the key.
/// </summary>
internal static class PlantedCopy
{
    public static string Name(CopyKind kind) => kind switch
    {
        CopyKind.Reencoded => "re-encoded, quality 30 to 95",
        CopyKind.Resized => "resized, 0.5 to 2 times",
        CopyKind.Cropped => "cropped, 0 to 15 % of each side's length",
        CopyKind.Flipped => "flipped",
        CopyKind.Brightness => "brightness, −20 to +20 %",
        CopyKind.TurnedBlackCorners => "turned up to 5°, black corners",
        CopyKind.TurnedInside => "turned up to 5°, cropped to the inside",
        _ => "flipped, cropped to 10 %, brightness, resized and re-encoded at once",
    };

    /// <returns>The copy's file.</returns>
    public static byte[] Make(RgbImage original, CopyKind kind, ulong key)
    {
        const int usual = 92;
        return kind switch
        {
            CopyKind.Reencoded => ImageWriter.EncodeJpeg(original, 30 + CounterRandom.Below(key, 0, 66)),
            CopyKind.Resized => ImageWriter.EncodeJpeg(Resize(original, key), usual),
            CopyKind.Cropped => ImageWriter.EncodeJpeg(Crop(original, key, 0.15f), usual),
            CopyKind.Flipped => ImageWriter.EncodeJpeg(Flip(original), usual),
            CopyKind.Brightness => ImageWriter.EncodeJpeg(Brighten(original, key), usual),
            CopyKind.TurnedBlackCorners => ImageWriter.EncodeJpeg(Turn(original, Angle(key), inside: false), usual),
            CopyKind.TurnedInside => ImageWriter.EncodeJpeg(Turn(original, Angle(key), inside: true), usual),
            _ => ImageWriter.EncodeJpeg(Brighten(Resize(Crop(Flip(original), key, 0.1f), key), key), 30 + CounterRandom.Below(key, 0, 66)),
        };
    }

    private static RgbImage Resize(RgbImage image, ulong key)
    {
        double factor = Math.Pow(2, CounterRandom.Uniform(key, 1, -1, 1));
        return new Resizer().Resize(image, Math.Max((int)(image.Width * factor), 1), Math.Max((int)(image.Height * factor), 1));
    }

    // Each axis loses its own share, from either end.
    private static RgbImage Crop(RgbImage image, ulong key, float most)
    {
        int width = (int)(image.Width * (1 - CounterRandom.Uniform(key, 2, 0, most))), height = (int)(image.Height * (1 - CounterRandom.Uniform(key, 3, 0, most)));
        int left = CounterRandom.Below(key, 4, image.Width - width + 1), top = CounterRandom.Below(key, 5, image.Height - height + 1);
        return Map(image, width, height, (x, y) => (x + left, y + top));
    }

    private static RgbImage Flip(RgbImage image) => Map(image, image.Width, image.Height, (x, y) => (image.Width - 1 - x, y));

    private static RgbImage Brighten(RgbImage image, ulong key)
    {
        float factor = CounterRandom.Uniform(key, 6, 0.8f, 1.2f);
        return new RgbImage([.. image.Pixels.Select(p => (byte)Math.Min(p * factor + 0.5f, 255))], image.Width, image.Height);
    }

    private static float Angle(ulong key) => CounterRandom.Uniform(key, 7, -5, 5);

    // About the centre; inside takes the largest part of the same proportions, centred, that has no foreign corner.
    private static RgbImage Turn(RgbImage image, float degrees, bool inside)
    {
        var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
        float size = 1;
        if (inside) size = Math.Min(image.Width / (image.Width * cos + image.Height * MathF.Abs(sin)), image.Height / (image.Height * cos + image.Width * MathF.Abs(sin)));
        int width = (int)(image.Width * size), height = (int)(image.Height * size);
        return Map(image, width, height, (x, y) =>
        {
            float dx = x - (width - 1) / 2f, dy = y - (height - 1) / 2f;
            return ((image.Width - 1) / 2f + cos * dx - sin * dy, (image.Height - 1) / 2f + sin * dx + cos * dy);
        });
    }

    // Bilinear; black beyond the edge.
    private static RgbImage Map(RgbImage source, int width, int height, Func<int, int, (float X, float Y)> from)
    {
        var target = new RgbImage(new byte[width * height * 3], width, height);
        for (int i = 0; i < width * height; i++)
        {
            var (x, y) = from(i % width, i / width);
            if (x < -0.5f || y < -0.5f || x > source.Width - 0.5f || y > source.Height - 0.5f) continue;
            x = Math.Clamp(x, 0, source.Width - 1);
            y = Math.Clamp(y, 0, source.Height - 1);
            int left = Math.Min((int)x, Math.Max(source.Width - 2, 0)), top = Math.Min((int)y, Math.Max(source.Height - 2, 0));
            int right = Math.Min(left + 1, source.Width - 1), bottom = Math.Min(top + 1, source.Height - 1);
            for (int c = 0; c < 3; c++)
            {
                float At(int column, int row) => source.Pixels[(row * source.Width + column) * 3 + c];
                float upper = At(left, top) + (At(right, top) - At(left, top)) * (x - left), lower = At(left, bottom) + (At(right, bottom) - At(left, bottom)) * (x - left);
                target.Pixels[i * 3 + c] = (byte)(upper + (lower - upper) * (y - top) + 0.5f);
            }
        }
        return target;
    }
}
