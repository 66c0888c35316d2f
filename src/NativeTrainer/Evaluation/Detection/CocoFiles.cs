using System.Globalization;
using System.Text.Json;
using NativeTrainer.Imaging;
using NativeTrainer.Imaging.Annotations;

namespace NativeTrainer.Evaluation.Detection;

/// <summary>
/// Objects and detections in COCO's JSON (https://cocodataset.org/#format-data and #format-results): the truth has images, annotations and categories, the results are a list of image_id,
/// category_id, bbox [x, y, width, height] and score.
/// </summary>
public sealed class CocoFiles
{
    private readonly record struct Annotation(string Image, string Category, DetectionBox Box, double Area, bool Crowd, bool Ignored, int Number);

    private readonly string _path;
    private readonly List<string> _images = [];
    private readonly List<(string Id, string Name)> _categories = [];
    private readonly List<Annotation> _annotations = [];
    private readonly Dictionary<string, string> _ids = []; // One string for each id, not one for each annotation.

    private CocoFiles(string path) => _path = path;

    /// <summary>The truth, and its ids, which <see cref="ReadResults"/> joins by.</summary>
    /// <exception cref="UserException">The file cannot be read or is not such a file.</exception>
    public static (DetectionTruth Truth, DetectionIds Ids) ReadTruth(string path)
    {
        var file = new CocoFiles(path);
        JsonItems.Read(path, name => name is "images" or "annotations" or "categories", file.Add);
        return file.Join();
    }

    /// <summary>The detections of a results file, in its order.</summary>
    /// <exception cref="UserException">The file cannot be read, or an entry is not as it should be or belongs to no image or category of the truth.</exception>
    public static List<DetectedBox> ReadResults(string path, DetectionIds ids)
    {
        var found = new List<DetectedBox>();
        JsonItems.Read(path, name => name == "annotations", (member, item) =>
        {
            string what = $"entry {found.Count + 1}";
            if (member.Length > 0) throw new UserException($"{path}: is an object with annotations; results are a list of image_id, category_id, bbox and score.");
            int image = Index(ids.Images, Id(path, item, what, "image_id"), path, what, "image_id", "images");
            int category = Index(ids.Categories, Id(path, item, what, "category_id"), path, what, "category_id", "categories");
            double score = item.Number("score") ?? throw new UserException($"{path}: {what} has no score.");
            if (!double.IsFinite(score)) throw new UserException($"{path}: the score of {what} is {score.ToString(CultureInfo.InvariantCulture)}, not a finite number.");
            found.Add(new DetectedBox(image, category, Box(path, item, what) ?? throw new UserException($"{path}: {what} has no bbox [x, y, width, height]."), score));
        });
        return found;
    }

    private void Add(string member, JsonElement item)
    {
        switch (member)
        {
            case "images":
                _images.Add(Id(_path, item, $"image {_images.Count + 1}", "id"));
                break;
            case "categories":
                string id = Id(_path, item, $"category {_categories.Count + 1}", "id");
                _categories.Add((id, item.Text("name") ?? id));
                break;
            case "annotations":
                AddAnnotation(item);
                break;
            default:
                throw new UserException($"{_path}: its root is a list; the truth is an object with images, annotations and categories. Are --truth and --predictions exchanged?");
        }
    }

    private void AddAnnotation(JsonElement item)
    {
        string what = $"annotation {item.Text("id") ?? $"number {_annotations.Count + 1}"}";
        var box = Box(_path, item, what) ?? throw new UserException($"{_path}: {what} has no bbox [x, y, width, height].");
        double area = item.Number("area") ?? box.Area;
        if (!(area >= 0)) throw new UserException($"{_path}: the area of {what} is {area.ToString(CultureInfo.InvariantCulture)}; it takes 0 or more.");
        _annotations.Add(new Annotation(Shared(Id(_path, item, what, "image_id")), Shared(Id(_path, item, what, "category_id")), box, area, item.Flag("iscrowd"), item.Flag("ignore"), _annotations.Count + 1));
    }

    private (DetectionTruth, DetectionIds) Join()
    {
        if (_images.Count == 0) throw new UserException($"{_path}: lists no images. Export it again, with images, annotations and categories.");
        if (_categories.Count == 0) throw new UserException($"{_path}: lists no categories. Export it again, with images, annotations and categories.");
        var ids = new DetectionIds(Order(_images, "image"), Order([.. _categories.Select(c => c.Id)], "category"));
        var names = new string[_categories.Count];
        foreach (var (id, name) in _categories) names[ids.Categories[id]] = name;
        var boxes = _annotations.Select(a => new TruthBox(
            Index(ids.Images, a.Image, _path, $"annotation number {a.Number}", "image_id", "images"),
            Index(ids.Categories, a.Category, _path, $"annotation number {a.Number}", "category_id", "categories"), a.Box, a.Area, a.Crowd, a.Ignored));
        return (new DetectionTruth([.. ids.Images.OrderBy(i => i.Value).Select(i => i.Key)], names, [.. boxes]), ids);
    }

    // By number where all ids are numbers, as COCO's are; else by text.
    private Dictionary<string, int> Order(List<string> ids, string what)
    {
        bool numbers = ids.All(id => long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        string[] ordered = numbers ? [.. ids.OrderBy(id => long.Parse(id, CultureInfo.InvariantCulture))] : [.. ids.Order(StringComparer.Ordinal)];
        var index = new Dictionary<string, int>(ordered.Length);
        foreach (string id in ordered)
            if (!index.TryAdd(id, index.Count)) throw new UserException($"{_path}: the {what} id {id} appears twice. Ids have to differ; export it again.");
        return index;
    }

    private string Shared(string id)
    {
        _ids.TryAdd(id, id);
        return _ids[id];
    }

    private static int Index(Dictionary<string, int> index, string id, string path, string what, string member, string list)
        => index.TryGetValue(id, out int at) ? at : throw new UserException($"{path}: the {member} {id} of {what} is not among the truth's {index.Count} {list}. Are the two files of the same data set?");

    private static string Id(string path, JsonElement item, string what, string name) => item.Text(name) ?? throw new UserException($"{path}: {what} has no {name}.");

    private static DetectionBox? Box(string path, JsonElement item, string what)
    {
        if (item.Member("bbox") is not { } list) return null;
        double[] box = list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(v => v.AsNumber() ?? double.NaN)] : [];
        if (box.Length != 4 || box.Any(v => !double.IsFinite(v)) || box[2] < 0 || box[3] < 0)
            throw new UserException($"{path}: the bbox of {what} is {list.GetRawText()}, not [x, y, width, height] with a width and height of 0 or more.");
        return new DetectionBox(box[0], box[1], box[2], box[3]);
    }
}

/// <summary>Where the images and categories of a truth file stand, by id.</summary>
public sealed record DetectionIds(Dictionary<string, int> Images, Dictionary<string, int> Categories);
