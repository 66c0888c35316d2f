namespace NativeTrainer.Imaging.Tests.Annotations;

public class CropBoxesTests
{
    // A marked rectangle of the stored picture, named in the stored or in the turned picture's pixels: the crop shows its pixels in either case.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void StatedSizesTellWhichWayUpBoxesAre(int orientation)
    {
        var image = Pictures.Noise(40, 24, 1);
        var marked = new PixelRegion(3, 5, 20, 7);
        var upright = Orientations.Apply(image, orientation);
        // Where the marked pixels lie in the upright picture, found by looking.
        var expected = Orientations.Apply(CroppedDecodingTests.Part(image, marked), orientation);
        using var folder = new AnnotatedFolder().With("a.png", CroppedDecodingTests.Turned(image, orientation));

        string stored = """{"images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 24}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [3, 5, 20, 7]}], "categories": [{"id": 1, "name": "x"}]}""";
        AssertCrop(folder.With("a.json", stored), "a.json", expected);
        var turned = Find(upright, expected);
        string shown = $"""<annotations><image id="0" name="a.png" width="{upright.Width}" height="{upright.Height}"><box label="x" xtl="{turned.X}" ytl="{turned.Y}" xbr="{turned.X + turned.Width}" ybr="{turned.Y + turned.Height}"/></image></annotations>""";
        AssertCrop(folder.With("b.xml", shown), "b.xml", expected);
        if (orientation < 5) return;
        // COCO that was made from the turned picture says so by its size.
        string cocoShown = stored.Replace("\"width\": 40, \"height\": 24", "\"width\": 24, \"height\": 40").Replace("3, 5, 20, 7", $"{turned.X}, {turned.Y}, {turned.Width}, {turned.Height}");
        AssertCrop(folder.With("c.json", cocoShown), "c.json", expected);
        string cvatStored = """<annotations><image id="0" name="a.png" width="40" height="24"><box label="x" xtl="3" ytl="5" xbr="23" ybr="12"/></image></annotations>""";
        AssertCrop(folder.With("d.xml", cvatStored), "d.xml", expected);
    }

    private static void AssertCrop(AnnotatedFolder folder, string file, RgbImage expected)
    {
        using var source = BatchSource.Train(folder.Open(file, 0).Samples, 24, new BatchOptions { BatchSize = 1 });
        source.Prepare();
        CroppedDecodingTests.AssertSame(expected, source.Epoch([0]).Single().Images[0]);
    }

    private static PixelRegion Find(RgbImage image, RgbImage part)
    {
        for (int y = 0; y + part.Height <= image.Height; y++)
        {
            for (int x = 0; x + part.Width <= image.Width; x++)
            {
                var region = new PixelRegion(x, y, part.Width, part.Height);
                if (image.At(x, y) == part.At(0, 0) && CroppedDecodingTests.Part(image, region).Pixels.SequenceEqual(part.Pixels)) return region;
            }
        }
        throw new InvalidOperationException("the part is not there");
    }

    [Fact]
    public void BoxesOfAShrunkCopyAreScaledAndThoseOfAnotherPictureLeftOut()
    {
        string Image(int id, string name, int width, int height) => $$"""{"id": {{id}}, "file_name": "{{name}}", "width": {{width}}, "height": {{height}}}""";
        string json = $$"""{"images": [{{Image(1, "a.png", 50, 40)}}, {{Image(2, "b.png", 80, 80)}}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [5, 10, 15, 20]}, {"image_id": 2, "category_id": 1, "bbox": [5, 10, 15, 20]}], "categories": [{"id": 1, "name": "x"}]}""";
        using var folder = new AnnotatedFolder("a.png", "b.png").With("a.json", json);
        Assert.Equal(["a.png x 10,20,30,40"], folder.Samples("a.json", 0));
        Assert.Contains("{0}/a.json: pictures left out as of other proportions than their annotations: 1, such as b.png (100×80, annotated as 80×80)", folder.Notes("a.json", 0));
    }

    [Fact]
    public void CropsOfOnePictureNeverStraddleTheSplits()
    {
        using var folder = Photos(30);
        for (ulong seed = 0; seed < 8; seed++)
        {
            var index = DatasetIndex.Open(folder["a.json"], new DatasetOptions { Seed = seed, CropBoxes = 0.1 });
            var (train, val) = (index.Split(SplitName.Train), index.Split(SplitName.Val));
            Assert.Equal(90, train.Count + val.Count);
            Assert.InRange(val.Count, 12, 24);
            Assert.Empty(train.Select(s => s.Path).Intersect(val.Select(s => s.Path)));
        }
    }

