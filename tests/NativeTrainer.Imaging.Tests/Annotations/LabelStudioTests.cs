namespace NativeTrainer.Imaging.Tests.Annotations;

public class LabelStudioTests
{
    private static string Task(string image, string annotations, string more = "") => $$"""{"id": 1, "annotations": [{{annotations}}], "predictions": [{"result": [{{Choice("wrong")}}]}], "data": {"text": "x/y", "image": "{{image}}"}{{more}} }""";

    private static string Annotation(string results, string more = "") => $$"""{"id": 9, "result": [{{results}}], "was_cancelled": false, "ground_truth": false{{more}}}""";

    private static string Choice(string name) => $$$"""{"type": "choices", "from_name": "c", "to_name": "image", "value": {"choices": ["{{{name}}}"]}}""";

    private static string Rectangle(string name, string box, string more = "")
        => $$$"""{"id": "{{{name}}}", "type": "rectanglelabels", "original_width": 100, "original_height": 80, "image_rotation": 0, "value": { {{{box}}}, "rectanglelabels": ["{{{name}}}"]}{{{more}}} }""";

    [Fact]
    public void ChoicesLabelThePicture()
    {
        using var folder = new AnnotatedFolder("a.png", "b.png").With("export.json", $"[{Task("a.png", Annotation(Choice("cat")))},{Task("b.png", Annotation(Choice("dog")))}]");
        Assert.Equal(["a.png cat", "b.png dog"], folder.Samples("export.json"));
        Assert.Equal(["a.png cat", "b.png dog"], folder.Samples());
    }

    [Fact]
    public void CancelledWorkDoesNotCountAndGroundTruthWins()
    {
        string cancelled = Annotation(Choice("dog")).Replace("\"was_cancelled\": false", "\"was_cancelled\": true");
        string truth = Annotation(Choice("cat")).Replace("\"ground_truth\": false", "\"ground_truth\": true");
        using var folder = new AnnotatedFolder("a.png", "b.png", "c.png", "d.png", "e.png").With("export.json", "[" + string.Join(",",
            Task("a.png", cancelled + "," + Annotation(Choice("cat"))),
            Task("b.png", Annotation(Choice("dog")) + "," + truth + "," + Annotation(Choice("dog"))),
            Task("c.png", cancelled), Task("d.png", Annotation(Choice("cat")) + "," + Annotation(Choice("dog"))), Task("e.png", "")) + "]");
        Assert.Equal(["a.png cat", "b.png cat"], folder.Samples("export.json"));
        Assert.Equal([
            "{0}/export.json: Label Studio annotations of 5 pictures; 2 pictures are used",
            "{0}/export.json: left out as skipped, cancelled or not handed in: 1, such as c.png",
            "{0}/export.json: left out as of several classes (--crop-boxes makes a sample of each box): 1, such as d.png (cat, dog)",
            "{0}/export.json: left out as without a class: 1, such as e.png",
        ], folder.Notes("export.json"));
    }

    // A rectangle turns about its upper left corner: by 90° clockwise, what was its width hangs down and its height points left.
    [Theory]
    [InlineData("\"x\": 10, \"y\": 25, \"width\": 30, \"height\": 50", "10,20,30,40")]
    [InlineData("\"x\": 50, \"y\": 25, \"width\": 30, \"height\": 50, \"rotation\": 90", "10,20,40,30")]
    [InlineData("\"x\": 50, \"y\": 50, \"radiusX\": 10, \"radiusY\": 25", "40,20,20,40")]
    [InlineData("\"points\": [[10, 25], [40, 25], [20, 75]], \"closed\": true", "10,20,30,40")]
    public void ShapesAreInPercent(string shape, string box)
    {
        using var folder = new AnnotatedFolder("a.png").With("export.json", $"[{Task("a.png", Annotation(Rectangle("cat", shape)))}]");
        Assert.Equal([$"a.png cat {box}"], folder.Samples("export.json", 0));
    }

    [Fact]
    public void BoxesAreThoseOfTheLatestAnnotation()
    {
        string older = Annotation(Rectangle("cat", "\"x\": 0, \"y\": 0, \"width\": 50, \"height\": 50"), ", \"updated_at\": \"2024-05-02T08:00:00Z\"");
        string newer = Annotation(Rectangle("dog", "\"x\": 10, \"y\": 25, \"width\": 30, \"height\": 50"), ", \"updated_at\": \"2024-06-01T08:00:00Z\"");
        using var folder = new AnnotatedFolder("a.png").With("export.json", $"[{Task("a.png", newer + "," + older)}]");
        Assert.Equal(["a.png dog 10,20,30,40"], folder.Samples("export.json", 0));
    }

    // Shape, label and a choice for the region are results of their own, joined by the region's id.
    [Theory]
    [InlineData("\"type\": \"labels\", \"value\": {\"x\": 10, \"y\": 25, \"width\": 30, \"height\": 50, \"labels\": [\"cat\"]}")]
    [InlineData("\"type\": \"choices\", \"value\": {\"x\": 10, \"y\": 25, \"width\": 30, \"height\": 50, \"choices\": [\"cat\"]}")]
    public void ARegionsLabelMayBeAResultOfItsOwn(string label)
    {
        string shape = """{"id": "r1", "type": "rectangle", "original_width": 100, "original_height": 80, "value": {"x": 10, "y": 25, "width": 30, "height": 50}}""";
        using var folder = new AnnotatedFolder("a.png").With("export.json", $"[{Task("a.png", Annotation($$"""{{shape}},{"id": "r1", {{label}}}"""))}]");
        Assert.Equal(["a.png cat 10,20,30,40"], folder.Samples("export.json", 0));
    }

    [Theory]
    [InlineData("/data/upload/3/0f1e2d3c-a%20b.png", "images/a b.png")]
    [InlineData("/data/upload/3/0f1e2d3c-a.png", "images/0f1e2d3c-a.png")]
    [InlineData("/data/local-files/?d=photos%5Ccats%5Ca.png", "deep/photos/cats/a.png")]
    [InlineData("/data/local-files/?d=photos/cats/a.png", "photos/cats/a.png")]
    [InlineData("s3://bucket/photos/a.png", "x/a.png")]
    [InlineData("https://example.org/photos/a.png?signature=a%2Fb", "x/photos/a.png")]
    [InlineData("C:\\\\data\\\\a.png", "x/a.png")]
    public void PicturesAreFoundByEveryFormOfTheirName(string image, string file)
    {
        using var folder = new AnnotatedFolder(file, "other/a.txt").With("export.json", $"[{Task(image, Annotation(Choice("cat")))}]");
        Assert.Equal([$"{file} cat"], folder.Samples("export.json"));
    }

    [Fact]
    public void OldExportsAndTaxonomiesAreRead()
    {
        string task = """{"id": 1, "completions": [{"result": [{"type": "taxonomy", "value": {"taxonomy": [["animal", "cat"]]}}]}], "data": {"photo_url": "a.png"}}""";
        using var folder = new AnnotatedFolder("a.png").With("export.json", $"[{task}]");
        Assert.Equal(["a.png animal/cat"], folder.Samples("export.json"));
    }
}
