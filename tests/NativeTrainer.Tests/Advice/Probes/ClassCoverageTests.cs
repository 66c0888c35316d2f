using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class ClassCoverageTests
{
    private const int Width = 64;

    // Class 0: 40 pictures of 4 scenes; class 1: 40 pictures of 40.
    [Fact]
    public void ScenesAreCounted()
    {
        var (x, labels) = Scenes([.. Enumerable.Range(0, 40).Select(i => i % 4), .. Enumerable.Range(4, 40)]);
        var coverage = ClassCoverage.Measure(x, labels, new FeatureMatrix([], Width), []);
        Assert.Equal([4, 40], coverage.Select(c => c.Modes));
        Assert.Equal([0.25, 0.025], coverage.Select(c => c.LargestMode));
        Assert.Equal([40, 40], coverage.Select(c => c.Looked));
    }

    [Fact]
    public void ValidationPicturesOfOtherScenesAreFar()
    {
        var (x, labels) = Scenes([.. Enumerable.Range(0, 40).Select(i => i % 4), .. Enumerable.Range(0, 40).Select(i => 4 + i % 4)]);
        // Of class 0: ten of its scenes, six of scenes that it has not.
        var (all, _) = Scenes([.. Enumerable.Range(0, 10).Select(i => i % 4), .. Enumerable.Range(0, 6).Select(i => 20 + i)], seed: 8);
        var coverage = ClassCoverage.Measure(x, labels, all, new int[16]);
        Assert.Equal((16, 0), (coverage[0].Validation, coverage[1].Validation));
        Assert.InRange(coverage[0].Far, 6, 9);
    }

    [Fact]
    public void FewFarOnesWhereBothComeFromTheSameSource()
    {
        var (x, labels) = Gaussians.Draw(2000, 6, 1, 0);
        var (held, heldLabels) = Gaussians.Draw(1000, 6, 1, 0, seed: 5);
        // 5 % are expected, give or take 0.9.
        Assert.InRange(ClassCoverage.Measure(x, labels, held, heldLabels)[0].Far / 1000.0, 0.05 - 3 * 0.009, 0.05 + 3 * 0.009);
    }

    [Fact]
    public void DegenerateDataAreNoError()
    {
        var one = ClassCoverage.Measure(new FeatureMatrix([1, 2], 2), [3], new FeatureMatrix([1, 2], 2), [3]);
        Assert.Equal(new CoverageOfClass(3, 1, 1, 1, 1, 1, 0), Assert.Single(one));
        Assert.Equal(1, ClassCoverage.Measure(new FeatureMatrix([.. Enumerable.Repeat(1f, 8)], 2), [0, 0, 0, 0], new FeatureMatrix([], 2), [])[0].Modes);
        Assert.Empty(ClassCoverage.Measure(new FeatureMatrix([], 2), [], new FeatureMatrix([], 2), []));
    }

    /// <summary>A feature vector for each scene, with a little noise; 40 to a class.</summary>
    private static (FeatureMatrix Features, int[] Labels) Scenes(int[] scenes, ulong seed = 2)
    {
        float[] places = Gaussians.Draw(100, Width, 1, 0, seed: 1).Features.Values, noise = Gaussians.Draw(scenes.Length, Width, 1, 0, seed).Features.Values;
        for (int i = 0; i < scenes.Length; i++)
        {
            for (int j = 0; j < Width; j++) noise[i * Width + j] = places[scenes[i] * Width + j] + 0.1f * noise[i * Width + j];
        }
        return (new FeatureMatrix(noise, Width), [.. Enumerable.Range(0, scenes.Length).Select(i => i / 40)]);
    }
}
