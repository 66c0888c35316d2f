using NativeTrainer.Imaging;

namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>JPEG files of 500 × 375 pixels, quality 90, with a photo's mixture of smooth parts, edges and grain, in a temporary folder that goes with this object.</summary>
internal sealed class SyntheticPhotos : IDisposable
{
    private const int Count = 64, Width = 500, Height = 375, Quality = 90, Discs = 24;
    private const int Grain = 9; // levels

    public SyntheticPhotos()
    {
        Folder = Directory.CreateTempSubdirectory("nativetrainer-photos-").FullName;
        for (int i = 0; i < Count; i++) ImageWriter.Write(Draw(new Random(i)), Path.Combine(Folder, $"{i:D3}.jpg"), Quality);
    }

    public string Folder { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static RgbImage Draw(Random random)
    {
        var pixels = new byte[Width * Height * 3];
        var discs = Enumerable.Range(0, Discs).Select(_ => (X: random.Next(Width), Y: random.Next(Height), Radius: random.Next(8, 120), Colour: random.Next())).ToArray();
        double slope = random.NextDouble();
        for (int y = 0, at = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int sky = (int)(200 * ((1 - slope) * x / Width + slope * y / Height)), colour = 0;
                foreach (var disc in discs)
                    if ((x - disc.X) * (x - disc.X) + (y - disc.Y) * (y - disc.Y) < disc.Radius * disc.Radius) colour = disc.Colour;
                for (int c = 0; c < 3; c++) pixels[at++] = (byte)Math.Clamp((colour == 0 ? sky + 20 * c : colour >> (8 * c) & 255) + random.Next(-Grain, Grain + 1), 0, 255);
            }
        }
        return new RgbImage(pixels, Width, Height);
    }
}
