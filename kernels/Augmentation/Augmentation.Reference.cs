namespace NativeTrainer.Kernels.Augmentation;

/// <summary>Augmentation in float64, one picture, each step by itself and as plain as its definition. Pictures are (S, S, 3) on the scale 0 … 255.</summary>
public static class AugmentationReference
{
    /// <summary>All steps in their order; the result is normalised.</summary>
    public static double[] Run(byte[] pixels, int width, int height, AugmentationParameters p, int size, float[] mean, float[] std)
    {
        var x = Sample(pixels, width, height, p.Map, size, mean);
        x = Tone(x, size, p.Tone, p.ToneAmount);
        if (p.Brightness != 1) x = Brightness(x, p.Brightness);
        if (p.Contrast != 1) x = Contrast(x, p.Contrast);
        if (p.Saturation != 1) x = Saturation(x, p.Saturation);
        if (p.Hue != 0) x = Hue(x, p.Hue);
        if (p.Gray) x = Gray(x);
        if (p.BlurSigma > 0) x = Blur(x, size, p.BlurSigma);
        return Normalise(Erase(x, size, p.Erase, mean), mean, std);
    }

    public static double[] Normalise(double[] x, float[] mean, float[] std) => Map(x, (v, i) => (v / 255 - mean[i % 3]) / std[i % 3]);

