using System.Globalization;
using System.Text;

namespace NativeTrainer.Imaging.Tests.Annotations;

public class CocoTests
{
    private const string Categories = """ "categories": [{"id": 90, "name": "dog", "supercategory": "animal"}, {"id": 7, "name": "cat"}] """;

    private static string Coco(string images, string annotations) => $$"""{"info": {"year": 2020}, "licenses": [], "images": [{{images}}], "annotations": [{{annotations}}], {{Categories}}}""";

    private static string Image(int id, string name) => $$"""{"id": {{id}}, "file_name": "{{name}}", "width": 100, "height": 80}""";

    private static string Box(int id, int image, int category, string box, string more = "") => $$"""{"id": {{id}}, "image_id": {{image}}, "category_id": {{category}}, "bbox": [{{box}}]{{more}}}""";

    [Fact]
    public void APictureOfOneClassIsOfThatClass()
    {
        using var folder = new AnnotatedFolder("a.png", "b.png", "c.png", "d.png").With("coco.json", Coco(
            string.Join(",", Image(1, "a.png"), Image(2, "b.png"), Image(3, "c.png"), Image(4, "d.png")),
            string.Join(",", Box(1, 1, 7, "10, 20, 30, 40"), Box(2, 1, 7, "0, 0, 9, 9"), Box(3, 2, 90, "1, 1, 50, 50"), Box(4, 3, 7, "1, 1, 20, 20"), Box(5, 3, 90, "1, 1, 30, 30"))));
        Assert.Equal(["a.png cat", "b.png dog"], folder.Samples("coco.json"));
        Assert.Equal([
            "{0}/coco.json: COCO annotations of 4 pictures; 2 pictures are used",
            "{0}/coco.json: left out as of several classes (--crop-boxes makes a sample of each box): 1, such as c.png (cat, dog)",
            "{0}/coco.json: left out as without a class: 1, such as d.png",
        ], folder.Notes("coco.json"));
    }

    // The parts in any order, ids as text, a byte order mark, members of other kinds between.
    [Theory]
    [InlineData(""" {"annotations": [{"id": 1, "image_id": "x", "category_id": 2}], "categories": [{"id": 2, "name": "cat"}], "images": [{"id": "x", "file_name": "a.png"}]} """)]
    [InlineData("\uFEFF {\"categories\": [{\"name\": \"cat\", \"id\": 0, \"keypoints\": [\"nose\"], \"skeleton\": [[1, 2]]}],\n\"deep\": {\"images\": [1, {\"a\": []}]}, \"images\": [{\"id\": 5, \"file_name\": \"a.png\"}], \"annotations\": [{\"image_id\": 5, \"category_id\": 0, \"bbox\": []}]}")]
    [InlineData(""" {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1, "category_id": 2, "bbox": [0, 0, 0, 0]}], "categories": [{"id": 2, "name": "cat"}]} """)]
    public void AnnotationsWithoutABoxLabelThePicture(string json)
    {
        using var folder = new AnnotatedFolder("a.png").With("any", json);
        Assert.Equal(["a.png cat"], folder.Samples("any"));
    }

    [Fact]
    public void EveryBoxIsASample()
    {
        using var folder = new AnnotatedFolder("a.png", "b.png").With("coco.json", Coco(Image(1, "a.png") + "," + Image(2, "b.png"),
            string.Join(",", Box(1, 1, 7, "10, 20, 30, 40"), Box(2, 1, 90, "90.5, 70.2, 40, 40"), Box(3, 2, 7, "-5, -5, 25, 15"), Box(4, 2, 7, "0, 0, 80, 60", ", \"iscrowd\": 1"), Box(5, 2, 7, "100, 3, 10, 10"),
                Box(6, 2, 90, "40, 40, 5, 20"))));
        Assert.Equal(["a.png cat 10,20,30,40", "a.png dog 90,70,10,10", "b.png cat 0,0,20,10", "b.png dog 40,40,5,20"], folder.Samples("coco.json", 0));
        Assert.Equal(["a.png cat 7,16,36,48", "a.png dog 86,66,14,14", "b.png cat 0,0,23,12", "b.png dog 39,38,7,24"], folder.Samples("coco.json", 0.1));
        Assert.Equal([
            "{0}/coco.json: COCO annotations of 2 pictures; 4 boxes are used",
            "{0}/coco.json: boxes left out as marked crowd: 1, such as b.png",
            "{0}/coco.json: boxes left out as empty or outside their picture: 1, such as b.png",
            "{0}/coco.json: boxes with a side of less than 8 pixels, which hold little to learn from: 1, such as b.png",
        ], folder.Notes("coco.json", 0.1));
    }

