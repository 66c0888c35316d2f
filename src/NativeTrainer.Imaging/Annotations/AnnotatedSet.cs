using System.Globalization;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// From annotated pictures to labelled samples: whole pictures that have one class, or a crop of every box. What is left out is counted, one note a reason.
/// </summary>
internal sealed class AnnotatedSet
{
    /// <summary>A box with a shorter side holds less than the first layers of a network see at once.</summary>
    private const double TinySide = 8;

    private readonly string _shown;
    private readonly PictureFinder _finder;
    private readonly Dictionary<string, (int Count, string Example)> _counts = [];
    private readonly List<LabelledSet.Entry> _entries = [];

    private AnnotatedSet(string shown, PictureFinder finder) => (_shown, _finder) = (shown, finder);

    /// <param name="pictures">In the files' order.</param>
    /// <param name="format">The tool's name.</param>
    /// <param name="finder">Finds their files.</param>
    /// <param name="shown">What the user named.</param>
    /// <param name="margin">Crops every box with so much of its size on each side; null labels whole pictures.</param>
    /// <param name="notes">Notes so far.</param>
    /// <exception cref="UserException">No sample is left.</exception>
    public static LabelledSet Build(List<AnnotatedPicture> pictures, string format, PictureFinder finder, string shown, double? margin, List<string> notes)
    {
        if (pictures.Count == 0) throw new UserException($"{shown}: the {format} annotations list no pictures. Export them again.");
        var set = new AnnotatedSet(shown, finder);
        var (found, missing) = set.Locate(pictures);
        if (found.Count == 0)
            throw new UserException($"{shown}: none of the {pictures.Count} pictures exists, such as {missing[0].Names[0]} (looked below {finder.Root}). Put the pictures beside the annotations, or into a folder images there.");
        if (missing.Count > 0) notes.Add($"{shown}: left out as not found, or as several files of that name: {missing.Count} of {pictures.Count} pictures, such as {missing[0].Names[0]}");
        if (margin is null) set.TakePictures(found);
        else set.TakeBoxes(found, margin.Value);
        set.DropContradictions();
        int used = set._entries.Count;
        string what = margin is null ? used == 1 ? "picture is" : "pictures are" : used == 1 ? "box is" : "boxes are";
        notes.Insert(0, $"{shown}: {format} annotations of {pictures.Count} picture{(pictures.Count == 1 ? "" : "s")}; {used} {what} used");
        notes.AddRange(set._counts.Select(c => $"{shown}: {c.Key}: {c.Value.Count}, such as {c.Value.Example}"));
        if (set._entries.Count == 0) throw set.NothingLeft(found, format, margin);
        return new LabelledSet(shown, set._entries, notes);
    }

    private (List<(AnnotatedPicture Picture, string Path)> Found, List<AnnotatedPicture> Missing) Locate(List<AnnotatedPicture> pictures)
    {
        var (found, missing) = (new List<(AnnotatedPicture, string)>(pictures.Count), new List<AnnotatedPicture>());
        foreach (var picture in pictures)
        {
            if (picture.Skipped) Count("left out as skipped, cancelled or not handed in", picture.Names[0]);
            else if (_finder.Find(picture) is { } path) found.Add((picture, path));
            else missing.Add(picture);
        }
        if (found.Count == 0 && missing.Count == 0) throw new UserException($"{_shown}: all {pictures.Count} pictures were skipped or cancelled by their annotators. Label some, then export again.");
        return (found, missing);
    }

    private void TakePictures(List<(AnnotatedPicture Picture, string Path)> found)
    {
        foreach (var (picture, path) in found)
        {
            var classes = ClassesOf(picture);
            if (classes.Count == 1) _entries.Add(new LabelledSet.Entry(path, classes[0], picture.Split, null, Source(picture, path)));
            else if (classes.Count == 0) Count("left out as without a class", Path.GetFileName(path));
            else Count("left out as of several classes (--crop-boxes makes a sample of each box)", $"{Path.GetFileName(path)} ({DatasetIndex.Listed(classes)})");
        }
    }

    // What was said of the whole picture wins over what is in it.
    private static List<string> ClassesOf(AnnotatedPicture picture)
        => [.. (picture.Labels.Count > 0 ? picture.Labels : picture.Boxes.Select(b => b.Class)).Distinct()];