    public static double[] Sample(byte[] pixels, int width, int height, AffineMap map, int size, float[] mean)
    {
        var y = new double[size * size * 3];
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / 3 / size, column = i / 3 % size, channel = i % 3;
            double Pixel(int px, int py) => pixels[(py * width + px) * 3 + channel];
            y[i] = map.IsAxisAligned
                ? Filtered(Pixel, width, height, map, column, row, 255.0 * mean[channel])
                : Tapped(Pixel, width, height, map, column, row, 255.0 * mean[channel]);
        }
        return y;
    }

    public static double[] Tone(double[] x, int size, ToneOperation operation, double amount) => operation switch
    {
        ToneOperation.Brightness => Brightness(x, amount),
        ToneOperation.Contrast => Contrast(x, amount),
        ToneOperation.Saturation => Saturation(x, amount),
        ToneOperation.Sharpness => Sharpness(x, size, amount),
        ToneOperation.Posterize => Map(x, (v, _) => Level(v) >> (8 - (int)amount) << (8 - (int)amount)),
        ToneOperation.Solarize => Map(x, (v, _) => Level(v) >= amount ? 255 - Level(v) : Level(v)),
        ToneOperation.AutoContrast => PerChannel(x, AutoContrast),
        ToneOperation.Equalize => PerChannel(x, Equalize),
        _ => x,
    };

    public static double[] Brightness(double[] x, double factor) => Map(x, (v, _) => Clamp(v * factor));

    public static double[] Contrast(double[] x, double factor)
    {
        double mean = Enumerable.Range(0, x.Length / 3).Average(pixel => GrayOf(x, pixel));
        return Map(x, (v, _) => Clamp(factor * v + (1 - factor) * mean));
    }

    public static double[] Saturation(double[] x, double factor) => Map(x, (v, i) => Clamp(factor * v + (1 - factor) * GrayOf(x, i / 3)));

    public static double[] Gray(double[] x) => Map(x, (_, i) => GrayOf(x, i / 3));

    /// <summary>RGB → HSV, turn, HSV → RGB by the table of six cases.</summary>
    public static double[] Hue(double[] x, double turn)
    {
        var y = new double[x.Length];
        for (int i = 0; i < x.Length; i += 3)
        {
            double r = x[i], g = x[i + 1], b = x[i + 2], max = Math.Max(r, Math.Max(g, b)), chroma = max - Math.Min(r, Math.Min(g, b));
            double hue = chroma == 0 ? 0 : max == r ? (g - b) / chroma : max == g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
            hue += 6 * turn;
            hue -= 6 * Math.Floor(hue / 6);
            int sector = (int)hue % 6;
            double fall = max - chroma * (hue - Math.Floor(hue)), rise = max - chroma * (1 - (hue - Math.Floor(hue))), low = max - chroma;
            (y[i], y[i + 1], y[i + 2]) = sector switch
            {
                0 => (max, rise, low),
                1 => (fall, max, low),
                2 => (low, max, rise),
                3 => (low, fall, max),
                4 => (rise, low, max),
                _ => (max, low, fall),
            };
        }
        return y;
    }

    public static double[] Blur(double[] x, int size, double sigma)
    {
        int radius = (int)Math.Min(Math.Ceiling(3 * sigma), size - 1);
        var weights = Enumerable.Range(-radius, 2 * radius + 1).Select(k => Math.Exp(-0.5 * k * k / (sigma * sigma))).ToArray();
        double sum = weights.Sum();
        int Mirror(int i) => i < 0 ? -i : i < size ? i : 2 * (size - 1) - i;
        double Along(double[] from, Func<int, int> index) => Enumerable.Range(-radius, 2 * radius + 1).Sum(k => weights[k + radius] / sum * from[index(k)]);
        var rows = Map(x, (_, i) => Along(x, k => (i / 3 / size * size + Mirror(i / 3 % size + k)) * 3 + i % 3));
        return Map(x, (_, i) => Along(rows, k => (Mirror(i / 3 / size + k) * size + i / 3 % size) * 3 + i % 3));
    }

    public static double[] Erase(double[] x, int size, PixelBox box, float[] mean) => Map(x, (v, i) => box.Contains(i / 3 % size, i / 3 / size) ? 255.0 * mean[i % 3] : v);

    public static double[] Sharpness(double[] x, int size, double factor) => Map(x, (v, i) =>
    {
        int row = i / 3 / size, column = i / 3 % size;
        if (row == 0 || column == 0 || row == size - 1 || column == size - 1) return v;
        double sum = 4 * v;
        for (int dy = -1; dy <= 1; dy++)
        {
            for (int dx = -1; dx <= 1; dx++) sum += x[((row + dy) * size + column + dx) * 3 + i % 3];
        }
        return Clamp(factor * v + (1 - factor) * sum / 13);
    });

    private static double Filtered(Func<int, int, double> pixel, int width, int height, AffineMap map, int column, int row, double outside)
    {
        var (x, y) = map.Apply(column + 0.5, row + 0.5);
        if (x < 0 || y < 0 || x >= width || y >= height) return outside;
        double supportX = Math.Max(Math.Abs(map.Xx), 1), supportY = Math.Max(Math.Abs(map.Yy), 1), sum = 0, weights = 0;
        for (int py = 0; py < height; py++)
        {
            for (int px = 0; px < width; px++)
            {
                double weight = Math.Max(0, 1 - Math.Abs(px + 0.5 - x) / supportX) * Math.Max(0, 1 - Math.Abs(py + 0.5 - y) / supportY);
                (sum, weights) = (sum + weight * pixel(px, py), weights + weight);
            }
        }
        return sum / weights;
    }

    private static double Tapped(Func<int, int, double> pixel, int width, int height, AffineMap map, int column, int row, double outside)
    {
        int tapsX = Augment.FootprintTaps(map.Xx, map.Yx), tapsY = Augment.FootprintTaps(map.Xy, map.Yy);
        double sum = 0;
        for (int tap = 0; tap < tapsX * tapsY; tap++)
        {
            // Where a tap lies is part of the definition: the same doubles as in the kernels, so that both see the same side of the picture's border.
            var (x, y) = map.Apply(column + (tap % tapsX + 0.5) * (1.0 / tapsX), row + (tap / tapsX + 0.5) * (1.0 / tapsY));
            sum += x >= 0 && y >= 0 && x < width && y < height ? Bilinear(pixel, width, height, x - 0.5, y - 0.5) : outside;
        }
        return sum / (tapsX * tapsY);
    }

    private static double Bilinear(Func<int, int, double> pixel, int width, int height, double x, double y)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double right = x - left, bottom = y - top;
        double At(int px, int py) => pixel(Math.Clamp(px, 0, width - 1), Math.Clamp(py, 0, height - 1));
        return (1 - bottom) * ((1 - right) * At(left, top) + right * At(left + 1, top)) + bottom * ((1 - right) * At(left, top + 1) + right * At(left + 1, top + 1));
    }

    private static double[] AutoContrast(double[] x)
    {
        double min = x.Min(), max = x.Max();
        return max == min ? x : Map(x, (v, _) => (v - min) * 255 / (max - min));
    }

    /// <summary>PIL's ImageOps.equalize.</summary>
    private static double[] Equalize(double[] x)
    {
        var counts = Enumerable.Range(0, 256).Select(level => x.Count(v => Level(v) == level)).ToArray();
        int step = (x.Length - counts.Last(count => count > 0)) / 255;
        return step == 0 ? x : Map(x, (v, _) => Math.Min((step / 2 + counts.Take(Level(v)).Sum()) / step, 255));
    }

    private static double[] PerChannel(double[] x, Func<double[], double[]> step)
    {
        var channels = Enumerable.Range(0, 3).Select(c => step([.. x.Where((_, i) => i % 3 == c)])).ToArray();
        return Map(x, (_, i) => channels[i % 3][i / 3]);
    }

    private static double GrayOf(double[] x, int pixel) => 0.2989 * x[3 * pixel] + 0.587 * x[3 * pixel + 1] + 0.114 * x[3 * pixel + 2];

    private static int Level(double value) => (int)Math.Floor(value + 0.5);

    private static double Clamp(double value) => Math.Clamp(value, 0, 255);

    private static double[] Map(double[] x, Func<double, int, double> each) => [.. x.Select(each)];
}
