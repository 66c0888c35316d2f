namespace NativeTrainer.Imaging.Tests;

public class SamplerTests
{
    private static readonly int[] Labels = [.. Enumerable.Repeat(0, 90), .. Enumerable.Repeat(1, 9), 2];

    [Fact]
    public void SequentialKeepsTheOrder() => Assert.Equal(Enumerable.Range(0, 100), new Sampler(Labels, SamplingKind.Sequential, 1).Order(3));

    [Fact]
    public void ShuffleVisitsEachPictureOnceInANewOrderEachEpoch()
    {
        var sampler = new Sampler(Labels, SamplingKind.Shuffle, 1);
        Assert.Equal(Enumerable.Range(0, 100), sampler.Order(0).Order());
        Assert.NotEqual(sampler.Order(0), sampler.Order(1));
    }

    [Theory]
    [InlineData(SamplingKind.Shuffle)]
    [InlineData(SamplingKind.Balanced)]
    public void OrderIsAFunctionOfSeedAndEpochAlone(SamplingKind kind)
    {
        var sampler = new Sampler(Labels, kind, 7);
        int[] second = sampler.Order(1);
        sampler.Order(5);
        Assert.Equal(second, sampler.Order(1));
        Assert.Equal(second, new Sampler(Labels, kind, 7).Order(1));
        Assert.NotEqual(second, new Sampler(Labels, kind, 8).Order(1));
    }

    // Orders are part of what a resumed run has to repeat, so they may not change between versions.
    [Fact]
    public void TheOrderOfAnEpochIsFixed() => Assert.Equal([7, 3, 5, 4, 2, 0, 1, 6], new Sampler(new int[8], SamplingKind.Shuffle, 1).Order(0));

    [Fact]
    public void BalancedVisitsEachClassEquallyOften()
    {
        int[] order = new Sampler(Labels, SamplingKind.Balanced, 1).Order(0);
        Assert.Equal(100, order.Length);
        int[] visits = [.. order.CountBy(i => Labels[i]).OrderBy(c => c.Key).Select(c => c.Value)];
        Assert.Equal(3, visits.Length);
        Assert.InRange(visits.Max() - visits.Min(), 0, 1);
        // Within a class, too, each picture comes equally often, to within one.
        var second = order.Where(i => Labels[i] == 1).CountBy(i => i).Select(c => c.Value).ToArray();
        Assert.Equal(9, second.Length);
        Assert.InRange(second.Max() - second.Min(), 0, 1);
    }

    // A permutation test at the smallest size: 6 orders of 3 pictures over 6000 epochs; each count is binomial(6000, 1/6), so 5 standard deviations are 145.
    [Fact]
    public void AllOrdersAreEquallyLikely()
    {
        var sampler = new Sampler([0, 0, 0], SamplingKind.Shuffle, 42);
        var counts = Enumerable.Range(0, 6000).CountBy(epoch => string.Join(",", sampler.Order(epoch))).ToArray();
        Assert.Equal(6, counts.Length);
        Assert.All(counts, c => Assert.InRange(c.Value, 1000 - 145, 1000 + 145));
    }
}
