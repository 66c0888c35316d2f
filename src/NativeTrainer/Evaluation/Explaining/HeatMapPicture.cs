using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation.Explaining;

/// <summary>A heat map laid over its picture: blue where the network saw nothing for the class, yellow to red where it saw most.</summary>
public static class HeatMapPicture
{
    // Colours at equal distances over 0…1, and how much they cover: the photo stays readable under the hottest.
    private static readonly (float R, float G, float B)[] Ramp = [(24, 30, 92), (28, 92, 160), (70, 170, 150), (252, 214, 70), (214, 32, 32)];

    private const float LeastCover = 0.35f, MostCover = 0.6f;

    /// <param name="picture">What the network saw, at any size.</param>
    /// <returns>A picture of the same size.</returns>
    public static RgbImage Draw(HeatMap map, RgbImage picture)
    {
        float[] heat = map.Spread(picture.Width, picture.Height);
        var pixels = new byte[picture.Pixels.Length];
        for (int i = 0; i < heat.Length; i++)
        {
            var (r, g, b) = Colour(heat[i]);
            float cover = LeastCover + (MostCover - LeastCover) * heat[i];
            var photo = picture.Pixels.AsSpan(i * 3, 3);
            (pixels[i * 3], pixels[i * 3 + 1], pixels[i * 3 + 2]) = (Mix(photo[0], r, cover), Mix(photo[1], g, cover), Mix(photo[2], b, cover));
        }
        return new RgbImage(pixels, picture.Width, picture.Height);
    }

    private static byte Mix(byte photo, float colour, float cover) => (byte)Math.Round(photo * (1 - cover) + colour * cover);

    private static (float R, float G, float B) Colour(float heat)
    {
        float place = Math.Clamp(heat, 0, 1) * (Ramp.Length - 1);
        int first = Math.Min((int)place, Ramp.Length - 2);
        var (a, b, share) = (Ramp[first], Ramp[first + 1], place - first);
        return (a.R + (b.R - a.R) * share, a.G + (b.G - a.G) * share, a.B + (b.B - a.B) * share);
    }
}
