using ILGPU;
using NativeTrainer.Kernels.Augmentation.Cpu;

namespace NativeTrainer.Kernels.Augmentation.Gpu;

/// <summary>A pixel on the scale 0 … 255, in registers; the steps on single pixels are as in <see cref="ColourFactors"/> and <see cref="HueTurn"/>.</summary>
internal struct Colour
{
    public float R, G, B;

    public static Colour Of(float r, float g, float b) => new() { R = r, G = g, B = b };

    public static Colour Mean(in ChannelScale channels) => Of(channels.Mean0, channels.Mean1, channels.Mean2);

    public static Colour Load(ArrayView<byte> pixels, long at) => Of(pixels[at], pixels[at + 1], pixels[at + 2]);

    public static Colour Load(ArrayView<float> y, long at) => Of(y[at], y[at + 1], y[at + 2]);

    public readonly void Store(ArrayView<float> y, long at)
    {
        y[at] = R;
        y[at + 1] = G;
        y[at + 2] = B;
    }

    /// <summary>a·<paramref name="scale"/> + <paramref name="other"/>.</summary>
    public readonly Colour TimesPlus(float scale, Colour other) => Of(R * scale + other.R, G * scale + other.G, B * scale + other.B);

    public readonly Colour Times(float scale) => Of(R * scale, G * scale, B * scale);

    public readonly Colour Mix(Colour other, float share) => Of(R + (other.R - R) * share, G + (other.G - G) * share, B + (other.B - B) * share);

    public readonly Colour Clamped() => Of(Clamp(R), Clamp(G), Clamp(B));

    public readonly float Gray => R * ColourFactors.RedShare + G * ColourFactors.GreenShare + B * ColourFactors.BlueShare;

    /// <summary>factor·v + (1 − factor)·gray, clamped: contrast with the picture's gray, saturation with the pixel's own.</summary>
    public readonly Colour Blended(float factor, float gray)
    {
        float rest = gray * (1 - factor);
        return TimesPlus(factor, Of(rest, rest, rest)).Clamped();
    }

    /// <summary>Each channel to the nearest level.</summary>
    public readonly Colour Rounded() => Of((int)(R + 0.5f), (int)(G + 0.5f), (int)(B + 0.5f));

    /// <summary>As <see cref="HueTurn"/>.</summary>
    public readonly Colour Turned(float turn)
    {
        float max = IntrinsicMath.Max(R, IntrinsicMath.Max(G, B)), chroma = max - IntrinsicMath.Min(R, IntrinsicMath.Min(G, B));
        float divisor = chroma == 0 ? 1 : chroma;
        float hue = max == R ? (G - B) / divisor : max == G ? (B - R) / divisor + 2 : (R - G) / divisor + 4;
        hue = (chroma == 0 ? 0 : hue) + 6 * turn;
        return Of(Channel(hue + 5, max, chroma), Channel(hue + 3, max, chroma), Channel(hue + 1, max, chroma));
    }

    public readonly Colour Normalised(in ChannelScale channels)
        => Of(R * channels.Scale0 + channels.Shift0, G * channels.Scale1 + channels.Shift1, B * channels.Scale2 + channels.Shift2);

    public static float Clamp(float value) => IntrinsicMath.Min(IntrinsicMath.Max(value, 0), 255);

    public static int Level(float value) => IntrinsicMath.Min((int)(value + 0.5f), 255);

    private static float Channel(float k, float max, float chroma)
    {
        float sixths = k / 6;
        int turns = (int)sixths;
        if (turns > sixths) turns--;
        k -= turns * 6;
        float share = IntrinsicMath.Min(IntrinsicMath.Max(IntrinsicMath.Min(k, 4 - k), 0), 1);
        return max - chroma * share;
    }
}
