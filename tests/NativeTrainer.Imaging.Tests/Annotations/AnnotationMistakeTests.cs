namespace NativeTrainer.Imaging.Tests.Annotations;

/// <summary>Each mistake gives one line that names the file, the place and the next step.</summary>
public class AnnotationMistakeTests
{
    [Theory]
    [InlineData("""{"images": [{"id": 1}]}""", "{0}/x.json: an image has no file_name, so it is not COCO as it should be. Export it again.")]
    [InlineData("""{"images": [{"file_name": "a.png"}]}""", "{0}/x.json: the image a.png has no id, so it is not COCO as it should be. Export it again.")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "b.png"}]}""", "{0}/x.json: the image id 1 appears twice (a.png and b.png). Ids have to differ; export it again.")]
    [InlineData("""{"annotations": [{"id": 4, "category_id": 1}]}""", "{0}/x.json: the annotation 4 has no image_id, so it is not COCO as it should be. Export it again.")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1, "category_id": 3}], "categories": [{"id": 1, "name": "x"}]}""", "{0}/x.json: an annotation has category_id 3, which is not among the 1 categories. Export it again.")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"id": 8, "image_id": 1, "category_id": 3, "bbox": [1, 2, 3]}]}""", "{0}/x.json: the bbox of the annotation 8 is not [x, y, width, height]. Export it again.")]
    [InlineData("""{"images": {"id": 1}}""", "{0}/x.json: its member 'images' is not a list. Export it again.")]
    [InlineData("""{"images": [], "annotations": []}""", "{0}/x.json: lists no images. Export it again, with the pictures' names.")]
    [InlineData("""{"images": [{"id": 1, "file_name": "no.png"}, {"id": 2, "file_name": "nor.png"}], "annotations": []}""",
        "{0}/x.json: none of the 2 pictures exists, such as no.png (looked below {0}). Put the pictures beside the annotations, or into a folder images there.")]
    [InlineData("""[{"id": 3, "annotations": []}]""", "{0}/x.json: the task 3 has no data. Export as 'JSON', not as 'JSON-MIN'.")]
    [InlineData("""[{"id": 3, "annotations": [], "data": {"text": "hello"}}]""", "{0}/x.json: the data of task 3 name no picture. Export a project that labels pictures.")]
    [InlineData("""[{"id": 3, "annotator": 1, "choice": "cat", "image": "a.png"}]""", "{0}/x.json: is Label Studio's JSON-MIN, which leaves out what is needed. Export as 'JSON'.")]
    [InlineData("""[{"labels": []}]""", "{0}/x.json: the asset number 1 has neither externalId nor content. Export it again with both.")]
    [InlineData("""[{"externalId": "a.png", "labels": [{"jsonResponse": "{oops"}]}]""", "{0}/x.json: the jsonResponse of a.png is not valid JSON. Export it again.")]
    [InlineData("""[{"externalId": "a.png", "skipped": true, "labels": []}]""", "{0}/x.json: all 1 pictures were skipped or cancelled by their annotators. Label some, then export again.")]
    [InlineData("""{"version": "5.0", "shapes": []}""", "{0}/x.json: is a file of no annotation format that is known. Export as COCO JSON, Label Studio JSON, Kili JSON, 'CVAT for images 1.1', Pascal VOC or YOLO, or write a CSV with path,label.")]
    [InlineData("<svg/>", "{0}/x.json: is a file of no annotation format that is known. Export as COCO JSON, Label Studio JSON, Kili JSON, 'CVAT for images 1.1', Pascal VOC or YOLO, or write a CSV with path,label.")]
    [InlineData("words", "{0}/x.json: is neither a folder nor a .csv file. Give a folder of class folders or a CSV.")]
    public void OfAFile(string content, string message)
    {
        using var folder = new AnnotatedFolder("a.png", "b.png").With("x.json", content);
        Assert.Equal(message, folder.Fails("x.json"));
    }

    [Theory]
    [InlineData("{\"images\": [\n{\"id\": 1, \"file_name\": \"a.png\"},\n{\"id\": 2, \"file_na", 3)]
    [InlineData("{\"images\": [\n{\"id\": 1, \"file_name\": \"a.png\"}\n{\"id\": 2}]}", 3)]
    [InlineData("{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}], \"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"score\": NaN}]}", 1)]
    [InlineData("[{\"externalId\": \"a.png\"}]\nmore", 2)]
    public void DamagedJsonSaysWhere(string content, int line)
    {
        using var folder = new AnnotatedFolder("a.png").With("x.json", content);
        string message = folder.Fails("x.json");
        Assert.StartsWith($"{{0}}/x.json line {line}: is not valid JSON (", message);
        Assert.EndsWith("). The file may be cut off; export it again.", message);
        Assert.DoesNotContain("LineNumber", message);
    }

    [Fact]
    public void FoldersWithoutBoxesCannotBeCropped()
    {
        const string next = "has no boxes to crop. Leave --crop-boxes out, or give annotations with boxes (COCO, Label Studio, Kili, CVAT, Pascal VOC, YOLO, or a CSV with x,y,width,height).";
        using var folder = new AnnotatedFolder("a/a.png", "b/b.png").With("set.csv", "path,label\na/a.png,x\n").With("tags/cvat.xml", "<annotations><image name=\"a.png\"><tag label=\"x\"/></image></annotations>").With("tags/a.png", ImageWriter.EncodePng(Pictures.Noise(9, 9, 1)));
        Assert.Equal("{0}: " + next, folder.Fails("", 0.1));
        Assert.Equal("{0}/set.csv: " + next, folder.Fails("set.csv", 0.1));
        Assert.Equal("{0}/tags: the CVAT annotations leave no sample (pictures left out as without boxes: 1, such as a.png). Leave --crop-boxes out to use the classes of whole pictures.", folder.Fails("tags", 0.1));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(2.5)]
    [InlineData(double.NaN)]
    public void TheMarginIsAShare(double margin)
    {
        using var folder = new AnnotatedFolder("a/a.png");
        Assert.Equal(FormattableString.Invariant($"--crop-boxes {margin} is out of range; the margin is a share of the box's size, 0 to 2"), folder.Fails("", margin));
    }

    [Fact]
    public void FilesThatContradictEachOtherAreNamed()
    {
        const string coco = """{"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1, "category_id": 1}], "categories": [{"id": 1, "name": "x"}]}""";
        using var folder = new AnnotatedFolder("a.png").With("train.json", coco).With("train_2.json", coco).With("other/kili.json", """[{"externalId": "a.png"}]""").With("other/coco.json", coco);
        Assert.Equal("{0}/train.json and {0}/train_2.json are both the train split. Keep one, or give one file.", folder.Fails());
        File.Move(folder["train_2.json"], folder["more.json"]);
        Assert.Equal("{0}: the name of {0}/more.json tells no split, those of other files beside it do. Name it train, val or test, or give one file.", folder.Fails());
        Assert.Equal("{0}/other: holds annotations of COCO and of Kili ({0}/other/coco.json, {0}/other/kili.json). Give one of the files.", folder.Fails("other"));
    }

    // Two exports of one project: the second says otherwise of b.png, and the same of a.png.
    [Fact]
    public void ContradictionsAreLeftOutAndRepetitionsTakenOnce()
    {
        string Asset(string name, string label) => $$$$"""{"externalId": "{{{{name}}}}", "labels": [{"jsonResponse": {"JOB": {"categories": [{"name": "{{{{label}}}}"}]}}}]}""";
        using var folder = new AnnotatedFolder("a.png", "b.png", "c.png").With("1.json", $"[{Asset("a.png", "x")},{Asset("b.png", "x")}]").With("2.json", $"[{Asset("a.png", "x")},{Asset("b.png", "y")},{Asset("c.png", "y")}]");
        Assert.Equal(["a.png x", "c.png y"], folder.Samples());
        Assert.Contains("{0}: left out as listed with different classes: 2, such as b.png", folder.Notes());
        Assert.Contains("{0}: listed more than once and taken once: 1, such as a.png", folder.Notes());
    }

    [Fact]
    public void ANameThatSeveralFilesHaveIsNotGuessed()
    {
        const string coco = """{"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "y/a.png"}], "annotations": [{"image_id": 1, "category_id": 1}, {"image_id": 2, "category_id": 1}], "categories": [{"id": 1, "name": "x"}]}""";
        using var folder = new AnnotatedFolder("p/x/a.png", "p/y/a.png").With("coco.json", coco);
        Assert.Equal(["p/y/a.png x"], folder.Samples("coco.json"));
        Assert.Contains("{0}/coco.json: left out as not found, or as several files of that name: 1 of 2 pictures, such as a.png", folder.Notes("coco.json"));
    }
}
