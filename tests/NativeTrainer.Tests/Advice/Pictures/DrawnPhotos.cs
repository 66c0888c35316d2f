using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Pictures;

/// <summary>Pictures with what photos have: soft light, shapes with edges, some noise.</summary>
internal static class DrawnPhotos
{
    public static RgbImage Draw(int seed, int width = 300, int height = 224, double light = 1, bool gray = false)
    {
        var random = new Random(seed);
        var pixels = new byte[width * height * 3];
        double[] from = Colour(random), to = Colour(random);
        var discs = Enumerable.Range(0, 12).Select(_ => (X: random.NextDouble() * width, Y: random.NextDouble() * height, Radius: (0.05 + 0.15 * random.NextDouble()) * height, Colour: Colour(random))).ToArray();
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int disc = Array.FindLastIndex(discs, d => (x - d.X) * (x - d.X) + (y - d.Y) * (y - d.Y) < d.Radius * d.Radius);
                double shade = (double)(x + y) / (width + height), noise = random.NextDouble() * 16 - 8;
                for (int c = 0; c < 3; c++)
                {
                    double value = disc >= 0 ? discs[disc].Colour[c] * (0.7 + 0.3 * shade) : from[c] + (to[c] - from[c]) * shade;
                    if (gray) value = disc >= 0 ? discs[disc].Colour[0] : from[0];
                    pixels[(y * width + x) * 3 + c] = (byte)Math.Clamp((value + noise) * light, 0, 255);
                }
            }
        }
        return new RgbImage(pixels, width, height);
    }

    public static PictureStatistics[] Measure(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => PictureStatistics.Of(Draw(seed * 1000 + i)))];

    public static RgbImage Blurred(RgbImage image, int factor)
        => new Resizer().Resize(new Resizer().Resize(image, Math.Max(image.Width / factor, 1), Math.Max(image.Height / factor, 1)), image.Width, image.Height);

    public static RgbImage Flat(byte level, int width = 300, int height = 224)
    {
        var pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(level);
        return new RgbImage(pixels, width, height);
    }

    private static double[] Colour(Random random) => [30 + random.NextDouble() * 220, 30 + random.NextDouble() * 220, 30 + random.NextDouble() * 220];
}
