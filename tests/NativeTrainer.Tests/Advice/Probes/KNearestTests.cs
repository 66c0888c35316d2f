using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class KNearestTests
{
    [Fact]
    public void NeighboursByCosineNearestFirst()
    {
        // At 0°, 90°, 30° and 45°, of different lengths.
        var reference = new FeatureMatrix([1, 0, 0, 5, 1.7320508f, 1, 3, 3], 2);
        var near = KNearest.Find(new FeatureMatrix([10, 0], 2), reference, 3);
        Assert.Equal([0, 2, 3], near.Indices);
        Assert.Equal(1, near.Cosines[0], 1e-6);
        Assert.Equal(Math.Cos(Math.PI / 6), near.Cosines[1], 1e-6);
        Assert.Equal(Math.Cos(Math.PI / 4), near.Cosines[2], 1e-6);
    }

    [Fact]
    public void LeaveOneOutNeverReturnsTheQuery()
    {
        var near = KNearest.LeaveOneOut(new FeatureMatrix([1, 0, 1, 0, 0, 1], 2), 5);
        Assert.Equal(2, near.K);
        Assert.Equal([1, 2, 0, 2, 0, 1], near.Indices);
    }

    [Fact]
    public void EqualFeaturesGoByIndex()
        => Assert.Equal([1, 2, 0, 2, 0, 1, 0, 1], KNearest.LeaveOneOut(new FeatureMatrix([.. Enumerable.Repeat(1f, 8)], 2), 2).Indices);

    [Fact]
    public void AloneThereIsNoNeighbour()
    {
        var near = KNearest.LeaveOneOut(new FeatureMatrix([1, 2], 2), 5);
        Assert.Equal(0, near.K);
        Assert.Empty(near.Vote([0]));
    }

    [Fact]
    public void TheVoteIsByNumberThenByNearness()
    {
        var reference = new FeatureMatrix([1, 0, 0.9f, 0.1f, 0.8f, 0.3f, 0.8f, 0.4f, 0.7f, 0.5f], 2);
        var query = new FeatureMatrix([1, 0], 2);
        Assert.Equal([1], KNearest.Find(query, reference, 5).Vote([0, 0, 1, 1, 1]));
        Assert.Equal([0], KNearest.Find(query, reference, 4).Vote([0, 0, 1, 1, 1]));
        Assert.Equal([2], KNearest.Find(query, reference, 4).Vote([2, 2, 1, 1, 1]));
    }

    // More rows than a block of queries, neighbours from each of two blocks of references.
    [Fact]
    public void BlocksMakeNoDifference()
    {
        const int n = 8300, d = 4, k = 3;
        var (features, _) = Gaussians.Draw(n, d, 2, 1);
        var unit = features.Normalised();
        var near = KNearest.LeaveOneOut(features, k, 2);
        foreach (int query in (int[])[0, 511, 512, 4000, 8192, 8299])
        {
            var expected = Enumerable.Range(0, n).Where(i => i != query).Select(i => (Index: i, Cosine: Enumerable.Range(0, d).Sum(j => (double)unit.Row(query)[j] * unit.Row(i)[j])))
                .OrderByDescending(p => p.Cosine).Take(k).ToArray();
            for (int i = 0; i < k; i++) Assert.Equal(expected[i].Cosine, near.Cosines[query * k + i], 1e-6);
        }
        Assert.Equal(near.Indices, KNearest.LeaveOneOut(features, k, 1).Indices);
    }
}
