using NativeTrainer.Imaging;
using SkiaSharp;

namespace NativeTrainer.Cli.Drawing;

/// <summary>A white page to draw on that becomes a PNG.</summary>
internal static class Picture
{
    public static readonly SKColor Ink = new(0x22, 0x2A, 0x35), Faint = new(0xDD, 0xE1, 0xE6), Quiet = new(0x6B, 0x75, 0x82),
        Blue = new(0x25, 0x63, 0xB0), Orange = new(0xD9, 0x6B, 0x0B), Green = new(0x1E, 0x82, 0x4C), Red = new(0xB9, 0x2D, 0x2D);

    /// <exception cref="UserException">The file cannot be written.</exception>
    public static void Save(string path, int width, int height, Action<SKCanvas> draw)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            draw(canvas);
        }
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        string temporary = path + ".tmp";
        try
        {
            using (var file = File.Create(temporary)) png.SaveTo(file);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be written: {error.Message.TrimEnd('.')}", error);
        }
    }

    public static SKPaint Stroke(SKColor color, float width) => new()
    {
        Color = color,
        StrokeWidth = width,
        Style = SKPaintStyle.Stroke,
        StrokeJoin = SKStrokeJoin.Round,
        StrokeCap = SKStrokeCap.Round,
        IsAntialias = true,
    };

    public static SKPaint Fill(SKColor color) => new() { Color = color, IsAntialias = true };
}
