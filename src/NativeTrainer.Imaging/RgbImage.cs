namespace NativeTrainer.Imaging;

/// <summary>A picture in memory: 8-bit RGB, (Height, Width, 3), rows from the top, no gaps. Embedders that have pixels need no decoder.</summary>
public sealed class RgbImage
{
    /// <param name="pixels">Kept, not copied; exactly width · height · 3 bytes.</param>
    /// <param name="width">At least 1.</param>
    /// <param name="height">At least 1.</param>
    /// <exception cref="ArgumentException">The array's length does not fit the size.</exception>
    public RgbImage(byte[] pixels, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        long bytes = (long)width * height * 3;
        if (pixels.LongLength != bytes) throw new ArgumentException($"a picture of {width}×{height} has {bytes} bytes; the array holds {pixels.LongLength}", nameof(pixels));
        (Pixels, Width, Height) = (pixels, width, height);
    }

    public byte[] Pixels { get; } // (H, W, 3)

    public int Width { get; }

    public int Height { get; }

    public int ShortSide => Math.Min(Width, Height);

    // A copy of a part that lies within.
    public RgbImage Cut(PixelRegion part)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(part.Width * part.Height * 3);
        for (int y = 0; y < part.Height; y++) Pixels.AsSpan(((part.Y + y) * Width + part.X) * 3, part.Width * 3).CopyTo(pixels.AsSpan(y * part.Width * 3));
        return new RgbImage(pixels, part.Width, part.Height);
    }
}
