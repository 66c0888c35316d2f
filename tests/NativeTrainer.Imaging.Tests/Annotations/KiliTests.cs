using System.Text.Json;

namespace NativeTrainer.Imaging.Tests.Annotations;

public class KiliTests
{
    private static string Asset(string name, string labels, string more = "") => $$"""{"content": "https://kili/label?id=1", "externalId": "{{name}}", "id": "ck", "jsonMetadata": {}, "labels": [{{labels}}]{{more}}}""";

    private static string Label(string response, string type = "DEFAULT", string created = "2023-01-01T00:00:00Z")
        => $$"""{"author": {"email": "a@b"}, "createdAt": "{{created}}", "labelType": "{{type}}", "jsonResponse": {{response}}}""";

    private static string Class(string name) => $$$"""{"CLASSIFICATION_JOB": {"categories": [{"confidence": 100, "name": "{{{name}}}"}]}}""";

    private static string Box(string name, string vertices) => $$$"""{"JOB_0": {"annotations": [{"boundingPoly": [{"normalizedVertices": [{{{vertices}}}]}], "categories": [{"name": "{{{name}}}"}], "type": "rectangle", "mid": "1"}]}}""";

    private const string Corners = """{"x": 0.1, "y": 0.75}, {"x": 0.1, "y": 0.25}, {"x": 0.4, "y": 0.25}, {"x": 0.4, "y": 0.75}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ClassificationJobsLabelThePicture(bool asText)
    {
        string response = asText ? JsonSerializer.Serialize(Class("cat")) : Class("cat");
        using var folder = new AnnotatedFolder("a.png").With("kili.json", $"[{Asset("a.png", Label(response))}]");
        Assert.Equal(["a.png cat"], folder.Samples("kili.json"));
    }

    [Fact]
    public void TheLatestLabelCountsAndAReviewBeforeIt()
    {
        using var folder = new AnnotatedFolder("a.png", "b.png", "c.png", "d.png", "e.png").With("kili.json", "[" + string.Join(",",
            Asset("a.png", Label(Class("cat"), created: "2023-03-01T00:00:00Z") + "," + Label(Class("dog"), created: "2023-02-01T00:00:00Z")),
            Asset("b.png", Label(Class("cat"), "REVIEW") + "," + Label(Class("dog"), created: "2024-01-01T00:00:00Z")),
            Asset("c.png", Label(Class("dog"), "PREDICTION") + "," + Label(Class("dog"), "AUTOSAVE")),
            Asset("d.png", Label(Class("dog")), ", \"skipped\": true, \"status\": \"LABELED\""),
            Asset("e.png", "")) + "]");
        Assert.Equal(["a.png cat", "b.png cat"], folder.Samples("kili.json"));
        Assert.Equal([
            "{0}/kili.json: Kili annotations of 5 pictures; 2 pictures are used",
            "{0}/kili.json: left out as skipped, cancelled or not handed in: 2, such as c.png",
            "{0}/kili.json: left out as without a class: 1, such as e.png",
        ], folder.Notes("kili.json"));
    }

    [Fact]
    public void VerticesGiveBoxes()
    {
        using var folder = new AnnotatedFolder("a.png").With("kili.json", $$"""[{"externalId": "a", "latestLabel": {{Label(Box("cat", Corners))}}}]""");
        Assert.Equal(["a.png cat 10,20,30,40"], folder.Samples("kili.json", 0));
        Assert.Equal(["a.png cat"], folder.Samples("kili.json"));
    }

    [Fact]
    public void PolygonsMayLieOneListDeeper()
    {
        string polygon = """{"JOB_1": {"annotations": [{"boundingPoly": [{"normalizedVertices": [[{"x": 0.1, "y": 0.25}, {"x": 0.4, "y": 0.3}, {"x": 0.2, "y": 0.75}]]}], "categories": [{"name": "cat"}], "type": "semantic"}]}}""";
        using var folder = new AnnotatedFolder("a.png").With("kili.json", $"[{Asset("a.png", Label(polygon))}]");
        Assert.Equal(["a.png cat 10,20,30,40"], folder.Samples("kili.json", 0));
    }
}
