using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class FoldsTests
{
    private static readonly int[] Labels = [.. Enumerable.Range(0, 103).Select(i => i % 10 == 0 ? 2 : i % 2)];

    [Fact]
    public void EachFoldHasItsShareOfEachClass()
    {
        int[] fold = Folds.Stratified(Labels, 5, 1);
        foreach (int label in (int[])[0, 1, 2])
        {
            double share = Labels.Count(l => l == label) / 5.0;
            for (int f = 0; f < 5; f++) Assert.InRange(Labels.Where((l, i) => l == label && fold[i] == f).Count(), Math.Floor(share), Math.Ceiling(share));
        }
        for (int f = 0; f < 5; f++) Assert.InRange(fold.Count(x => x == f), 19, 22);
    }

    [Fact]
    public void GroupsStayTogether()
    {
        int[] groups = [.. Enumerable.Range(0, Labels.Length).Select(i => i < 60 ? i / 6 : -1)], fold = Folds.Stratified(Labels, 5, 1, groups);
        for (int g = 0; g < 10; g++) Assert.Single(fold.Where((_, i) => groups[i] == g).Distinct());
        for (int f = 0; f < 5; f++) Assert.InRange(fold.Count(x => x == f), 17, 25);
    }

    [Fact]
    public void TheSeedDecides()
    {
        Assert.Equal(Folds.Stratified(Labels, 5, 7), Folds.Stratified(Labels, 5, 7));
        Assert.NotEqual(Folds.Stratified(Labels, 5, 7), Folds.Stratified(Labels, 5, 8));
    }

    [Fact]
    public void AnyBeginningOfTheOrderHasTheSharesOfTheWhole()
    {
        int[] order = Folds.NestedOrder(Labels, 3);
        Assert.Equal(Enumerable.Range(0, Labels.Length), order.Order());
        Assert.Equal(3, order[..3].Select(i => Labels[i]).Distinct().Count());
        foreach (int size in (int[])[20, 50, 80])
        {
            for (int c = 0; c < 3; c++)
                Assert.InRange(order[..size].Count(i => Labels[i] == c), Labels.Count(l => l == c) * size / 103.0 - 2, Labels.Count(l => l == c) * size / 103.0 + 2);
        }
    }
}
