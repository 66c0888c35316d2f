using NativeTrainer.Advice.Pictures;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Pictures;

public sealed class ClassCorrelationsTests
{
    private static readonly PictureStatistics[] Usual = DrawnPhotos.Measure(120, 2);

    private static int[] Labels(int classes) => [.. Enumerable.Range(0, Usual.Length).Select(i => i % classes)];

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    public void LabelsAtRandomCorrelateWithNothing(int classes)
    {
        Assert.Empty(ClassCorrelations.Find(Usual, Labels(classes), classes, 1));
        foreach (var measured in ClassCorrelations.Measure(Usual, Labels(classes), classes, 1)) Assert.InRange(measured.BalancedAccuracy, 0, 1.0 / classes + 0.15);
    }

    // Each time one property of one class, or of all, is bound to the label.
    public static TheoryData<string, Func<PictureStatistics, int, PictureStatistics>> Planted => new()
    {
        { "brightness", (s, c) => c == 0 ? s with { Brightness = s.Brightness * 0.3 } : s },
        { "pixels", (s, c) => c == 1 ? s with { Width = 640, Height = 480 } : s },
        { "aspect", (s, c) => s with { Width = 300 + 100 * c, Height = 67200 / (300 + 100 * c) } },
        { "sharpness", (s, c) => c == 2 ? s with { Sharpness = s.Sharpness / 50 } : s },
        { "borderYellowBlue", (s, c) => c == 0 ? s with { Border = (s.Border.Red - 0.114 * 0.9, s.Border.Green - 0.114 * 0.9, s.Border.Blue + 0.886 * 0.9) } : s },
        { "colourfulness", (s, c) => c == 1 ? s with { Colourfulness = 0 } : s },
    };

    [Theory]
    [MemberData(nameof(Planted))]
    public void APlantedLinkIsFound(string property, Func<PictureStatistics, int, PictureStatistics> plant)
    {
        int[] labels = Labels(3);
        PictureStatistics[] figures = [.. Usual.Select((s, i) => plant(s, labels[i]))];
        var found = ClassCorrelations.Find(figures, labels, 3, 1);
        var link = Assert.Single(found, c => c.Property.Name == property);
        Assert.True(link.Strong);
        Assert.InRange(link.Skill, 1 / 3.0, 1);
        Assert.InRange(link.BalancedAccuracy, 5 / 9.0, 1);
        Assert.True(link.PValue < 0.05);
        Assert.Equal(Math.Sign(link.ClassMedian - link.OtherMedian), Math.Sign(link.ClassEffect));
        Assert.Equal(link, found[0]);
    }

    // One class of twenty adds little to the accuracy over all; its own effect tells.
    [Fact]
    public void OneClassOfManyIsFound()
    {
        int[] labels = [.. Enumerable.Range(0, Usual.Length).Select(i => i < 12 ? 7 : i % 12 < 7 ? i % 12 : i % 12 + 1)];
        PictureStatistics[] figures = [.. Usual.Select((s, i) => labels[i] == 7 ? s with { Brightness = 0.05 + i / 1000.0 } : s)];
        var link = Assert.Single(ClassCorrelations.Find(figures, labels, 13, 1), c => c.Property.Name == "brightness");
        Assert.Equal((7, -1.0, true), (link.Class, link.ClassEffect, link.Strong));
        Assert.InRange(link.Skill, 0, 1 / 3.0);
    }

    [Fact]
    public void FilesWithoutPicturesAndClassesOfFewAreLeftOut()
    {
        PictureStatistics?[] figures = [.. Usual.Take(20), null, null, Usual[20], Usual[21]];
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? 0 : 2), 1, 1, 1, 1];
        Assert.DoesNotContain(ClassCorrelations.Measure(figures, labels, 3, 1), c => c.Class == 1);
        Assert.Empty(ClassCorrelations.Measure(figures, [.. labels.Select(_ => 0)], 3, 1));
    }

    [Fact]
    public void TheSameSeedGivesTheSame()
    {
        int[] labels = Labels(3);
        string?[] groups = [.. Enumerable.Range(0, labels.Length).Select(i => i % 4 == 0 ? null : $"{i / 6}")];
        Assert.Equal(ClassCorrelations.Measure(Usual, labels, 3, 5, groups), ClassCorrelations.Measure(Usual, labels, 3, 5, groups));
    }

    // Copies of a picture in one group: what is known of one of them must not be known of the other's fold.
    [Fact]
    public void AGroupIsNeverDividedBetweenFolds()
    {
        PictureStatistics[] figures = [.. Enumerable.Range(0, 300).Select(i => Usual[i / 25] with { Brightness = i / 25 / 12.0 })];
        int[] ofGroup = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1];
        int[] labels = [.. Enumerable.Range(0, 300).Select(i => ofGroup[i / 25])];
        string?[] groups = [.. Enumerable.Range(0, 300).Select(i => $"{i / 25}")];
        double Brightness(string?[]? g) => ClassCorrelations.Measure(figures, labels, 2, 1, g).Single(c => c.Property.Name == "brightness").BalancedAccuracy;
        Assert.True(Brightness(null) > 0.8);
        Assert.True(Brightness(groups) < 0.7);
    }
}
