using NativeTrainer.Advice;
using NativeTrainer.Benchmarks.Advice;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice;

/// <summary>Pictures of discs and boxes on a shaded ground; the same number draws the same picture.</summary>
internal static class DrawnScenes
{
    public const int Width = 132, Height = 108;

    public static RgbImage Draw(int number)
    {
        ulong key = CounterRandom.Key(11, 0, (ulong)number, 0), counter = 0;
        float Next(float low, float high) => CounterRandom.Uniform(key, counter++, low, high);
        var pixels = new float[Width * Height * 3];
        float slopeX = Next(-80, 80), slopeY = Next(-80, 80);
        float[] ground = [Next(60, 190), Next(60, 190), Next(60, 190)];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = ground[i % 3] + slopeX * (i / 3 % Width / (float)Width - 0.5f) + slopeY * (i / 3 / Width / (float)Height - 0.5f);
        for (int shape = 0; shape < 14; shape++)
        {
            float x = Next(0, Width), y = Next(0, Height), half = Next(4, 24), tall = Next(0.4f, 1.6f);
            bool disc = Next(0, 1) < 0.5f;
            float[] colour = [Next(0, 255), Next(0, 255), Next(0, 255)];
            for (int row = 0; row < Height; row++)
            {
                for (int column = 0; column < Width; column++)
                {
                    float dx = (column - x) / half, dy = (row - y) / (half * tall);
                    if (disc ? dx * dx + dy * dy > 1 : Math.Max(Math.Abs(dx), Math.Abs(dy)) > 1) continue;
                    colour.CopyTo(pixels, (row * Width + column) * 3);
                }
            }
        }
        return new RgbImage([.. pixels.Select((p, i) => (byte)Math.Clamp(p + CounterRandom.Uniform(key, 1000 + (ulong)i, -6, 6), 0, 255))], Width, Height);
    }

    public static PictureRecord Record(RgbImage image, int label = 0, SplitName split = SplitName.Train, string name = "", string? group = null)
        => new(name, label, split, group, PictureSignature.Of(ImageWriter.EncodePng(image), image));

    /// <summary>Training pictures numbered from <paramref name="first"/>, in two classes by turns.</summary>
    public static List<PictureRecord> Many(int count, int first = 0)
        => [.. Enumerable.Range(first, count).Select(i => Record(Draw(i), i % 2, SplitName.Train, $"{i}.png"))];

    /// <summary>A changed copy of a drawn picture, in the validation part.</summary>
    public static PictureRecord Copy(int number, CopyKind kind, ulong key = 1)
    {
        byte[] file = PlantedCopy.Make(Draw(number), kind, key);
        return new PictureRecord($"{number} {kind}.jpg", number % 2, SplitName.Val, null, PictureSignature.Of(file, ImageDecoder.Decode(file).Image!));
    }
}
