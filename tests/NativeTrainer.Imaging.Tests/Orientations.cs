namespace NativeTrainer.Imaging.Tests;

internal static class Orientations
{
    /// <summary>
    /// What a viewer does for an EXIF orientation, composed of two plain steps: mirror left to right, and turn clockwise by quarters.
    /// (1: nothing, 2: mirror, 3: two turns, 4: mirror and two turns, 5: mirror and three turns, 6: one turn, 7: mirror and one turn, 8: three turns.)
    /// </summary>
    public static RgbImage Apply(RgbImage image, int orientation)
    {
        var (mirror, turns) = orientation switch
        {
            1 => (false, 0),
            2 => (true, 0),
            3 => (false, 2),
            4 => (true, 2),
            5 => (true, 3),
            6 => (false, 1),
            7 => (true, 1),
            8 => (false, 3),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
        };
        if (mirror) image = Map(image, image.Width, image.Height, (x, y) => (image.Width - 1 - x, y));
        for (int i = 0; i < turns; i++)
        {
            var before = image;
            image = Map(before, before.Height, before.Width, (x, y) => (y, before.Height - 1 - x));
        }
        return image;
    }

    private static RgbImage Map(RgbImage source, int width, int height, Func<int, int, (int X, int Y)> from)
    {
        var target = new RgbImage(new byte[width * height * 3], width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                var (sx, sy) = from(x, y);
                source.Pixels.AsSpan((sy * source.Width + sx) * 3, 3).CopyTo(target.Pixels.AsSpan((y * width + x) * 3));
            }
        }
        return target;
    }
}
