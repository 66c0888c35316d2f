namespace NativeTrainer.Imaging.Annotations;

/// <summary>What an annotation file says of one picture, before the picture is looked for.</summary>
/// <param name="Source">The file that says it, for messages.</param>
/// <param name="Names">The picture as the file names it: paths, URLs or bare names, the surest first.</param>
internal sealed record AnnotatedPicture(string Source, params string[] Names)
{
    public SplitName? Split { get; init; }

    /// <summary>The picture's size as the file states it; 0 where it does not.</summary>
    public int Width { get; set; }

    public int Height { get; set; }

    /// <summary>The annotator skipped the picture, cancelled or deleted the work, or did not hand it in.</summary>
    public bool Skipped { get; set; }

    /// <summary>Coordinates are shares of the picture's width and height rather than pixels.</summary>
    public bool Relative { get; init; }

    /// <summary>
    /// Coordinates are of the pixels as the file stores them, where its size does not say otherwise; the usual is the picture as EXIF turns it, since that
    /// is what people saw when they drew.
    /// </summary>
    public bool StoredPixels { get; init; }

    /// <summary>Classes of the whole picture.</summary>
    public List<string> Labels { get; } = [];

    public List<AnnotatedBox> Boxes { get; } = [];

    /// <summary>Marks without a box, such as key points and brush strokes; they are counted only.</summary>
    public int Shapeless { get; set; }
}

/// <summary>A rectangle with its class, in pixels from the top left corner, or in shares of the picture.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Left">x of the left edge.</param>
/// <param name="Top">y of the upper edge.</param>
/// <param name="Right">x of the right edge: the width is Right − Left.</param>
/// <param name="Bottom">y of the lower edge.</param>
internal readonly record struct AnnotatedBox(string Class, double Left, double Top, double Right, double Bottom)
{
    /// <summary>Why it makes no crop, though its class is in the picture: a crowd, or marked as difficult.</summary>
    public string? NoCrop { get; init; }

    public bool IsFinite => double.IsFinite(Left) && double.IsFinite(Top) && double.IsFinite(Right) && double.IsFinite(Bottom);

    /// <summary>What holds all points.</summary>
    public static AnnotatedBox Around(string name, IReadOnlyList<(double X, double Y)> points)
        => new(name, points.Min(p => p.X), points.Min(p => p.Y), points.Max(p => p.X), points.Max(p => p.Y));

    /// <summary>What holds a rectangle that is turned about a point.</summary>
    /// <param name="name">Its class.</param>
    /// <param name="box">Left, top, right, bottom before the turn, in pixels.</param>
    /// <param name="pivot">The point that stays.</param>
    /// <param name="degrees">Clockwise, as seen on the screen.</param>
    public static AnnotatedBox Turned(string name, (double Left, double Top, double Right, double Bottom) box, (double X, double Y) pivot, double degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        (double, double) Turn(double x, double y) => (pivot.X + (x - pivot.X) * cos - (y - pivot.Y) * sin, pivot.Y + (x - pivot.X) * sin + (y - pivot.Y) * cos);
        return Around(name, [Turn(box.Left, box.Top), Turn(box.Right, box.Top), Turn(box.Right, box.Bottom), Turn(box.Left, box.Bottom)]);
    }
}
