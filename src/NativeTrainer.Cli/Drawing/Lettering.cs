using NativeTrainer.Imaging;
using SkiaSharp;

namespace NativeTrainer.Cli.Drawing;

internal enum TextAnchor
{
    Left,
    Centre,
    Right,
}

/// <summary>
/// Text on pictures. The Skia build for Linux brings no fonts and looks for none, so the system's are looked up here; where there is
/// none (containers), the dots of <see cref="BitmapFont"/> are drawn.
/// </summary>
internal static class Lettering
{
    private static readonly string[] Preferred = ["DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Roboto-Regular.ttf", "FreeSans.ttf"];

    private static readonly Lazy<SKTypeface?> System = new(Find);

    /// <summary>For tests: draw with dots although the system has a font.</summary>
    internal static bool DotsOnly { get; set; }

    private static SKTypeface? Typeface => DotsOnly ? null : System.Value;

    /// <param name="size">Height of capitals in pixels.</param>
    public static float Width(string text, float size)
    {
        if (Typeface is not SKTypeface typeface) return text.Length * BitmapFont.CellWidth * DotSize(size);
        using var font = Font(typeface, size);
        return font.MeasureText(text);
    }

    /// <param name="size">Height of capitals in pixels.</param>
    public static void Draw(SKCanvas canvas, string text, float x, float baseline, float size, SKColor color, TextAnchor anchor = TextAnchor.Left)
    {
        x -= anchor switch { TextAnchor.Right => Width(text, size), TextAnchor.Centre => Width(text, size) / 2, _ => 0 };
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        if (Typeface is SKTypeface typeface)
        {
            using var font = Font(typeface, size);
            canvas.DrawText(text, x, baseline, SKTextAlign.Left, font, paint);
            return;
        }
        float dot = DotSize(size), top = MathF.Round(baseline) - 7 * dot, left = MathF.Round(x);
        paint.IsAntialias = false;
        for (int i = 0; i < text.Length; i++, left += BitmapFont.CellWidth * dot)
        {
            for (int column = 0; column < 5; column++)
            {
                for (int row = 0; row < 7; row++)
                {
                    if (BitmapFont.IsInk(text[i], column, row)) canvas.DrawRect(left + column * dot, top + row * dot, dot, dot, paint);
                }
            }
        }
    }

    /// <summary>The text, shortened with an ellipsis to fit.</summary>
    public static string Fit(string text, float size, float width)
    {
        if (Width(text, size) <= width) return text;
        int length = text.Length - 1;
        while (length > 0 && Width(text[..length] + "..", size) > width) length--;
        return text[..length] + "..";
    }

    private static float DotSize(float size) => MathF.Max(1, MathF.Round(size / 7));

    // Capitals of usual fonts are 0.73 of the em.
    private static SKFont Font(SKTypeface typeface, float size) => new(typeface, size / 0.73f) { Subpixel = true, Edging = SKFontEdging.Antialias };

    private static SKTypeface? Find()
    {
        if (SKTypeface.Default.GlyphCount > 0) return SKTypeface.Default;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = ["/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(home, ".local/share/fonts"), Path.Combine(home, ".fonts")];
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        var files = folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", all)).ToArray();
        string? file = Preferred.Select(name => files.FirstOrDefault(f => Path.GetFileName(f) == name)).FirstOrDefault(f => f is not null);
        return file is null ? null : SKTypeface.FromFile(file);
    }
}
