namespace NativeTrainer.Imaging;

/// <summary>
/// A picture squeezed to a small gray square: what perceptual hashes are made of and what decides whether two pictures show the same.
/// The same bytes on every machine.
/// </summary>
public sealed class GrayThumbnail
{
    public const int Side = 48;

    /// <param name="pixels">Kept, not copied; (<see cref="Side"/>, <see cref="Side"/>).</param>
    /// <exception cref="ArgumentException">The array has another length.</exception>
    public GrayThumbnail(byte[] pixels)
    {
        if (pixels.Length != Side * Side) throw new ArgumentException($"a thumbnail has {Side * Side} bytes; the array holds {pixels.Length}", nameof(pixels));
        Pixels = pixels;
    }

    public byte[] Pixels { get; } // (Side, Side), luma of BT.601

    /// <param name="image">Any size and proportions.</param>
    /// <param name="resizer">Of the calling thread; null makes one.</param>
    public static GrayThumbnail Of(RgbImage image, Resizer? resizer = null)
    {
        byte[] rgb = (resizer ?? new Resizer()).Resize(image, Side, Side).Pixels;
        var gray = new byte[Side * Side];
        for (int i = 0; i < gray.Length; i++) gray[i] = (byte)((299 * rgb[3 * i] + 587 * rgb[3 * i + 1] + 114 * rgb[3 * i + 2] + 500) / 1000);
        return new GrayThumbnail(gray);
    }

    /// <summary>Left and right exchanged.</summary>
    public GrayThumbnail Mirrored()
    {
        var pixels = (byte[])Pixels.Clone();
        for (int y = 0; y < Side; y++) pixels.AsSpan(y * Side, Side).Reverse();
        return new GrayThumbnail(pixels);
    }
}
