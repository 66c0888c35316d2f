namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// From a box as a tool wrote it to pixels of the upright picture. Tools that show pictures as EXIF turns them count in the turned picture, others in the
/// stored one: the size that the file states tells which where the two differ, else the format's custom does. A stated size of the same proportions as the
/// picture's, as of a copy that was shrunk for the annotators, scales the box.
/// </summary>
internal readonly struct BoxFrame
{
    // Rounding of a shrunk copy's sides: two pixels of a side.
    private const double SideTolerance = 2;

    private readonly int _width, _height, _orientation;
    private readonly double _scaleX, _scaleY;

    private BoxFrame(int width, int height, int orientation, double scaleX, double scaleY)
        => (_width, _height, _orientation, _scaleX, _scaleY) = (width, height, orientation, scaleX, scaleY);

    /// <summary>The upright picture's width in pixels.</summary>
    public int UprightWidth => _orientation >= 5 ? _height : _width;

    public int UprightHeight => _orientation >= 5 ? _width : _height;

    /// <returns>Null where the stated size has other proportions than the picture.</returns>
    public static BoxFrame? Of(AnnotatedPicture picture, PictureHeader header)
    {
        bool swapped = header.Orientation >= 5;
        var (uprightWidth, uprightHeight) = swapped ? (header.Height, header.Width) : (header.Width, header.Height);
        var (width, height) = (picture.Width, picture.Height);
        bool stated = width > 0 && height > 0, likeStored = !stated || Alike(width, height, header.Width, header.Height), likeUpright = !stated || Alike(width, height, uprightWidth, uprightHeight);
        if (!likeStored && !likeUpright) return picture.Relative ? new BoxFrame(uprightWidth, uprightHeight, 1, uprightWidth, uprightHeight) : null;
        bool stored = header.Orientation != 1 && (likeStored && likeUpright ? picture.StoredPixels : likeStored);
        var (frameWidth, frameHeight) = stored ? (header.Width, header.Height) : (uprightWidth, uprightHeight);
        double scaleX = picture.Relative ? frameWidth : stated ? (double)frameWidth / width : 1, scaleY = picture.Relative ? frameHeight : stated ? (double)frameHeight / height : 1;
        return new BoxFrame(frameWidth, frameHeight, stored ? header.Orientation : 1, scaleX, scaleY);
    }

    /// <summary>The box in pixels of the upright picture, not clipped.</summary>
    public AnnotatedBox Upright(AnnotatedBox box)
    {
        double left = box.Left * _scaleX, top = box.Top * _scaleY, right = box.Right * _scaleX, bottom = box.Bottom * _scaleY;
        (left, right) = (Math.Min(left, right), Math.Max(left, right));
        (top, bottom) = (Math.Min(top, bottom), Math.Max(top, bottom));
        double w = _width, h = _height;
        // EXIF 2.32, 4.6.4: where the stored picture's edges lie in the upright one.
        (left, top, right, bottom) = _orientation switch
        {
            2 => (w - right, top, w - left, bottom),
            3 => (w - right, h - bottom, w - left, h - top),
            4 => (left, h - bottom, right, h - top),
            5 => (top, left, bottom, right),
            6 => (h - bottom, left, h - top, right),
            7 => (h - bottom, w - right, h - top, w - left),
            8 => (top, w - right, bottom, w - left),
            _ => (left, top, right, bottom),
        };
        return box with { Left = left, Top = top, Right = right, Bottom = bottom };
    }

    /// <summary>The pixels of a box with a margin on each side, clipped to the picture.</summary>
    /// <param name="box">In pixels of the upright picture.</param>
    /// <param name="margin">Share of the box's width and height.</param>
    /// <returns>Null where nothing of the box lies in the picture.</returns>
    public PixelRegion? Crop(AnnotatedBox box, double margin)
    {
        double marginX = (box.Right - box.Left) * margin, marginY = (box.Bottom - box.Top) * margin;
        if (!box.IsFinite || box.Right <= 0 || box.Bottom <= 0 || box.Left >= UprightWidth || box.Top >= UprightHeight || box.Right <= box.Left || box.Bottom <= box.Top) return null;
        int left = Floor(box.Left - marginX, UprightWidth), top = Floor(box.Top - marginY, UprightHeight);
        int right = Ceiling(box.Right + marginX, UprightWidth), bottom = Ceiling(box.Bottom + marginY, UprightHeight);
        return right > left && bottom > top ? new PixelRegion(left, top, right - left, bottom - top) : null;
    }

    // An edge that a division missed by a hair lies on the pixel's edge.
    private static int Floor(double edge, int end) => (int)Math.Clamp(Math.Floor(edge + 1e-6), 0, end);

    private static int Ceiling(double edge, int end) => (int)Math.Clamp(Math.Ceiling(edge - 1e-6), 0, end);

    private static bool Alike(double width, double height, double otherWidth, double otherHeight)
        => Math.Abs(width * otherHeight / otherWidth - height) <= SideTolerance || Math.Abs(height * otherWidth / otherHeight - width) <= SideTolerance;
}
