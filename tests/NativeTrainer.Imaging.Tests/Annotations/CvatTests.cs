namespace NativeTrainer.Imaging.Tests.Annotations;

public class CvatTests
{
    private static string Xml(string images) => $"""<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta><task><labels><label><name>cat</name></label></labels></task></meta>{images}</annotations>""";

    private static string Image(string name, string shapes, string more = "") => $"""<image id="0" name="{name}" width="100" height="80"{more}>{shapes}</image>""";

    [Fact]
    public void TagsLabelThePicture()
    {
        using var folder = new AnnotatedFolder("images/sub/a.png", "images/b.png").With("annotations.xml",
            Xml(Image("sub/a.png", "<tag label=\"cat\" source=\"manual\"><attribute name=\"sure\">yes</attribute></tag><box label=\"dog\" xtl=\"1\" ytl=\"1\" xbr=\"20\" ybr=\"20\"></box>") + Image("b.png", "<tag label=\"dog\"/>")
                + "<image id=\"2\" name=\"b2.png\" width=\"1\" height=\"1\"/>"));
        Assert.Equal(["images/sub/a.png cat", "images/b.png dog"], folder.Samples());
        Assert.Contains("{0}: left out as not found, or as several files of that name: 1 of 3 pictures, such as b2.png", folder.Notes());
    }

    // 30 × 40 at 10,20 in every form; the turned box is 40 × 30 about the same centre.
    [Theory]
    [InlineData("<box label=\"cat\" occluded=\"0\" xtl=\"10.00\" ytl=\"20.00\" xbr=\"40.00\" ybr=\"60.00\" z_order=\"0\"/>", "10,20,30,40")]
    [InlineData("<box label=\"cat\" xtl=\"5\" ytl=\"25\" xbr=\"45\" ybr=\"55\" rotation=\"90\"/>", "10,20,30,40")]
    [InlineData("<polygon label=\"cat\" points=\"10.0,20.0;40.0,30.5;12,60\"/>", "10,20,30,40")]
    [InlineData("<ellipse label=\"cat\" cx=\"25\" cy=\"40\" rx=\"15\" ry=\"20\"/>", "10,20,30,40")]
    [InlineData("<mask label=\"cat\" rle=\"0, 1200\" left=\"10\" top=\"20\" width=\"30\" height=\"40\"/>", "10,20,30,40")]
    public void EveryShapeHasABox(string shape, string box)
    {
        using var folder = new AnnotatedFolder("a.png").With("annotations.xml", Xml(Image("a.png", shape)));
        Assert.Equal([$"a.png cat {box}"], folder.Samples("annotations.xml", 0));
    }

    [Fact]
    public void SubsetsAreSplits()
    {
        using var folder = new AnnotatedFolder("a.png", "b.png", "c.png").With("annotations.xml",
            Xml(Image("a.png", "<tag label=\"cat\"/>", " subset=\"Train\"") + Image("b.png", "<tag label=\"dog\"/>", " subset=\"train\"") + Image("c.png", "<tag label=\"dog\"/>", " subset=\"Validation\"")));
        var index = DatasetIndex.Open(folder.Root);
        Assert.Equal([2, 1, 0], Enum.GetValues<SplitName>().Select(s => index.Split(s).Count));
    }

    [Theory]
    [InlineData("<annotations><image id=\"1\" name=\"a.png\">\n<box label=\"cat\" xtl=\"1\"/></image></annotations>", "{0}/a.xml line 2: the box has no ytl. Export it again as 'CVAT for images 1.1'.")]
    [InlineData("<annotations><image id=\"1\" name=\"a.png\"><box label=\"cat\" xtl=\"1\" ytl=\"x\" xbr=\"1\" ybr=\"1\"/></image></annotations>", "{0}/a.xml line 1: 'x' is no ytl of a box. Export it again as 'CVAT for images 1.1'.")]
    [InlineData("<annotations><image id=\"1\"/></annotations>", "{0}/a.xml line 1: the image has no name. Export it again as 'CVAT for images 1.1'.")]
    [InlineData("<annotations>\n<track id=\"0\" label=\"cat\"/></annotations>", "{0}/a.xml line 2: holds tracks of a video. Export the task as 'CVAT for images 1.1'.")]
    [InlineData("<annotations></annotations>", "{0}/a.xml: the CVAT annotations list no pictures. Export them again.")]
    public void Mistakes(string xml, string message)
    {
        using var folder = new AnnotatedFolder("a.png").With("a.xml", xml);
        Assert.Equal(message, folder.Fails("a.xml"));
    }

    [Fact]
    public void ADamagedFileSaysWhere()
    {
        using var folder = new AnnotatedFolder("a.png").With("a.xml", "<annotations>\n<image id=\"1\" name=\"a.png\">");
        string message = folder.Fails("a.xml");
        Assert.StartsWith("{0}/a.xml line 2: is not valid XML (", message);
        Assert.EndsWith("). The file may be cut off; export it again.", message);
    }

    // Entities of a document type can grow without bound or read other files.
    [Fact]
    public void ADocumentTypeIsRefused()
    {
        using var folder = new AnnotatedFolder("a.png").With("a.xml", "<!DOCTYPE annotations [<!ENTITY x \"y\">]><annotations><image name=\"a.png\"><tag label=\"&x;\"/></image></annotations>");
        Assert.StartsWith("{0}/a.xml: is not valid XML (For security reasons DTD is prohibited", folder.Fails("a.xml"));
    }
}
