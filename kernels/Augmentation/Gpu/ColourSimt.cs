using ILGPU;

namespace NativeTrainer.Kernels.Augmentation.Gpu;

/// <summary>The steps that change each pixel by itself, in place. Grid: see <see cref="PixelPlace"/>.</summary>
internal static class ColourSimt
{
    /// <summary>All tone operations but Sharpness.</summary>
    public static void Tone(AugmentArguments k)
    {
        var here = PixelPlace.Here(k.Size);
        ref var p = ref k.Pictures[Grid.IdxZ];
        int tone = p.Tone;
        if (here.Pixel >= k.Size * k.Size || tone == (int)ToneOperation.None || tone == (int)ToneOperation.Sharpness) return;
        long at = here.At(k.Size);
        var colour = Colour.Load(k.Y, at);
        int tables = Grid.IdxZ * PictureSums.ToneFloats;
        if (tone == (int)ToneOperation.Brightness) colour = colour.Times(p.ToneAmount).Clamped();
        else if (tone == (int)ToneOperation.Contrast) colour = colour.Blended(p.ToneAmount, k.Tones[tables]);
        else if (tone == (int)ToneOperation.Saturation) colour = colour.Blended(p.ToneAmount, colour.Gray);
        else if (tone == (int)ToneOperation.Posterize) colour = Posterized(colour, 1 << (8 - (int)p.ToneAmount));
        else if (tone == (int)ToneOperation.Solarize) colour = Solarized(colour.Rounded(), p.ToneAmount);
        else if (tone == (int)ToneOperation.AutoContrast)
            colour = Colour.Of(Stretched(colour.R, k.Tones, tables), Stretched(colour.G, k.Tones, tables + 2), Stretched(colour.B, k.Tones, tables + 4));
        else colour = Colour.Of(Looked(colour.R, k.Tones, tables), Looked(colour.G, k.Tones, tables + 256), Looked(colour.B, k.Tones, tables + 512));
        colour.Store(k.Y, at);
    }

    /// <summary>Brightness, contrast, saturation, hue and gray; and where no blur follows, the end.</summary>
    public static void Factors(AugmentArguments k)
    {
        var here = PixelPlace.Here(k.Size);
        ref var p = ref k.Pictures[Grid.IdxZ];
        if (here.Pixel >= k.Size * k.Size || p.Direct != 0) return;
        long at = here.At(k.Size);
        var colour = Colour.Load(k.Y, at);
        if (p.Brightness != 1) colour = colour.Times(p.Brightness).Clamped();
        if (p.Contrast != 1) colour = colour.Blended(p.Contrast, k.Grays[Grid.IdxZ]);
        if (p.Saturation != 1) colour = colour.Blended(p.Saturation, colour.Gray);
        if (p.Hue != 0) colour = colour.Turned(p.Hue);
        if (p.Gray != 0)
        {
            float gray = colour.Gray;
            colour = Colour.Of(gray, gray, gray);
        }
        if (p.BlurRadius == 0) colour = Finished(colour, ref p, here, k.Channels);
        colour.Store(k.Y, at);
    }

    /// <summary>Erased and normalised.</summary>
    public static Colour Finished(Colour colour, ref Picture p, PixelPlace here, in ChannelScale channels)
    {
        if (here.Column >= p.EraseLeft && here.Row >= p.EraseTop && here.Column < p.EraseRight && here.Row < p.EraseBottom) colour = Colour.Mean(channels);
        return colour.Normalised(channels);
    }

    private static Colour Posterized(Colour colour, int step)
        => Colour.Of((int)(colour.R + 0.5f) / step * step, (int)(colour.G + 0.5f) / step * step, (int)(colour.B + 0.5f) / step * step);

    private static Colour Solarized(Colour colour, float threshold)
        => Colour.Of(colour.R >= threshold ? 255 - colour.R : colour.R, colour.G >= threshold ? 255 - colour.G : colour.G, colour.B >= threshold ? 255 - colour.B : colour.B);

    private static float Stretched(float value, ArrayView<float> tones, int at)
        => tones[at + 1] == PictureSums.Unchanged ? value : Colour.Clamp((value - tones[at]) * tones[at + 1]);

    private static float Looked(float value, ArrayView<float> tones, int table)
        => tones[table] == PictureSums.Unchanged ? value : tones[table + Colour.Level(value)];
}
