namespace NativeTrainer.Imaging.Tests.Annotations;

public class VocTests
{
    private static string Xml(string name, params string[] objects)
        => $"<annotation>\n<folder>VOC</folder><filename>{name}</filename><source><database>x</database></source><size><width>100</width><height>80</height><depth>3</depth></size><segmented>0</segmented>{string.Concat(objects)}</annotation>";

    private static string Object(string name, string box = "<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax></bndbox>", string more = "")
        => $"<object><name>{name}</name><pose>Left</pose><truncated>0</truncated>{more}{box}<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part></object>";

    [Fact]
    public void TheDevkitsFoldersAreRead()
    {
        using var folder = new AnnotatedFolder("JPEGImages/1.png", "JPEGImages/2.png", "JPEGImages/3.png")
            .With("Annotations/1.xml", Xml("1.png", Object("cat"), Object("cat", "<bndbox><ymax>5</ymax><xmax>5.0</xmax><ymin>1</ymin><xmin>1</xmin></bndbox>")))
            .With("Annotations/2.xml", Xml("2.png", Object("dog"))).With("Annotations/3.xml", Xml("3.png", Object("dog")))
            .With("ImageSets/Main/train.txt", "1\n2 1\n").With("ImageSets/Main/val.txt", "3\n").With("ImageSets/Main/trainval.txt", "1\n2\n3\n");
        var index = DatasetIndex.Open(folder.Root);
        Assert.Equal([2, 1, 0], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
        Assert.Equal(index.Fingerprint, DatasetIndex.Open(folder["Annotations"]).Fingerprint);
    }

    // From 1, both corners inside: 11 to 40 are 30 pixels that begin at 10.
    [Fact]
    public void CornersAreCountedFromOne()
    {
        using var folder = new AnnotatedFolder("a.png").With("a.xml", Xml("a.png", Object("cat")));
        Assert.Equal(["a.png cat 10,20,30,40"], folder.Samples("", 0));
    }

    [Fact]
    public void TurnedBoxesDifficultAndDeletedObjects()
    {
        using var folder = new AnnotatedFolder("a.png").With("a.xml", Xml("a.png",
            Object("cat", "<robndbox><cx>25</cx><cy>40</cy><w>40</w><h>30</h><angle>1.5707963267948966</angle></robndbox>"),
            Object("dog", more: "<difficult>1</difficult>"), Object("cow", more: "<deleted>1</deleted>"), Object("cat", "<polygon/>")));
        Assert.Equal(["a.png cat 10,20,30,40"], folder.Samples("", 0));
        Assert.Equal([
            "{0}: Pascal VOC annotations of 1 picture; 1 box is used",
            "{0}: marks without a box left out: 1, such as a.png",
            "{0}: boxes left out as marked difficult: 1, such as a.png",
        ], folder.Notes("", 0));
        // The dog is in the picture all the same; the cow is not.
        Assert.Equal("{0}: the Pascal VOC annotations leave no sample (left out as of several classes (--crop-boxes makes a sample of each box): 1, such as a.png (cat, dog)). Give --crop-boxes to make a sample of each box.", folder.Fails());
    }

    [Fact]
    public void ARenamedPictureIsFoundByTheAnnotationsName()
    {
        using var folder = new AnnotatedFolder("new.png").With("new.xml", Xml("old.jpg", Object("cat")));
        Assert.Equal(["new.png cat"], folder.Samples());
    }

    [Theory]
    [InlineData("<annotation><filename>a.png</filename>\n<object><bndbox/></object></annotation>", "{0}/a.xml line 2: the object's box has no xmin. Export it again.")]
    [InlineData("<annotation><filename>a.png</filename><object><name>x</name>\n<bndbox><xmin>one</xmin></bndbox></object></annotation>", "{0}/a.xml line 2: 'one' is no xmin of a box. Export it again.")]
    [InlineData("<annotation><filename>a.png</filename><object></object></annotation>", "{0}/a.xml line 1: the object has no name. Export it again.")]
    public void Mistakes(string xml, string message)
    {
        using var folder = new AnnotatedFolder("a.png").With("a.xml", xml);
        Assert.Equal(message, folder.Fails());
    }

    [Fact]
    public void OneFileAloneIsNoDataSet()
    {
        using var folder = new AnnotatedFolder("a.png").With("a.xml", Xml("a.png", Object("cat")));
        Assert.Equal("{0}/a.xml: is the Pascal VOC annotation of one picture. Give the folder that holds them all.", folder.Fails("a.xml"));
    }
}
