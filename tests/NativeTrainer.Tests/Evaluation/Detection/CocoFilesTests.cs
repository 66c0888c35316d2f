using NativeTrainer.Evaluation.Detection;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Evaluation.Detection;

public sealed class CocoFilesTests : IDisposable
{
    private const string Truth = """
        {"annotations": [{"id": 7, "image_id": 10, "category_id": 90, "bbox": [0, 0, 10, 10], "area": 60, "iscrowd": 0},
                         {"id": 8, "image_id": 9, "category_id": 3, "bbox": [5, 5, 4, 5], "iscrowd": 1}],
         "images": [{"id": 10, "file_name": "b.jpg"}, {"id": 9, "file_name": "a.jpg"}],
         "categories": [{"id": 90, "name": "cat"}, {"id": 3, "name": "dog"}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ImagesAndCategoriesAreOrderedByTheirNumber()
    {
        var (truth, ids) = CocoFiles.ReadTruth(_folder.File("truth.json", Truth));
        Assert.Equal(["9", "10"], truth.Images);
        Assert.Equal(["dog", "cat"], truth.Categories);
        Assert.Equal([new TruthBox(1, 1, new DetectionBox(0, 0, 10, 10), 60), new TruthBox(0, 0, new DetectionBox(5, 5, 4, 5), 20, Crowd: true)], truth.Boxes);
        var found = CocoFiles.ReadResults(_folder.File("results.json", """[{"image_id": 9, "category_id": 90, "bbox": [1.5, 2, 3, 4], "score": 0.25}]"""), ids);
        Assert.Equal([new DetectedBox(0, 1, new DetectionBox(1.5, 2, 3, 4), 0.25)], found);
    }

    [Theory]
    [InlineData("""[{"image_id": 11, "category_id": 90, "bbox": [1, 2, 3, 4], "score": 0.25}]""", "the image_id 11 of entry 1 is not among the truth's 2 images")]
    [InlineData("""[{"image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.25}]""", "the category_id 1 of entry 1")]
    [InlineData("""[{"image_id": 9, "category_id": 3, "bbox": [1, 2, 3], "score": 0.25}]""", "the bbox of entry 1 is [1, 2, 3]")]
    [InlineData("""[{"image_id": 9, "category_id": 3, "bbox": [1, 2, -3, 4], "score": 0.25}]""", "[1, 2, -3, 4]")]
    [InlineData("""[{"image_id": 9, "category_id": 3, "bbox": [1, 2, 3, 4]}]""", "entry 1 has no score")]
    [InlineData("""[{"image_id": 9, "category_id": 3, "score": 1}]""", "entry 1 has no bbox")]
    [InlineData("""[{"image_id": 9,""", "is not valid JSON")]
    [InlineData("""{"annotations": [{"id": 1}]}""", "results are a list")]
    public void WhatIsWrongInResultsIsNamed(string results, string said)
    {
        var (_, ids) = CocoFiles.ReadTruth(_folder.File("truth.json", Truth));
        string file = _folder.File("results.json", results);
        var mistake = Assert.Throws<UserException>(() => CocoFiles.ReadResults(file, ids));
        Assert.StartsWith(file, mistake.Message, StringComparison.Ordinal);
        Assert.Contains(said, mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "lists no images")]
    [InlineData("""[{"image_id": 1}]""", "exchanged")]
    [InlineData("""{"images": [{"id": 1}, {"id": 1}], "categories": [{"id": 1}], "annotations": []}""", "the image id 1 appears twice")]
    [InlineData("""{"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": [{"id": 5, "image_id": 2, "category_id": 1, "bbox": [0, 0, 1, 1]}]}""", "the image_id 2 of annotation number 1")]
    [InlineData("""{"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": [{"id": 5, "image_id": 1, "category_id": 1}]}""", "annotation 5 has no bbox")]
    public void WhatIsWrongInTheTruthIsNamed(string truth, string said)
        => Assert.Contains(said, Assert.Throws<UserException>(() => CocoFiles.ReadTruth(_folder.File("truth.json", truth))).Message, StringComparison.Ordinal);
}
