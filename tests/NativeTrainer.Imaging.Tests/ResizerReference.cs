namespace NativeTrainer.Imaging.Tests;

/// <summary>The resize as its definition reads, in float64 and one pixel at a time; 8-bit values are clamped, but not rounded, between the passes.</summary>
internal static class ResizerReference
{
    /// <summary>
    /// Let S be the largest Σ|weight| of a pass. The first pass rounds to ½, which the second multiplies by at most S; the second rounds to ½ again.
    /// A weight is off by at most 2⁻²³, so each pass adds at most taps · 255 · 2⁻²³.
    /// </summary>
    public static void AssertWithinRounding(RgbImage source, RgbImage result, ResizeFilter filter)
    {
        var horizontal = Enumerable.Range(0, result.Width).Select(x => Weights(filter, source.Width, result.Width, x)).ToArray();
        var vertical = Enumerable.Range(0, result.Height).Select(y => Weights(filter, source.Height, result.Height, y)).ToArray();
        double largest = vertical.Max(w => w.Values.Sum(Math.Abs));
        double slip = 255 / (double)(1 << 23);
        double first = 0.5 + horizontal.Max(w => w.Values.Length) * slip;
        double bound = first * largest + 0.5 + vertical.Max(w => w.Values.Length) * slip;
        for (int c = 0; c < 3; c++)
        {
            double[,] rows = new double[source.Height, result.Width];
            for (int y = 0; y < source.Height; y++)
            {
                for (int x = 0; x < result.Width; x++)
                {
                    var (start, values) = horizontal[x];
                    rows[y, x] = Math.Clamp(values.Select((w, i) => w * source.Pixels[(y * source.Width + start + i) * 3 + c]).Sum(), 0, 255);
                }
            }
            for (int y = 0; y < result.Height; y++)
            {
                for (int x = 0; x < result.Width; x++)
                {
                    var (start, values) = vertical[y];
                    double expected = Math.Clamp(values.Select((w, i) => w * rows[start + i, x]).Sum(), 0, 255);
                    Assert.InRange(result.Pixels[(y * result.Width + x) * 3 + c] - expected, -bound, bound);
                }
            }
        }
    }

    // Pixel i of n covers [i, i + 1) of [0, n). The kernel, stretched by the shrinking factor, is centred on the target pixel's centre.
    private static (int Start, double[] Values) Weights(ResizeFilter filter, int source, int target, int index)
    {
        double scale = (double)source / target, stretch = Math.Max(scale, 1), centre = (index + 0.5) * scale;
        double radius = (filter == ResizeFilter.Bilinear ? 1 : 2) * stretch;
        // The window is rounded to whole pixels, as Pillow does.
        int start = Math.Max((int)Math.Floor(centre - radius + 0.5), 0), end = Math.Min((int)Math.Floor(centre + radius + 0.5), source);
        double[] values = [.. Enumerable.Range(start, end - start).Select(i => Kernel(filter, Math.Abs(i + 0.5 - centre) / stretch))];
        double sum = values.Sum();
        return (start, [.. values.Select(v => v / sum)]);
    }

    // Triangle; Keys (1981), equation 15 with a = −1/2.
    private static double Kernel(ResizeFilter filter, double x) => (filter, x) switch
    {
        (ResizeFilter.Bilinear, < 1) => 1 - x,
        (ResizeFilter.Bicubic, < 1) => 1.5 * x * x * x - 2.5 * x * x + 1,
        (ResizeFilter.Bicubic, < 2) => -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2,
        _ => 0,
    };
}
