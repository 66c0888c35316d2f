using System.Text.Json;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// COCO's JSON (https://cocodataset.org/#format-data): images, annotations and categories, joined by ids that need not be dense, in any order of the three.
/// A box is [x, y, width, height]; where it is absent, the polygons or the mask give it; an annotation with neither labels the whole picture.
/// </summary>
internal sealed class CocoReader
{
    private readonly record struct Annotation(int Image, string Category, AnnotatedBox? Box, bool Shapeless);

    private readonly string _path;
    private readonly SplitName? _split;
    private readonly Dictionary<string, int> _imageIndex = [];
    private readonly List<AnnotatedPicture?> _pictures = [];
    private readonly Dictionary<string, string> _categories = [];
    private readonly Dictionary<string, string> _ids = []; // One string for each category id, not one for each annotation.
    private readonly List<Annotation> _annotations = [];

    private CocoReader(string path, SplitName? split) => (_path, _split) = (path, split);

    public static List<AnnotatedPicture> Read(string path, SplitName? split, List<string> notes)
    {
        var reader = new CocoReader(path, split);
        JsonItems.Read(path, name => name is "images" or "annotations" or "categories", reader.Add);
        return reader.Join(notes);
    }

    private void Add(string member, JsonElement item)
    {
        switch (member)
        {
            case "images": AddImage(item); break;
            case "annotations": AddAnnotation(item); break;
            case "categories": _categories[Id(item, "a category", "id")] = item.Text("name") ?? throw Lacking("a category", "name"); break;
            default: throw new UserException($"{_path}: its root is a list, COCO's is an object with images, annotations and categories. Export it again.");
        }
    }

    private void AddImage(JsonElement item)
    {
        string name = item.Text("file_name") ?? throw Lacking("an image", "file_name");
        int index = Index(Id(item, $"the image {name}", "id"));
        if (_pictures[index] is not null) throw new UserException($"{_path}: the image id {item.Text("id")} appears twice ({_pictures[index]!.Names[0]} and {name}). Ids have to differ; export it again.");
        _pictures[index] = new AnnotatedPicture(_path, name) { Split = _split, Width = item.Pixels("width"), Height = item.Pixels("height"), StoredPixels = true };
    }

    private void AddAnnotation(JsonElement item)
    {
        string what = $"the annotation {item.Text("id") ?? $"number {_annotations.Count + 1}"}";
        int image = Index(Id(item, what, "image_id"));
        string category = Id(item, what, "category_id");
        if (!_ids.TryAdd(category, category)) category = _ids[category];
        var box = Box(item, what) is { } edges ? new AnnotatedBox("", edges.Left, edges.Top, edges.Right, edges.Bottom) { NoCrop = item.Flag("iscrowd") ? "crowd" : item.Flag("ignore") ? "ignored" : null } : (AnnotatedBox?)null;
        _annotations.Add(new Annotation(image, category, box, item.Member("segmentation") is { } shape && IsShape(shape)));
    }

    private (double Left, double Top, double Right, double Bottom)? Box(JsonElement item, string what)
    {
        double[] box = [.. item.Items("bbox").Select(v => v.AsNumber() ?? double.NaN)];
        if (box.Length is not (0 or 4) || box.Any(double.IsNaN)) throw new UserException($"{_path}: the bbox of {what} is not [x, y, width, height]. Export it again.");
        if (box.Length == 4 && (box[2] > 0 || box[3] > 0)) return (box[0], box[1], box[0] + box[2], box[1] + box[3]);
        if (item.Member("segmentation") is not { } shape) return null;
        if (shape.ValueKind == JsonValueKind.Object) return RunLengthMask.Bounds(shape);
        var around = Around(shape);
        return around is { } polygon ? (polygon.Left, polygon.Top, polygon.Right, polygon.Bottom) : null;
    }

    // A list of polygons, each x, y, x, y, …; or one such polygon.
    private static AnnotatedBox? Around(JsonElement shape)
    {
        if (shape.ValueKind != JsonValueKind.Array) return null;
        var points = new List<(double, double)>();
        foreach (var polygon in shape.EnumerateArray().Any(p => p.ValueKind == JsonValueKind.Array) ? shape.EnumerateArray() : Enumerable.Repeat(shape, 1))
        {
            if (polygon.ValueKind != JsonValueKind.Array) continue;
            double[] values = [.. polygon.EnumerateArray().Select(v => v.AsNumber() ?? double.NaN)];
            for (int i = 0; i + 1 < values.Length; i += 2) points.Add((values[i], values[i + 1]));
        }
        return points.Count > 1 ? AnnotatedBox.Around("", points) : null;
    }

    private static bool IsShape(JsonElement shape) => shape.ValueKind == JsonValueKind.Object || (shape.ValueKind == JsonValueKind.Array && shape.GetArrayLength() > 0);

    private List<AnnotatedPicture> Join(List<string> notes)
    {
        if (_imageIndex.Count == 0) throw new UserException($"{_path}: lists no images. Export it again, with the pictures' names.");
        int dangling = 0;
        foreach (var (image, category, box, shapeless) in _annotations)
        {
            if (!_categories.TryGetValue(category, out string? name))
                throw new UserException($"{_path}: an annotation has category_id {category}, which is not among the {_categories.Count} categories. Export it again.");
            if (_pictures[image] is not { } picture) dangling++;
            else if (box is { } found) picture.Boxes.Add(found with { Class = name });
            else if (shapeless) picture.Shapeless++;
            else picture.Labels.Add(name);
        }
        if (dangling > 0) notes.Add($"{_path}: annotations of images that it does not list: {dangling}");
        return [.. _pictures.OfType<AnnotatedPicture>()];
    }

    private int Index(string id)
    {
        if (_imageIndex.TryGetValue(id, out int index)) return index;
        _imageIndex.Add(id, _pictures.Count);
        _pictures.Add(null);
        return _pictures.Count - 1;
    }

    private string Id(JsonElement item, string what, string name) => item.Text(name) ?? throw Lacking(what, name);

    private UserException Lacking(string what, string name) => new($"{_path}: {what} has no {name}, so it is not COCO as it should be. Export it again.");
}
