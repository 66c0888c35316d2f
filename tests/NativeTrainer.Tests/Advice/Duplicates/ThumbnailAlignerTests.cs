using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Duplicates;

public sealed class ThumbnailAlignerTests
{
    private static AlignmentView View(int number) => new(GrayThumbnail.Of(DrawnScenes.Draw(number)));

    [Fact]
    public void APictureLiesUponItself()
    {
        var aligner = new ThumbnailAligner();
        aligner.SetTemplate(View(1));
        var alignment = aligner.Align(View(1), 0.5f);
        Assert.InRange(alignment.Detail, 0.9999f, 1.0001f);
        Assert.Equal((1f, false), (alignment.Overlap, alignment.Mirrored));
    }

    [Fact]
    public void ItsMirrorImageIsFoundAsOne()
    {
        var aligner = new ThumbnailAligner();
        aligner.SetTemplate(View(1));
        var alignment = aligner.Align(new AlignmentView(GrayThumbnail.Of(DrawnScenes.Draw(1)).Mirrored()), 0.5f);
        Assert.True(alignment.Mirrored);
        Assert.InRange(alignment.Detail, 0.9999f, 1.0001f);
    }

    [Fact]
    public void AnotherPictureStaysFarBelow()
    {
        var aligner = new ThumbnailAligner();
        aligner.SetTemplate(View(0));
        Assert.All(Enumerable.Range(1, 40), i => Assert.InRange(aligner.Align(View(i), 0).Detail, -1, 0.6f));
    }

    [Fact]
    public void AFlatPictureHasNothingToLayUpon()
    {
        var flat = new AlignmentView(new GrayThumbnail([.. Enumerable.Repeat((byte)128, GrayThumbnail.Side * GrayThumbnail.Side)]));
        var aligner = new ThumbnailAligner();
        aligner.SetTemplate(flat);
        Assert.Equal(ThumbnailAlignment.None, aligner.Align(View(1), 0));
        Assert.Equal(ThumbnailAlignment.None, aligner.Align(flat, 0));
    }

    [Fact]
    public void WarpsUndoThemselves()
    {
        var warp = new AffineWarp(0.9f, 0.1f, 3, -0.05f, 1.1f, -2);
        var (x, y) = warp.After(warp.Inverse()).At(17, 31);
        Assert.Equal(17, x, 4);
        Assert.Equal(31, y, 4);
    }
}
