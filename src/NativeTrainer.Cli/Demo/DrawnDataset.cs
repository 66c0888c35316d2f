using NativeTrainer.Imaging;
using SkiaSharp;

namespace NativeTrainer.Cli.Demo;

/// <summary>
/// A small labelled picture set, drawn and no photographs: objects in changing light, colour, pose and place, before other things and
/// partly behind them. The same seed draws the same pictures.
/// </summary>
/// <param name="Objects">The classes.</param>
/// <param name="Side">Width and height in pixels.</param>
internal sealed record DrawnDataset(IReadOnlyList<DrawnObject> Objects, int TrainPerClass, int ValidationPerClass, int Side = 72, int Seed = 1)
{
    private const int JpegQuality = 90;

    /// <summary>Writes <c>train/CLASS/NNN.jpg</c> and <c>val/CLASS/NNN.jpg</c>; files of the same names are replaced.</summary>
    public void Save(string folder)
    {
        for (int c = 0; c < Objects.Count; c++)
        {
            for (int i = 0; i < TrainPerClass + ValidationPerClass; i++)
            {
                string split = i < TrainPerClass ? "train" : "val";
                string path = Path.Combine(folder, split, Objects[c].Name, $"{i:000}.jpg");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                ImageWriter.Write(Draw(c, i), path, JpegQuality);
            }
        }
    }

    /// <summary>One picture; a pure function of the seed, the class and the index.</summary>
    public RgbImage Draw(int label, int index)
    {
        var random = new Random(HashCode(Seed, label, index));
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Scale(Side);
            Background(canvas, random);
            canvas.Save();
            Pose(canvas, random);
            Objects[label].Draw(canvas, random);
            canvas.Restore();
            if (random.NextDouble() < 0.4) Occlude(canvas, random);
            Light(canvas, random);
        }
        return Grain(bitmap, random);
    }

    // string.GetHashCode and HashCode.Combine differ from run to run.
    private static int HashCode(int seed, int label, int index) => unchecked((seed * 31 + label) * 65599 + index * 2654435 + 17);

    // All in units of the picture's side.
    private static void Background(SKCanvas canvas, Random random)
    {
        SKColor Any() => SKColor.FromHsv(random.NextSingle() * 360, 10 + random.NextSingle() * 50, 30 + random.NextSingle() * 65);
        using var sky = SKShader.CreateLinearGradient(new SKPoint(random.NextSingle(), 0), new SKPoint(random.NextSingle(), 1), [Any(), Any()], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = sky };
        canvas.DrawRect(0, 0, 1, 1, paint);
        for (int blob = 0; blob < random.Next(3, 9); blob++)
        {
            using var fill = new SKPaint { Color = Any().WithAlpha((byte)random.Next(60, 200)), IsAntialias = true };
            float size = 0.05f + random.NextSingle() * 0.25f;
            if (random.NextDouble() < 0.5) canvas.DrawOval(random.NextSingle(), random.NextSingle(), size, size * (0.3f + random.NextSingle()), fill);
            else canvas.DrawRect(random.NextSingle() - size, random.NextSingle() - size, size * 2, size * (0.3f + random.NextSingle()), fill);
        }
    }

    private static void Pose(SKCanvas canvas, Random random)
    {
        float size = 0.26f + random.NextSingle() * 0.16f, slack = 0.5f - size;
        canvas.Translate(0.5f + (random.NextSingle() * 2 - 1) * slack, 0.5f + (random.NextSingle() * 2 - 1) * slack);
        canvas.RotateDegrees((random.NextSingle() * 2 - 1) * 22);
        canvas.Skew((random.NextSingle() * 2 - 1) * 0.2f, 0);
        canvas.Scale(random.NextDouble() < 0.5 ? -size : size, size * (0.85f + random.NextSingle() * 0.3f));
    }

    // A beam in front of the object, as a branch or a post would be.
    private static void Occlude(SKCanvas canvas, Random random)
    {
        using var paint = Drawing.Picture.Stroke(SKColor.FromHsv(random.NextSingle() * 360, random.NextSingle() * 60, random.NextSingle() * 80), 0.03f + random.NextSingle() * 0.06f);
        float at = 0.25f + random.NextSingle() * 0.5f, lean = (random.NextSingle() - 0.5f) * 0.5f;
        if (random.NextDouble() < 0.5) canvas.DrawLine(at - lean, -0.1f, at + lean, 1.1f, paint);
        else canvas.DrawLine(-0.1f, at - lean, 1.1f, at + lean, paint);
    }

    // Brighter on one side, darker on the other, and warmer or cooler as a whole.
    private static void Light(SKCanvas canvas, Random random)
    {
        double angle = random.NextDouble() * 2 * Math.PI;
        var towards = new SKPoint((float)Math.Cos(angle) * 0.7f, (float)Math.Sin(angle) * 0.7f);
        byte bright = (byte)random.Next(0, 90), dark = (byte)random.Next(0, 150);
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0.5f - towards.X, 0.5f - towards.Y), new SKPoint(0.5f + towards.X, 0.5f + towards.Y),
            [new SKColor(255, 244, 214, bright), new SKColor(255, 255, 255, 0), new SKColor(8, 12, 40, dark)], [0, 0.5f, 1], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawRect(0, 0, 1, 1, paint);
    }

    private static RgbImage Grain(SKBitmap bitmap, Random random)
    {
        var rgba = bitmap.GetPixelSpan();
        var rgb = new byte[bitmap.Width * bitmap.Height * 3]; // (H, W, 3)
        double strength = random.NextDouble() * 12;
        for (int i = 0; i < rgb.Length; i += 3)
        {
            double noise = (random.NextDouble() + random.NextDouble() - 1) * strength;
            for (int c = 0; c < 3; c++) rgb[i + c] = (byte)Math.Clamp(rgba[i / 3 * 4 + c] + noise, 0, 255);
        }
        return new RgbImage(rgb, bitmap.Width, bitmap.Height);
    }
}
