using ILGPU;

namespace NativeTrainer.Kernels.Augmentation.Gpu;

/// <summary>The steps that read a pixel's neighbours: from the picture to the spare one and back. Grid: see <see cref="PixelPlace"/>.</summary>
internal static class NeighbourSimt
{
    /// <summary>y → spare: <see cref="ToneOperation.Sharpness"/>; the outermost pixels stay.</summary>
    public static void Sharpen(AugmentArguments k)
    {
        var here = PixelPlace.Here(k.Size);
        ref var p = ref k.Pictures[Grid.IdxZ];
        if (here.Pixel >= k.Size * k.Size || p.Tone != (int)ToneOperation.Sharpness) return;
        long at = here.At(k.Size);
        var centre = Colour.Load(k.Y, at);
        if (here.Row > 0 && here.Column > 0 && here.Row < k.Size - 1 && here.Column < k.Size - 1)
        {
            var sum = centre.Times(4);
            for (int row = -1; row <= 1; row++)
            {
                long line = at + 3L * row * k.Size;
                sum = Colour.Load(k.Y, line - 3).TimesPlus(1, sum);
                sum = Colour.Load(k.Y, line).TimesPlus(1, sum);
                sum = Colour.Load(k.Y, line + 3).TimesPlus(1, sum);
            }
            centre = centre.TimesPlus(p.ToneAmount, sum.Times((1 - p.ToneAmount) / 13)).Clamped();
        }
        centre.Store(k.Spare, at);
    }

    /// <summary>spare → y for the sharpened.</summary>
    public static void TakeSharpened(AugmentArguments k)
    {
        var here = PixelPlace.Here(k.Size);
        if (here.Pixel >= k.Size * k.Size || k.Pictures[Grid.IdxZ].Tone != (int)ToneOperation.Sharpness) return;
        long at = here.At(k.Size);
        Colour.Load(k.Spare, at).Store(k.Y, at);
    }

    /// <summary>y → spare: the Gaussian along rows.</summary>
    public static void BlurRows(AugmentArguments k)
    {
        var here = PixelPlace.Here(k.Size);
        ref var p = ref k.Pictures[Grid.IdxZ];
        int radius = p.BlurRadius;
        if (here.Pixel >= k.Size * k.Size || radius == 0) return;
        long at = here.At(k.Size), line = at - 3L * here.Column;
        Colour sum = default;
        for (int i = -radius; i <= radius; i++) sum = Colour.Load(k.Y, line + 3L * Mirror(here.Column + i, k.Size)).TimesPlus(k.BlurWeights[p.BlurWeights + radius + i], sum);
        sum.Store(k.Spare, at);
    }

    /// <summary>spare → y: the Gaussian along columns, and the end.</summary>
    public static void BlurColumns(AugmentArguments k)
    {
        var here = PixelPlace.Here(k.Size);
        ref var p = ref k.Pictures[Grid.IdxZ];
        int radius = p.BlurRadius;
        if (here.Pixel >= k.Size * k.Size || radius == 0) return;
        long at = here.At(k.Size), column = at - 3L * here.Row * k.Size;
        Colour sum = default;
        for (int i = -radius; i <= radius; i++)
            sum = Colour.Load(k.Spare, column + 3L * Mirror(here.Row + i, k.Size) * k.Size).TimesPlus(k.BlurWeights[p.BlurWeights + radius + i], sum);
        ColourSimt.Finished(sum, ref p, here, k.Channels).Store(k.Y, at);
    }

    private static int Mirror(int i, int size)
    {
        if (i < 0) return -i;
        return i < size ? i : 2 * (size - 1) - i;
    }
}
