using NativeTrainer.Advice.Pictures;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Pictures;

public sealed class PictureOutliersTests
{
    private static readonly PictureStatistics[] Usual = DrawnPhotos.Measure(60, 1);

    [Fact]
    public void AUsualSetHasNone() => Assert.Empty(PictureOutliers.Find(Usual));

    public static TheoryData<PictureIssue, bool> Planted => new()
    {
        { PictureIssue.Dark, false }, { PictureIssue.Dark, true }, { PictureIssue.Bright, true }, { PictureIssue.Blurry, false }, { PictureIssue.Blurry, true },
        { PictureIssue.LowInformation, true }, { PictureIssue.Gray, false }, { PictureIssue.Tiny, false }, { PictureIssue.Tiny, true }, { PictureIssue.OddAspect, false },
        { PictureIssue.OddAspect, true }, { PictureIssue.OddSize, false }, { PictureIssue.OddSize, true },
    };

    [Theory]
    [MemberData(nameof(Planted))]
    public void WhatIsPlantedIsFound(PictureIssue issue, bool extreme)
    {
        var planted = PictureStatistics.Of(Picture(issue, extreme));
        if (issue == PictureIssue.Blurry && !extreme) planted = planted with { Sharpness = 15 };
        if (issue == PictureIssue.OddSize) planted = planted with { Width = extreme ? 6000 : 2000, Height = extreme ? 4480 : 1493 };
        var found = Assert.Single(PictureOutliers.Find([.. Usual[..30], null, planted, .. Usual[30..]]));
        Assert.Equal((31, issue, extreme), (found.Index, found.Issue, found.Extreme));
        Assert.InRange(found.Score, 3.5, 99);
        Assert.NotEqual(found.Typical, found.Value);
    }

    private static RgbImage Picture(PictureIssue issue, bool extreme) => issue switch
    {
        PictureIssue.Dark => DrawnPhotos.Draw(9, light: extreme ? 0.05 : 0.2),
        PictureIssue.Bright => DrawnPhotos.Flat(253),
        PictureIssue.Blurry => extreme ? DrawnPhotos.Blurred(DrawnPhotos.Draw(9), 12) : DrawnPhotos.Draw(9),
        PictureIssue.LowInformation => DrawnPhotos.Flat(128),
        PictureIssue.Gray => DrawnPhotos.Draw(9, gray: true),
        PictureIssue.Tiny => DrawnPhotos.Draw(9, extreme ? 20 : 64, extreme ? 14 : 48),
        PictureIssue.OddAspect => DrawnPhotos.Draw(9, extreme ? 1600 : 1000, 224),
        PictureIssue.OddSize => DrawnPhotos.Draw(9),
        _ => throw new ArgumentOutOfRangeException(nameof(issue)),
    };

    // A third of the set is dark, and so less sharp: blur beyond doubt stands out all the same.
    [Fact]
    public void ADarkClassDoesNotHideABlurredPicture()
    {
        PictureStatistics[] dark = [.. Enumerable.Range(0, 40).Select(i => PictureStatistics.Of(DrawnPhotos.Draw(i, light: 0.3)))];
        var found = PictureOutliers.Find([.. Usual, .. dark, PictureStatistics.Of(DrawnPhotos.Blurred(DrawnPhotos.Draw(9), 24))]);
        var blurred = Assert.Single(found, o => o.Issue == PictureIssue.Blurry);
        Assert.Equal((100, true), (blurred.Index, blurred.Extreme));
    }

    // Night, gray, small or upright: what a whole set is, none of it is for.
    [Fact]
    public void AWholeSetOfAKindHasNone()
    {
        Assert.Empty(PictureOutliers.Find([.. Enumerable.Range(0, 40).Select(i => PictureStatistics.Of(DrawnPhotos.Draw(i, light: 0.2)))]));
        Assert.Empty(PictureOutliers.Find([.. Enumerable.Range(0, 40).Select(i => PictureStatistics.Of(DrawnPhotos.Draw(i, gray: true)))]));
        Assert.Empty(PictureOutliers.Find([.. Enumerable.Range(0, 40).Select(i => PictureStatistics.Of(DrawnPhotos.Draw(i, 32, 32)))]));
        Assert.Empty(PictureOutliers.Find([.. Enumerable.Range(0, 40).Select(i => PictureStatistics.Of(DrawnPhotos.Draw(i, 120, 600)))]));
    }

    [Fact]
    public void ExtremesComeFirstThenTheFarthest()
    {
        PictureStatistics[] set = [.. Usual, PictureStatistics.Of(DrawnPhotos.Draw(9, gray: true)), PictureStatistics.Of(DrawnPhotos.Flat(0)), PictureStatistics.Of(DrawnPhotos.Draw(9, light: 0.2))];
        var found = PictureOutliers.Find(set);
        Assert.Equal(61, found[0].Index);
        Assert.True(found[0].Extreme);
        Assert.Equal([60, 62], found.Skip(1).Select(o => o.Index).Order());
        Assert.True(found[1].Score >= found[2].Score);
    }

    [Fact]
    public void NothingIsFoundInNothing() => Assert.Empty(PictureOutliers.Find([null, null]));

    // No real set of good photos has one that people see nothing in.
    [Theory]
    [InlineData("flowers5")]
    [InlineData("hymenoptera")]
    [InlineData("imagenette224-small")]
    [InlineData("grocery-csv")]
    public void CleanSetsHaveNoExtremes(string name)
    {
        var index = DatasetIndex.Open(Material.Path($"datasets/{name}"));
        Sample[] train = Every(4, index.Split(SplitName.Train)), samples = [.. train, .. Every(4, index.Split(SplitName.Val))];
        var (figures, _) = PictureStatisticsReader.Read(samples, Environment.ProcessorCount);
        var found = PictureOutliers.Find(figures);
        Assert.DoesNotContain(found, o => o.Extreme);
        Assert.True(found.Count <= samples.Length / 25, $"{found.Count} of {samples.Length}");
        var strong = ClassCorrelations.Find(figures, [.. samples.Select(s => s.Label)], index.Classes.Count, 1).Where(c => c.Strong);
        Assert.Empty(strong);
        var shifts = DistributionShifts.Find(figures[..train.Length], figures[train.Length..]).Where(s => s.Strong);
        Assert.Empty(shifts);
    }

    private static Sample[] Every(int step, IReadOnlyList<Sample> samples) => [.. samples.Where((_, i) => i % step == 0)];
}
