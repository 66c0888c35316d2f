using ILGPU;
using NativeTrainer.Kernels.Augmentation.Cpu;

namespace NativeTrainer.Kernels.Augmentation.Gpu;

/// <summary>Source pixels → output pixels: the triangle filter of <see cref="SeparableResampler"/> or the taps of <see cref="AffineResampler"/>, with the same weights and places.</summary>
internal static class SampleSimt
{
    public const int AxisThreads = 128;

    /// <summary>Grid: output columns (rows), the two axes, pictures. Weights and first source index of an axis-aligned picture, ascending in the source.</summary>
    public static void Axes(AugmentArguments k)
    {
        int q = Grid.IdxX * AxisThreads + Group.IdxX;
        ref var p = ref k.Pictures[Grid.IdxZ];
        if (q >= k.Size || p.AxisAligned == 0) return;
        bool down = Grid.IdxY == 1;
        double scale = down ? p.Yy : p.Xx, offset = down ? p.Y : p.X;
        int length = down ? p.Height : p.Width, taps = down ? p.TapsY : p.TapsX;
        if (scale < 0)
        {
            offset += scale * k.Size;
            scale = -scale;
        }
        double support = IntrinsicMath.Max(scale, 1.0), centre = scale * (q + 0.5) + offset;
        int at = (Grid.IdxZ * 2 + Grid.IdxY) * k.Size + q;
        if (!(centre >= 0 && centre < length))
        {
            k.Starts[at] = -1;
            return;
        }
        int start = IntrinsicMath.Max(0, IntrinsicMath.Min(Floor(centre - 0.5 - support) + 1, length - taps));
        k.Starts[at] = start;
        long weights = (down ? p.WeightsY : p.WeightsX) + (long)q * taps;
        double sum = 0;
        for (int i = 0; i < taps; i++) sum += Triangle((start + i + 0.5 - centre) / support);
        for (int i = 0; i < taps; i++) k.Weights[weights + i] = (float)(Triangle((start + i + 0.5 - centre) / support) / sum);
    }

    /// <summary>Grid: see <see cref="PixelPlace"/>.</summary>
    public static void Sample(AugmentArguments k)
    {
        var here = PixelPlace.Here(k.Size);
        if (here.Pixel >= k.Size * k.Size) return;
        ref var p = ref k.Pictures[Grid.IdxZ];
        var colour = p.AxisAligned != 0 ? Filtered(k, ref p, here) : Tapped(k, ref p, here);
        if (p.Direct != 0) colour = colour.Normalised(k.Channels);
        colour.Store(k.Y, here.At(k.Size));
    }

    private static Colour Filtered(in AugmentArguments k, ref Picture p, PixelPlace here)
    {
        int column = p.Xx < 0 ? k.Size - 1 - here.Column : here.Column, row = p.Yy < 0 ? k.Size - 1 - here.Row : here.Row;
        int axes = Grid.IdxZ * 2 * k.Size, left = k.Starts[axes + column], top = k.Starts[axes + k.Size + row];
        if (left < 0 || top < 0) return Colour.Mean(k.Channels);
        long weightsX = p.WeightsX + (long)column * p.TapsX, weightsY = p.WeightsY + (long)row * p.TapsY;
        Colour sum = default;
        for (int j = 0; j < p.TapsY; j++)
        {
            long pixel = p.Pixels + 3 * ((long)(top + j) * p.Width + left);
            Colour line = default;
            for (int i = 0; i < p.TapsX; i++) line = Colour.Load(k.Pixels, pixel + 3 * i).TimesPlus(k.Weights[weightsX + i], line);
            sum = line.TimesPlus(k.Weights[weightsY + j], sum);
        }
        return sum;
    }

    private static Colour Tapped(in AugmentArguments k, ref Picture p, PixelPlace here)
    {
        double stepX = 1.0 / p.TapsX, stepY = 1.0 / p.TapsY;
        Colour sum = default;
        for (int j = 0; j < p.TapsY; j++)
        {
            for (int i = 0; i < p.TapsX; i++)
            {
                double q = here.Column + (i + 0.5) * stepX, r = here.Row + (j + 0.5) * stepY;
                sum = Tap(k, ref p, p.Xx * q + p.Xy * r + p.X, p.Yx * q + p.Yy * r + p.Y).TimesPlus(1, sum);
            }
        }
        return sum.Times(1f / (p.TapsX * p.TapsY));
    }

    private static Colour Tap(in AugmentArguments k, ref Picture p, double x, double y)
    {
        if (!(x >= 0 && y >= 0 && x < p.Width && y < p.Height)) return Colour.Mean(k.Channels);
        // From the edges of pixels to their centres; the half pixel along the border repeats the border.
        double centreX = IntrinsicMath.Min(IntrinsicMath.Max(x - 0.5, 0.0), (double)(p.Width - 1)), centreY = IntrinsicMath.Min(IntrinsicMath.Max(y - 0.5, 0.0), (double)(p.Height - 1));
        int left = (int)centreX, top = (int)centreY;
        float right = (float)(centreX - left), bottom = (float)(centreY - top);
        long upper = p.Pixels + 3 * ((long)top * p.Width + left), lower = top + 1 < p.Height ? upper + 3L * p.Width : upper;
        int next = left + 1 < p.Width ? 3 : 0;
        var above = Colour.Load(k.Pixels, upper).Mix(Colour.Load(k.Pixels, upper + next), right);
        var below = Colour.Load(k.Pixels, lower).Mix(Colour.Load(k.Pixels, lower + next), right);
        return above.Mix(below, bottom);
    }

    private static double Triangle(double x) => IntrinsicMath.Max(0.0, 1 - IntrinsicMath.Abs(x));

    private static int Floor(double x)
    {
        int whole = (int)x;
        return whole > x ? whole - 1 : whole;
    }
}
