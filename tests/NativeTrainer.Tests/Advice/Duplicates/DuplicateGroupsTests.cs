using NativeTrainer.Advice;
using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Imaging;

namespace NativeTrainer.Tests.Advice.Duplicates;

public sealed class DuplicateGroupsTests
{
    private const float Threshold = 0.85f, Sure = 0.97f, Weak = 0.86f;

    private static readonly List<PictureRecord> Six = [.. Enumerable.Repeat(DrawnScenes.Record(DrawnScenes.Draw(0)), 6)];

    [Fact]
    public void AWeakLinkBetweenGroupsThatNothingBearsOutIsDropped()
    {
        var groups = new DuplicateGroups(Six, Threshold, (_, _) => 0.3f);
        var believed = groups.Add([Pair(0, 1, Sure), Pair(1, 2, Weak), Pair(2, 3, Sure)]);
        Assert.Equal([(0, 1), (2, 3)], believed.Select(p => (p.First, p.Second)).Order());
        Assert.Equal([[0, 1], [2, 3]], groups.Result().Select(g => g.Members));
    }

    // Shots of a series: each is like its neighbour, and a little less like the next but one.
    [Fact]
    public void ASeriesStaysWhole()
    {
        var groups = new DuplicateGroups(Six, Threshold, (a, b) => b - a <= 2 ? 0.75f : 0.3f);
        var believed = groups.Add([.. Enumerable.Range(0, 5).Select(i => Pair(i, i + 1, Weak))]);
        Assert.Equal(5, believed.Count);
        Assert.Equal(Enumerable.Range(0, 6), Assert.Single(groups.Result()).Members);
    }

    [Fact]
    public void ASureLinkNeedsNoOther()
    {
        var groups = new DuplicateGroups(Six, Threshold, (_, _) => 0);
        Assert.Equal(3, groups.Add([Pair(0, 1, Sure), Pair(1, 2, Sure), Pair(2, 3, Sure)]).Count);
        Assert.Single(groups.Result());
    }

    [Fact]
    public void TwoPicturesByThemselvesNeedNoOther()
    {
        var groups = new DuplicateGroups(Six, Threshold, (_, _) => 0);
        Assert.Single(groups.Add([Pair(4, 5, Weak)]));
        Assert.Equal(5, Assert.Single(groups.Scenes()).Scenes);
    }

    private static DuplicatePair Pair(int first, int second, float detail)
        => new(first, second, DuplicateKind.Near, detail, detail, 5, null) { FirstSplit = SplitName.Train, SecondSplit = SplitName.Train };
}
