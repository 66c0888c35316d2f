using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using SkiaSharp;

namespace NativeTrainer.Cli.Drawing;

/// <summary>Pictures with what the classifier says about them: green where right, red with the truth where wrong.</summary>
internal static class PredictionGrid
{
    private const int Cell = 128, Caption = 22, Gap = 8;
    private const float Letter = 9;

    /// <param name="images">Files that decode; others are left blank.</param>
    public static void Save(string path, IReadOnlyList<PredictedImage> images, IReadOnlyList<string> classes, int columns)
    {
        int rows = (images.Count + columns - 1) / columns;
        Picture.Save(path, columns * (Cell + Gap) + Gap, rows * (Cell + Caption + Gap) + Gap, canvas =>
        {
            for (int i = 0; i < images.Count; i++) Draw(canvas, images[i], classes, Gap + i % columns * (Cell + Gap), Gap + i / columns * (Cell + Caption + Gap));
        });
    }

    private static void Draw(SKCanvas canvas, PredictedImage image, IReadOnlyList<string> classes, float left, float top)
    {
        if (ImageDecoder.Decode(image.Path, new DecodeTarget(Cell) { Region = image.Crop }).Image is RgbImage decoded)
        {
            using var bitmap = Bitmap(new Resizer().CentreCrop(decoded, Cell, Cell));
            canvas.DrawBitmap(bitmap, left, top, SKSamplingOptions.Default);
        }
        int predicted = image.Predicted;
        string said = $"{classes[predicted]} {image.Probabilities[predicted] * 100:0}%";
        bool wrong = image.Label >= 0 && image.Label != predicted;
        string text = wrong ? $"{said}, is {classes[image.Label]}" : said;
        var colour = image.Label < 0 ? Picture.Ink : wrong ? Picture.Red : Picture.Green;
        Lettering.Draw(canvas, Lettering.Fit(text, Letter, Cell), left, top + Cell + 15, Letter, colour);
    }

    private static SKBitmap Bitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var rgba = new byte[image.Width * image.Height * 4];
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            image.Pixels.AsSpan(i * 3, 3).CopyTo(rgba.AsSpan(i * 4));
            rgba[i * 4 + 3] = 255;
        }
        System.Runtime.InteropServices.Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        return bitmap;
    }
}
