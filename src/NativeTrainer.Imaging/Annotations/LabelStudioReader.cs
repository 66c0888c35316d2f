using System.Text.Json;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// Label Studio's export as JSON (https://labelstud.io/guide/export): a list of tasks, each with data and annotations (once called completions). Cancelled
/// annotations do not count; where some are marked as ground truth, only they do. Of several annotators all must agree on a picture's class; boxes are
/// those of the annotation that was changed last. Predictions are the work of a model and are not read.
/// </summary>
internal sealed class LabelStudioReader
{
    private readonly string _path;
    private readonly SplitName? _split;
    private readonly List<AnnotatedPicture> _pictures = [];

    private LabelStudioReader(string path, SplitName? split) => (_path, _split) = (path, split);

    public static List<AnnotatedPicture> Read(string path, SplitName? split)
    {
        var reader = new LabelStudioReader(path, split);
        JsonItems.Read(path, _ => false, (_, task) => reader.Add(task));
        return reader._pictures;
    }

    private void Add(JsonElement task)
    {
        string id = task.Text("id") ?? $"number {_pictures.Count + 1}";
        if (task.Member("data") is not { ValueKind: JsonValueKind.Object } data)
            throw new UserException($"{_path}: the task {id} has no data. Export as 'JSON', not as 'JSON-MIN'.");
        string? image = PictureOf(data), upload = task.Text("file_upload");
        string[] names = [.. new[] { image, upload }.OfType<string>()];
        if (names.Length == 0) throw new UserException($"{_path}: the data of task {id} name no picture. Export a project that labels pictures.");
        var picture = new AnnotatedPicture(_path, names) { Split = _split, Relative = true };
        _pictures.Add(picture);
        var annotations = task.Items("annotations").Concat(task.Items("completions")).Where(a => a.ValueKind == JsonValueKind.Object).ToList();
        var valid = annotations.Where(a => !a.Flag("was_cancelled") && !a.Flag("skipped")).ToList();
        picture.Skipped = annotations.Count > 0 && valid.Count == 0;
        if (valid.Any(a => a.Flag("ground_truth"))) valid.RemoveAll(a => !a.Flag("ground_truth"));
        if (valid.Count == 0) return;
        // Dates are ISO 8601, so their order is that of text; without dates the last of the list is the latest.
        int latest = Enumerable.Range(0, valid.Count).OrderBy(i => valid[i].Text("updated_at") ?? valid[i].Text("created_at") ?? "", StringComparer.Ordinal).ThenBy(i => i).Last();
        for (int i = 0; i < valid.Count; i++) AddResults(picture, [.. valid[i].Items("result")], i == latest);
    }

    // By the usual name, else the first text that ends as pictures do, else the first that looks like a path.
    private static string? PictureOf(JsonElement data)
    {
        var texts = data.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).Select(p => (p.Name, Text: p.Value.GetString()!)).ToList();
        string? named = texts.Where(t => t.Name is "image" or "img" or "picture" or "photo").Select(t => t.Text).FirstOrDefault();
        return named ?? texts.Select(t => t.Text).FirstOrDefault(t => ImageFolder.HasPictureName(PictureFinder.WithoutQuery(t))) ?? texts.Select(t => t.Text).FirstOrDefault(t => t.Contains('/'));
    }

    private static void AddResults(AnnotatedPicture picture, JsonElement[] results, bool boxes)
    {
        var regions = new Dictionary<string, Region>();
        var order = new List<Region>();
        foreach (var result in results)
        {
            if (result.Member("value") is not { ValueKind: JsonValueKind.Object } value) continue;
            string type = result.Text("type") ?? "";
            string[] classes = [.. Classes(value, type)];
            if (!IsRegion(value))
            {
                if (type is "choices" or "taxonomy") picture.Labels.AddRange(classes);
                continue;
            }
            if (!boxes) continue;
            // Shape, label and choice of one region are results of their own with the region's id.
            string id = result.Text("id") ?? $"#{order.Count}";
            if (!regions.TryGetValue(id, out var region))
            {
                regions.Add(id, region = new Region(result, value));
                order.Add(region);
            }
            if (type is "choices" or "taxonomy") region.Choices.AddRange(classes);
            else region.Labels.AddRange(classes);
        }
        foreach (var region in order) Add(picture, region);
    }

    private static void Add(AnnotatedPicture picture, Region region)
    {
        var classes = (region.Labels.Count > 0 ? region.Labels : region.Choices).Distinct().ToList();
        var (width, height) = (region.Result.Pixels("original_width"), region.Result.Pixels("original_height"));
        // Coordinates of a view that the annotator turned have another frame.
        bool turned = region.Result.Number("image_rotation") is > 0 or < 0;
        if (classes.Count == 0 || turned || Box(region.Value, width, height) is not { } box)
        {
            picture.Shapeless++;
            return;
        }
        if (width > 0 && height > 0) (picture.Width, picture.Height) = (width, height);
        foreach (string name in classes) picture.Boxes.Add(box with { Class = name });
    }

    private static bool IsRegion(JsonElement value) => value.Number("x") is not null || value.Member("points") is not null || value.Member("rle") is not null;

    private static IEnumerable<string> Classes(JsonElement value, string type)
    {
        if (type == "taxonomy") return value.Items(type).Where(t => t.ValueKind == JsonValueKind.Array).Select(t => string.Join('/', t.EnumerateArray().Select(e => e.ToString())));
        return value.Items(type).Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!);
    }

    // Percent of the picture; a rectangle turns clockwise about its upper left corner.
    private static AnnotatedBox? Box(JsonElement value, int pictureWidth, int pictureHeight)
    {
        double[][] points = [.. value.Items("points").Where(p => p.ValueKind == JsonValueKind.Array).Select(p => p.EnumerateArray().Select(v => v.AsNumber() ?? double.NaN).ToArray())];
        if (points.Length > 2 && points.All(p => p.Length == 2)) return AnnotatedBox.Around("", [.. points.Select(p => (p[0] / 100, p[1] / 100))]);
        if (value.Number("x") is not double x || value.Number("y") is not double y) return null;
        double degrees = value.Number("rotation") ?? 0;
        // Turning needs lengths that are alike in both directions.
        var (w, h) = pictureWidth > 0 && pictureHeight > 0 ? ((double)pictureWidth, (double)pictureHeight) : (1, 1);
        AnnotatedBox box;
        if (value.Number("width") is double width && value.Number("height") is double height)
            box = AnnotatedBox.Turned("", (x * w, y * h, (x + width) * w, (y + height) * h), (x * w, y * h), degrees);
        else if (value.Number("radiusX") is double radiusX && value.Number("radiusY") is double radiusY)
            box = AnnotatedBox.Turned("", ((x - radiusX) * w, (y - radiusY) * h, (x + radiusX) * w, (y + radiusY) * h), (x * w, y * h), degrees);
        else return null;
        return new AnnotatedBox("", box.Left / (100 * w), box.Top / (100 * h), box.Right / (100 * w), box.Bottom / (100 * h));
    }

    private sealed record Region(JsonElement Result, JsonElement Value)
    {
        public List<string> Labels { get; } = [];

        public List<string> Choices { get; } = [];
    }
}
