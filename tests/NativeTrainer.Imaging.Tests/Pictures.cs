namespace NativeTrainer.Imaging.Tests;

/// <summary>Pictures made by formula.</summary>
internal static class Pictures
{
    public static RgbImage Noise(int width, int height, int seed)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(pixels, width, height);
    }

    /// <summary>Smooth and without symmetry, so that JPEG keeps it well and a wrong turn shows.</summary>
    public static RgbImage Gradient(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = (y * width + x) * 3;
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(255 * x / width), (byte)(255 * y / height), (byte)(255 * x * y / (width * height)));
            }
        }
        return new RgbImage(pixels, width, height);
    }

    public static (byte R, byte G, byte B) At(this RgbImage image, int x, int y)
    {
        int at = (y * image.Width + x) * 3;
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    public static double MeanDifference(RgbImage a, RgbImage b)
    {
        Assert.Equal((a.Width, a.Height), (b.Width, b.Height));
        return a.Pixels.Zip(b.Pixels, (x, y) => Math.Abs(x - y)).Average();
    }
}