    private void TakeBoxes(List<(AnnotatedPicture Picture, string Path)> found, double margin)
    {
        var headers = new PictureHeader?[found.Count];
        // Only headers are read, but of every picture.
        Parallel.For(0, found.Count, i => headers[i] = found[i].Picture.Boxes.Count > 0 ? ImageDecoder.ReadHeader(found[i].Path) : null);
        for (int i = 0; i < found.Count; i++)
        {
            var (picture, path) = found[i];
            if (picture.Shapeless > 0) Count("marks without a box left out", Path.GetFileName(path), picture.Shapeless);
            if (picture.Boxes.Count == 0) Count("pictures left out as without boxes", Path.GetFileName(path));
            else if (headers[i] is not { } header) Count("pictures with boxes left out as not readable", Path.GetFileName(path));
            else if (BoxFrame.Of(picture, header) is { } frame) TakeBoxes(picture, path, frame, margin);
            else Count("pictures left out as of other proportions than their annotations", string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)} ({header.Width}×{header.Height}, annotated as {picture.Width}×{picture.Height})"));
        }
    }

    private void TakeBoxes(AnnotatedPicture picture, string path, BoxFrame frame, double margin)
    {
        // The same on every machine, and the same for every listing of the picture.
        string group = Path.GetRelativePath(_finder.Root, path).Replace('\\', '/');
        foreach (var box in picture.Boxes)
        {
            var upright = frame.Upright(box);
            if (box.NoCrop is { } reason) Count($"boxes left out as marked {reason}", Path.GetFileName(path));
            else if (frame.Crop(upright, margin) is not { } crop) Count("boxes left out as empty or outside their picture", Path.GetFileName(path));
            else
            {
                if (Math.Min(upright.Right - upright.Left, upright.Bottom - upright.Top) < TinySide) Count($"boxes with a side of less than {TinySide} pixels, which hold little to learn from", Path.GetFileName(path));
                _entries.Add(new LabelledSet.Entry(path, box.Class, picture.Split, group, Source(picture, path)) { Crop = crop });
            }
        }
    }

    // Two annotators or an import that ran twice: equal listings are one sample; listings that contradict each other are none.
    private void DropContradictions()
    {
        var first = new Dictionary<(string Path, PixelRegion? Crop), LabelledSet.Entry>();
        var contradicted = new HashSet<(string, PixelRegion?)>();
        int twice = 0;
        foreach (var entry in _entries)
        {
            if (!first.TryAdd((entry.Path, entry.Crop), entry) && first[(entry.Path, entry.Crop)].Class != entry.Class) contradicted.Add((entry.Path, entry.Crop));
        }
        if (first.Count == _entries.Count) return;
        var kept = new HashSet<(string, PixelRegion?, SplitName?)>();
        _entries.RemoveAll(entry =>
        {
            if (contradicted.Contains((entry.Path, entry.Crop)))
            {
                Count("left out as listed with different classes", Path.GetFileName(entry.Path));
                return true;
            }
            // A copy in another split is left to the checks that refuse it.
            if (kept.Add((entry.Path, entry.Crop, entry.Split))) return false;
            twice++;
            return true;
        });
        if (twice > 0) Count("listed more than once and taken once", Path.GetFileName(_entries.Count > 0 ? _entries[0].Path : ""), twice);
    }

    private UserException NothingLeft(List<(AnnotatedPicture Picture, string Path)> found, string format, double? margin)
    {
        string reasons = string.Join("; ", _counts.Select(c => $"{c.Key}: {c.Value.Count}, such as {c.Value.Example}"));
        bool boxes = found.Any(f => f.Picture.Boxes.Count > 0), labels = found.Any(f => f.Picture.Labels.Count > 0);
        string next = margin is null
            ? boxes ? "Give --crop-boxes to make a sample of each box." : "Label the pictures, or choose the export that holds their classes."
            : labels && !boxes ? "Leave --crop-boxes out to use the classes of whole pictures." : "Draw boxes, or choose the export that holds them.";
        return new UserException($"{_shown}: the {format} annotations leave no sample ({reasons}). {next}");
    }

    private static string Source(AnnotatedPicture picture, string path) => picture.Source.EndsWith(".txt", StringComparison.Ordinal) ? picture.Source : $"{picture.Source} ({Path.GetFileName(path)})";

    private void Count(string reason, string example, int count = 1)
        => _counts[reason] = _counts.TryGetValue(reason, out var before) ? (before.Count + count, before.Example) : (count, example);
}
