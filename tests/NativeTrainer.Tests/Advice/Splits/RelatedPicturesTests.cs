using NativeTrainer.Advice;
using NativeTrainer.Advice.Splits;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice.Splits;

public sealed class RelatedPicturesTests
{
    private static readonly PictureSignature Any = PictureSignature.Of(DrawnScenes.Draw(0));

    private static readonly DateTime Noon = new(2024, 5, 1, 12, 0, 0);

    [Fact]
    public void GivenGroupsThatStraddleAreNamed()
    {
        var groups = RelatedPictures.Find([Record("a.png", "p1"), Record("b.png", "p1", SplitName.Val), Record("c.png", "p2"), Record("d.png", "p2"), Record("e.png", "p3")], ["x"]);
        Assert.Equal([("p1", true), ("p2", false)], groups.Select(g => (g.Name, g.Straddles)));
        Assert.Equal([0, 1], groups[0].Members);
    }

    [Fact]
    public void ShotsOfOneCameraWithinSecondsBelongTogether()
    {
        PictureRecord Shot(double seconds, string? camera, SplitName split) => Record("x.png", null, split) with
        {
            Signature = Any with { Capture = new CaptureInfo(Noon.AddSeconds(seconds), "Maker", camera) },
        };
        PictureRecord[] pictures =
        [
            Shot(0, "A", SplitName.Train), Shot(3.5, "A", SplitName.Val), Shot(1.8, "A", SplitName.Val), Shot(0.5, "B", SplitName.Val), Shot(20, "A", SplitName.Val),
            Record("no time.png", null),
        ];
        var group = Assert.Single(RelatedPictures.Find(pictures, ["x"]));
        Assert.Equal((RelationKind.CaptureTime, "Maker A, 2024-05-01 12:00:00", true), (group.Kind, group.Name, group.Straddles));
        Assert.Equal([0, 1, 2], group.Members);
    }

    [Fact]
    public void FoldersBelowTheClassAreGroups()
    {
        // Of the kind "red" are too many for one animal.
        string[] paths = ["/d/train/cat/tom/1.png", "/d/val/cat/tom/2.png", "/d/train/cat/kit/1.png", "/d/train/cat/3.png", "/d/train/cat/4.png", "/d/train/cat/kit/5.png", "/d/val/cat/6.png", "/d/val/cat/7.png",
            "/d/train/cat/red/1.png", "/d/train/cat/red/2.png", "/d/train/cat/red/3.png", "/d/val/cat/red/4.png"];
        var groups = RelatedPictures.Find([.. paths.Select((p, i) => Record(p, null, p.Contains("/val/") ? SplitName.Val : SplitName.Train))], ["cat"]);
        Assert.Equal([("cat/tom", true), ("cat/kit", false)], groups.Select(g => (g.Name, g.Straddles)));
    }

    // Ten series of four shots each: features of one series are near each other.
    [Fact]
    public void NamesThatCountOnAreSeriesWhereTheyLookAlike()
    {
        var groups = RelatedPictures.Find(Numbered(), ["x"], SeriesFeatures(1f));
        Assert.Equal(10, groups.Count);
        Assert.All(groups, g => Assert.Equal((RelationKind.FileNames, 4, true), (g.Kind, g.Members.Count, g.Straddles)));
    }

    [Fact]
    public void NumberedNamesAloneAreNoSeries() => Assert.Empty(RelatedPictures.Find(Numbered(), ["x"], SeriesFeatures(0f)));

    [Theory]
    [InlineData("a/IMG_0042.jpg", "IMG_#", 42)]
    [InlineData("plate-3.png", "plate-#", 3)]
    [InlineData("frame 7 (copy).png", "frame # (copy)", 7)]
    [InlineData("tree.png", "tree", -1)]
    [InlineData("1234567890123.png", "1234567890123", -1)]
    public void StemsAreNamesWithoutTheirLastNumber(string path, string text, long number) => Assert.Equal((text, number), NameSeries.Stem(path));

    private static PictureRecord Record(string path, string? group = null, SplitName split = SplitName.Train) => new(path, 0, split, group, Any);

    private static PictureRecord[] Numbered()
        => [.. Enumerable.Range(0, 40).Select(i => Record($"IMG_{i / 4 * 10 + i % 4:0000}.jpg", null, i % 4 == 3 ? SplitName.Val : SplitName.Train))];

    private static float[] SeriesFeatures(float common)
    {
        var features = new float[40 * 16];
        CounterRandom.FillNormal(6, 0, 0.3f, features);
        var series = new float[16];
        for (int i = 0; i < 40; i++)
        {
            CounterRandom.FillNormal(8, (ulong)(i / 4) * 100, common, series);
            for (int k = 0; k < 16; k++) features[i * 16 + k] += series[k];
        }
        return features;
    }
}
