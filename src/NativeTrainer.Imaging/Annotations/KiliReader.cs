using System.Text.Json;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// Kili's JSON export (https://docs.kili-technology.com/docs/exporting-project-data): a list of assets with labels, each with a jsonResponse, as an object or
/// as text, that holds one member a job. Reviews win over labels, the latest over earlier ones; predictions and work that was not handed in do not count.
/// </summary>
internal sealed class KiliReader
{
    private readonly string _path;
    private readonly SplitName? _split;
    private readonly List<AnnotatedPicture> _pictures = [];

    private KiliReader(string path, SplitName? split) => (_path, _split) = (path, split);

    public static List<AnnotatedPicture> Read(string path, SplitName? split)
    {
        var reader = new KiliReader(path, split);
        JsonItems.Read(path, _ => false, (_, asset) => reader.Add(asset));
        return reader._pictures;
    }

    private void Add(JsonElement asset)
    {
        string[] names = [.. new[] { asset.Text("externalId"), asset.Text("external_id"), asset.Text("content") }.OfType<string>().Where(n => n.Length > 0)];
        if (names.Length == 0) throw new UserException($"{_path}: the asset number {_pictures.Count + 1} has neither externalId nor content. Export it again with both.");
        var picture = new AnnotatedPicture(_path, names) { Split = _split, Relative = true };
        _pictures.Add(picture);
        var all = asset.Items("labels").ToList();
        if (asset.Member("latestLabel") is { ValueKind: JsonValueKind.Object } latest) all.Add(latest);
        if (all.Count == 0 && asset.Member("jsonResponse") is not null) all.Add(asset);
        var valid = all.Where(IsDone).ToList();
        picture.Skipped = asset.Flag("skipped") || (all.Count > 0 && valid.Count == 0);
        if (picture.Skipped || valid.Count == 0) return;
        if (valid.Any(IsReview)) valid.RemoveAll(l => !IsReview(l));
        // Dates are ISO 8601; the last of the list is the latest where there are none.
        var chosen = valid.Select((Label, Place) => (Label, Place)).OrderBy(l => l.Label.Text("createdAt") ?? "", StringComparer.Ordinal).ThenBy(l => l.Place).Last().Label;
        Read(picture, chosen);
    }

    private static bool IsReview(JsonElement label) => label.Text("labelType") == "REVIEW";

    private static bool IsDone(JsonElement label)
        => label.ValueKind == JsonValueKind.Object && !label.Flag("skipped") && label.Text("labelType") is null or "DEFAULT" or "REVIEW" && label.Member("jsonResponse") is not null;

    private void Read(AnnotatedPicture picture, JsonElement label)
    {
        var response = label.GetProperty("jsonResponse");
        if (response.ValueKind != JsonValueKind.String)
        {
            ReadJobs(picture, response);
            return;
        }
        string text = response.GetString()!;
        if (string.IsNullOrWhiteSpace(text)) return;
        try
        {
            using var document = JsonDocument.Parse(text);
            ReadJobs(picture, document.RootElement);
        }
        catch (JsonException error)
        {
            throw new UserException($"{_path}: the jsonResponse of {picture.Names[0]} is not valid JSON. Export it again.", error);
        }
    }

    private static void ReadJobs(AnnotatedPicture picture, JsonElement response)
    {
        if (response.ValueKind != JsonValueKind.Object) return;
        foreach (var job in response.EnumerateObject())
        {
            if (job.Value.ValueKind != JsonValueKind.Object) continue;
            picture.Labels.AddRange(Categories(job.Value));
            foreach (var annotation in job.Value.Items("annotations"))
            {
                string[] classes = [.. Categories(annotation)];
                var points = new List<(double, double)>();
                if (annotation.Member("boundingPoly") is { } shape) Collect(shape, points);
                if (classes.Length == 0 || points.Count < 2) picture.Shapeless++;
                else foreach (string name in classes) picture.Boxes.Add(AnnotatedBox.Around(name, points));
            }
        }
    }

    private static IEnumerable<string> Categories(JsonElement element) => element.Items("categories").Select(c => c.Text("name")).OfType<string>();

    // Vertices lie one or two lists deep, by version and shape.
    private static void Collect(JsonElement shape, List<(double, double)> points)
    {
        if (shape.ValueKind == JsonValueKind.Array)
        {
            foreach (var inner in shape.EnumerateArray()) Collect(inner, points);
        }
        else if (shape.Number("x") is double x && shape.Number("y") is double y) points.Add((x, y));
        else if (shape.Member("normalizedVertices") is { } vertices) Collect(vertices, points);
    }
}
