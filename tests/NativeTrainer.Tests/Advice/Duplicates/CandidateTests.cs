using NativeTrainer.Advice.Duplicates;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Tests.Advice.Duplicates;

public sealed class CandidateTests
{
    [Fact]
    public void ANearestListKeepsTheNearestInOrder()
    {
        var list = new NearestList(2, 3);
        foreach (var (other, distance) in ((int, float)[])[(5, 4), (9, 2), (7, 2), (3, 8), (5, 1), (4, 3)]) list.Add(1, other, distance);
        Assert.Equal([5, 7, 9], list.Of(1).ToArray());
        Assert.Empty(list.Of(0).ToArray());
    }

    [Fact]
    public void TheOrderOfInsertionDoesNotMatter()
    {
        var random = new Random(4);
        (int Other, float Distance)[] items = [.. Enumerable.Range(0, 40).Select(i => (i, (float)random.Next(6)))];
        int[]? first = null;
        for (int round = 0; round < 5; round++)
        {
            random.Shuffle(items);
            var list = new NearestList(1, 7);
            foreach (var (other, distance) in items) list.Add(0, other, distance);
            first ??= list.Of(0).ToArray();
            Assert.Equal(first, list.Of(0).ToArray());
        }
    }

    // Of a thousand random vectors, each tenth has a neighbour at cosine 0.9.
    [Fact]
    public void TheForestFindsNearFeatures()
    {
        const int n = 1000, d = 96;
        var features = new float[n * d];
        CounterRandom.FillNormal(2, 0, 1, features);
        var noise = new float[d];
        for (int i = 0; i < n; i += 10)
        {
            CounterRandom.FillNormal(77, (ulong)i * 100, 0.48f, noise);
            for (int k = 0; k < d; k++) features[(i + 1) * d + k] = features[i * d + k] + noise[k];
        }
        // A common offset, as pooled features have, must not hide the differences.
        for (int i = 0; i < features.Length; i++) features[i] += 5;
        var nearest = new NearestList(n, 4);
        new FeatureCandidates(features, n, 2).AddNearest(nearest, default);
        int found = Enumerable.Range(0, n / 10).Count(i => nearest.Of(i * 10) is [var first, ..] && first == i * 10 + 1);
        Assert.InRange(found, 97, 100);
    }

    [Fact]
    public void EqualFeaturesAndTheMeanItselfAreNoTrouble()
    {
        var nearest = new NearestList(200, 4);
        var candidates = new FeatureCandidates([.. Enumerable.Repeat(3f, 200 * 8)], 200, 2);
        candidates.AddNearest(nearest, default);
        Assert.Equal(0, candidates.Cosine(0, 1));
    }

    [Fact]
    public void ManyEqualHashesStayCheapAndFindEachOther()
    {
        var thumbnail = GrayThumbnail.Of(DrawnScenes.Draw(3));
        var candidates = new HashCandidates([.. Enumerable.Repeat(PerceptualHash.Of(thumbnail), 500)], 1);
        var nearest = new NearestList(500, 4);
        candidates.AddNearest(250, thumbnail, nearest);
        Assert.Equal(4, nearest.Of(250).Length);
    }
}