    // The uncompressed runs are of a picture of 6 rows: 13 zeros, then rows 1 and 2 of column 2, then rows 1 and 2 of column 3; the text is pycocotools' of the same runs.
    [Theory]
    [InlineData("\"segmentation\": [[10, 20, 30, 20, 25, 50.5]]", "10,20,20,31")]
    [InlineData("\"segmentation\": [[10, 20, 30, 20, 25, 50], [2, 3, 4, 5, 6, 7]]", "2,3,28,47")]
    [InlineData("\"segmentation\": {\"size\": [6, 8], \"counts\": [13, 2, 4, 2, 27]}", "2,1,2,2")]
    [InlineData("\"segmentation\": {\"size\": [6, 8], \"counts\": \"=240g0\"}", "2,1,2,2")]
    [InlineData("\"segmentation\": {\"size\": [6, 8], \"counts\": [10, 8, 30]}", "1,0,2,6")]
    public void ShapesWithoutABoxGiveTheirBounds(string shape, string box)
    {
        using var folder = new AnnotatedFolder("a.png").With("coco.json", Coco(Image(1, "a.png"), $$"""{"id": 1, "image_id": 1, "category_id": 7, {{shape}}}"""));
        Assert.Equal([$"a.png cat {box}"], folder.Samples("coco.json", 0));
    }

    [Fact]
    public void TheFolderLayoutsOfCocoAndRoboflowGiveTheSplits()
    {
        using var coco = new AnnotatedFolder("train2017/1.png", "train2017/2.png", "val2017/1.png")
            .With("annotations/instances_train2017.json", Coco(Image(1, "1.png") + "," + Image(2, "2.png"), Box(1, 1, 7, "1, 1, 20, 20") + "," + Box(2, 2, 90, "1, 1, 20, 20")))
            .With("annotations/instances_val2017.json", Coco(Image(1, "1.png"), Box(1, 1, 90, "1, 1, 20, 20")))
            .With("annotations/captions_train2017.json", """{"images": [{"id": 1, "file_name": "1.png"}], "annotations": [{"image_id": 1, "caption": "a cat"}]}""");
        AssertSplits(coco, "train2017/1.png", "train2017/2.png", "val2017/1.png");
        Assert.Equal(["train2017/1.png cat", "train2017/2.png dog"], coco.Samples("annotations/instances_train2017.json"));

        using var roboflow = new AnnotatedFolder("train/1.png", "train/2.png", "valid/1.png")
            .With("train/_annotations.coco.json", Coco(Image(1, "1.png") + "," + Image(2, "2.png"), Box(1, 1, 7, "1, 1, 20, 20") + "," + Box(2, 2, 90, "1, 1, 20, 20")))
            .With("valid/_annotations.coco.json", Coco(Image(1, "1.png"), Box(1, 1, 90, "1, 1, 20, 20")));
        AssertSplits(roboflow, "train/1.png", "train/2.png", "valid/1.png");
    }

    private static void AssertSplits(AnnotatedFolder folder, string first, string second, string third)
    {
        var index = DatasetIndex.Open(folder.Root);
        Assert.False(index.ValidationMade);
        Assert.Equal(["cat", "dog"], index.Classes);
        Assert.Equal([folder[first], folder[second]], index.Split(SplitName.Train).Select(s => s.Path));
        Assert.Equal([folder[third]], index.Split(SplitName.Val).Select(s => s.Path));
    }

    // Many times the reader's buffer, with items across its edges and one larger than it.
    [Fact]
    public void ALargeFileIsReadInPieces()
    {
        const int count = 6000;
        var json = new StringBuilder("{\"images\": [");
        for (int i = 0; i < count; i++) json.Append(i > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{{\"id\": {i}, \"file_name\": \"{i % 3}.png\", \"license\": \"{new string('x', i % 97)}\"}}");
        json.Append("], \"annotations\": [");
        string polygon = string.Join(",", Enumerable.Range(0, 200_000).Select(i => i % 90));
        for (int i = 0; i < count; i++) json.Append(i > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{{\"image_id\": {i}, \"category_id\": 1, \"segmentation\": [[{(i == 3000 ? polygon : "1,2,3,4,5,6")}]], \"bbox\": [{i % 50},1,20,30]}}");
        json.Append("], \"categories\": [{\"id\": 1, \"name\": \"cat\"}]}");
        using var folder = new AnnotatedFolder("0.png", "1.png", "2.png").With("coco.json", json.ToString());
        Assert.True(json.Length > 1_500_000);
        var samples = folder.Open("coco.json", 0).Samples;
        // Each of the three files has every fiftieth box once.
        Assert.Equal(150, samples.Count);
        Assert.Equal(150, samples.Distinct().Count());
    }
}
