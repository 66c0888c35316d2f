namespace NativeTrainer.Imaging;

/// <summary>A rectangle of pixels of an upright picture, as EXIF turns it; not empty.</summary>
/// <param name="X">First column, from 0 at the left.</param>
/// <param name="Y">First row, from 0 at the top.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
public readonly record struct PixelRegion(int X, int Y, int Width, int Height)
{
    public int ShortSide => Math.Min(Width, Height);

    /// <summary>The pixels that hold the region when its picture is shrunk.</summary>
    /// <param name="full">The picture's size that the region is of.</param>
    /// <param name="scaled">The shrunk picture's.</param>
    internal PixelRegion Scaled((int Width, int Height) full, (int Width, int Height) scaled)
    {
        if (full == scaled) return this;
        int left = (int)((long)X * scaled.Width / full.Width), top = (int)((long)Y * scaled.Height / full.Height);
        int right = (int)(((long)(X + Width) * scaled.Width + full.Width - 1) / full.Width), bottom = (int)(((long)(Y + Height) * scaled.Height + full.Height - 1) / full.Height);
        return new PixelRegion(left, top, right - left, bottom - top);
    }

    /// <returns>What of it lies in a picture; null where nothing does.</returns>
    public PixelRegion? Within(int width, int height)
    {
        int left = Math.Max(X, 0), top = Math.Max(Y, 0);
        int right = (int)Math.Min((long)X + Width, width), bottom = (int)Math.Min((long)Y + Height, height);
        return right > left && bottom > top ? new PixelRegion(left, top, right - left, bottom - top) : null;
    }
}
