namespace NativeTrainer.Imaging;

public enum ResizeFilter
{
    /// <summary>Triangle of radius 1 source pixel when enlarging, 1 target pixel when shrinking (antialiased).</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = −0.5, radius 2, antialiased the same way.</summary>
    Bicubic,
}

/// <summary>
/// Resizes as Pillow does, and so as torchvision does for PIL images: a separable filter whose support grows with the shrinking factor, weights normalised
/// per target pixel and rounded to 22 bits, first along rows, then along columns, 8 bits between the passes. All arithmetic is on whole numbers, so
/// results are the same bits everywhere. One instance keeps its weights and its buffer for the next picture: use one per thread.
/// </summary>
public sealed class Resizer
{
    private readonly ResizeFilter _filter;
    private readonly ResizeWeights _horizontal = new(), _vertical = new();
    private byte[] _rows = [];

    public Resizer(ResizeFilter filter = ResizeFilter.Bilinear) => _filter = filter;

    /// <summary>The size whose short side is <paramref name="shortSide"/>, the long side rounded down as torchvision's Resize does and at most <see cref="int.MaxValue"/>.</summary>
    public static (int Width, int Height) FitShortSide(int width, int height, int shortSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSide, 1);
        long longSide = (long)shortSide * Math.Max(width, height) / Math.Min(width, height);
        int bounded = (int)Math.Min(longSide, int.MaxValue);
        return width <= height ? (shortSide, bounded) : (bounded, shortSide);
    }

    /// <summary>The picture at another size; the same object where the size is the same.</summary>
    public RgbImage Resize(RgbImage source, int width, int height)
    {
        if (source.Width == width && source.Height == height) return source;
        var target = new RgbImage(GC.AllocateUninitializedArray<byte>(checked(width * height * 3)), width, height);
        ResizeWindow(source, width, height, 0, 0, target);
        return target;
    }

    /// <summary>
    /// The evaluation picture: short side to <paramref name="resize"/>, then the centre <paramref name="size"/> × <paramref name="size"/> (torchvision's
    /// Resize and CenterCrop). Only the pixels of the crop are computed, so a picture of 3000 × 1 costs no more than others.
    /// </summary>
    /// <param name="source">Any size.</param>
    /// <param name="resize">At least <paramref name="size"/>.</param>
    /// <param name="size">Side of the crop.</param>
    public RgbImage CentreCrop(RgbImage source, int resize, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(resize, size);
        var (width, height) = FitShortSide(source.Width, source.Height, resize);
        var target = new RgbImage(GC.AllocateUninitializedArray<byte>(checked(size * size * 3)), size, size);
        // torchvision rounds halves to even, as Python does.
        int left = (int)Math.Round((width - size) / 2.0), top = (int)Math.Round((height - size) / 2.0);
        ResizeWindow(source, width, height, left, top, target);
        return target;
    }

    // The window (left, top, target's size) of the source resized to width × height.
    private void ResizeWindow(RgbImage source, int width, int height, int left, int top, RgbImage target)
    {
        _horizontal.Plan(_filter, source.Width, width, left, target.Width);
        _vertical.Plan(_filter, source.Height, height, top, target.Height);
        int rowBytes = target.Width * 3;
        var (firstRow, rows) = _vertical.SourceRange;
        int needed = checked(rows * rowBytes + ResizePasses.Slack);
        if (_rows.Length < needed) _rows = GC.AllocateUninitializedArray<byte>(needed);
        ResizePasses.Horizontal(source, firstRow, rows, _horizontal, _rows);
        ResizePasses.Vertical(_rows, firstRow, rowBytes, _vertical, target.Pixels);
    }
}