    [Fact]
    public void AManifestOfCropsReadsBackAsItWas()
    {
        using var folder = Photos(12);
        var index = DatasetIndex.Open(folder["a.json"], new DatasetOptions { CropBoxes = 0.1 });
        Directory.CreateDirectory(folder["run"]);
        index.WriteManifest(folder["run/split.csv"]);
        Assert.StartsWith("path,label,split,group,x,y,width,height\n../p/", File.ReadAllText(folder["run/split.csv"]));
        var read = DatasetIndex.Open(folder["run/split.csv"], new DatasetOptions { Seed = 9 });
        Assert.False(read.ValidationMade);
        Assert.Equal(index.Fingerprint, read.Fingerprint);
        foreach (var split in Enum.GetValues<SplitName>()) Assert.Equal(index.Split(split), read.Split(split));
        // They have their margin already.
        var again = DatasetIndex.Open(folder["run/split.csv"], new DatasetOptions { CropBoxes = 0.5 });
        Assert.Equal(index.Fingerprint, again.Fingerprint);
        Assert.Contains("the boxes of a CSV are taken as they stand", again.Notes.Single());
    }

    [Fact]
    public void TheFingerprintKnowsTheCrops()
    {
        using var folder = Photos(6);
        string Fingerprint(double? margin) => DatasetIndex.Open(folder["a.json"], new DatasetOptions { CropBoxes = margin, ValidationFraction = 0 }).Fingerprint;
        Assert.NotEqual(Fingerprint(0), Fingerprint(0.1));
        Assert.Equal(Fingerprint(0.1), Fingerprint(0.1));
    }

    [Fact]
    public void ACsvMayMixCropsAndWholePictures()
    {
        using var folder = new AnnotatedFolder("a.png", "b.png").With("set.csv", "path,label,x,y,width,height\na.png,cat,1,2,3,4\na.png,dog,5,6,7,8\nb.png,cat,,,,\n");
        Assert.Equal(["a.png cat 1,2,3,4", "a.png dog 5,6,7,8", "b.png cat"], folder.Samples("set.csv"));
        Assert.Equal(["a.png", "a.png", null], folder.Open("set.csv").Samples.Select(s => s.Group));
    }

    [Theory]
    [InlineData("path,label,x,y\na.png,cat,1,2\n", "{0}/set.csv: a box has the columns x, y, width and height; width, height are missing.")]
    [InlineData("path,label,x,y,width,height\na.png,cat,1,2,0,4\n", "{0}/set.csv line 2: '0' is no width of a box. It takes whole pixels from the upright picture's upper left corner, width and height at least 1.")]
    [InlineData("path,label,x,y,width,height\na.png,cat,1.5,2,3,4\n", "{0}/set.csv line 2: '1.5' is no x of a box. It takes whole pixels from the upright picture's upper left corner, width and height at least 1.")]
    [InlineData("path,label,x,y,width,height\na.png,cat,1,2,3,4\na.png,dog,1,2,3,4\n", "{0}/set.csv line 3: {0}/a.png is labelled 'dog' here and 'cat' in {0}/set.csv line 2. Keep one label.")]
    [InlineData("path,label,split,x,y,width,height\na.png,cat,train,1,2,3,4\na.png,dog,train,5,2,3,4\na.png,dog,val,7,2,3,4\n",
        "{0}/set.csv line 4: {0}/a.png is in val here and in train in {0}/set.csv line 2. Keep one: no picture may be both trained on and measured with.")]
    [InlineData("path,label,group,x,y,width,height\na.png,cat,1,1,2,3,4\na.png,dog,2,5,2,3,4\n",
        "{0}/set.csv line 3: a crop of {0}/a.png is in the group '2' here and in '1' in {0}/set.csv line 2. Put all crops of a picture into one group.")]
    public void MistakesInACsv(string csv, string message)
    {
        using var folder = new AnnotatedFolder("a.png").With("set.csv", csv);
        string actual = folder.Short(Assert.Throws<UserException>(() => DatasetIndex.Open(folder["set.csv"])).Message);
        Assert.Equal(message, actual);
    }

    // Thirty photos of three boxes each.
    private static AnnotatedFolder Photos(int count)
    {
        var folder = new AnnotatedFolder([.. Enumerable.Range(0, count).Select(i => $"p/{i:00}.png")]);
        var images = Enumerable.Range(0, count).Select(i => $$"""{"id": {{i}}, "file_name": "{{i:00}}.png"}""");
        var boxes = Enumerable.Range(0, count * 3).Select(i => $$"""{"image_id": {{i / 3}}, "category_id": {{i % 2}}, "bbox": [{{i % 40}}, {{i % 30}}, {{20 + i % 20}}, 20]}""");
        return folder.With("a.json", $$"""{"images": [{{string.Join(",", images)}}], "annotations": [{{string.Join(",", boxes)}}], "categories": [{"id": 0, "name": "even"}, {"id": 1, "name": "odd"}]}""");
    }
}
