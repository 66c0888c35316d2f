using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class LinearProbeTests
{
    // x = −1, 1 with classes 0, 1: centred targets ∓½, scatter 2 in one feature, penalty 1·2. w = (½ + ½) / (2 + 2) = ¼, bias ½.
    [Fact]
    public void OneFeatureByHand()
    {
        var probe = LinearProbe.Fit(new FeatureMatrix([-1, 1], 1), [0, 1], 2, 1);
        float[] scores = probe.Scores(new FeatureMatrix([-1, 0, 2], 1));
        Assert.Equal([0.75, 0.25, 0.5, 0.5, 0, 1], scores.Select(s => Math.Round(s, 6)));
    }

    // The same ridge regression, solved in samples and in features: two copies of all samples are the same data with n > d.
    [Fact]
    public void SamplesAndFeaturesGiveTheSame()
    {
        const int n = 30, d = 40;
        var (x, labels) = Gaussians.Draw(n, d, 3, 2);
        var twice = new FeatureMatrix([.. x.Values, .. x.Values], d);
        // The mean eigenvalue is trace/n in samples and 2·trace/d of the doubled scatter.
        var inSamples = LinearProbe.Fit(x, labels, 3, 0.5).Scores(x);
        var inFeatures = LinearProbe.Fit(twice, [.. labels, .. labels], 3, 0.5 * d / n).Scores(x);
        for (int i = 0; i < inSamples.Length; i++) Assert.Equal(inSamples[i], inFeatures[i], 1e-5);
    }

    [Fact]
    public void ScoresSumToOne()
    {
        var (x, labels) = Gaussians.Draw(50, 6, 4, 2);
        float[] scores = LinearProbe.Fit(x, labels, 4, 0.1).Scores(x);
        for (int i = 0; i < 50; i++) Assert.Equal(1, scores.AsSpan(i * 4, 4).ToArray().Sum(), 1e-5);
    }

    // Two unit Gaussians whose centres are 2√2 apart: the best rule is right Φ(√2) = 92.1 % of the time.
    [Fact]
    public void ReachesTheBestRuleOfTwoGaussians()
    {
        var (x, labels) = Gaussians.Draw(4000, 8, 2, 2);
        var (unseen, truth) = Gaussians.Draw(4000, 8, 2, 2, seed: 9);
        Assert.InRange(Gaussians.Agreement(LinearProbe.Best(LinearProbe.Fit(x, labels, 2, 0.1).Scores(unseen), 2), truth), 0.921 - 3 * 0.0043, 0.921 + 3 * 0.0043);
    }

    [Theory]
    [InlineData(20, 50)]
    [InlineData(60, 10)]
    public void ThreadsDoNotChangeABit(int n, int d)
    {
        var (x, labels) = Gaussians.Draw(n, d, 3, 1);
        Assert.Equal(LinearProbe.Fit(x, labels, 3, 0.3, 1).Scores(x, 1), LinearProbe.Fit(x, labels, 3, 0.3, 2).Scores(x, 2));
    }

    [Fact]
    public void EqualFeaturesGiveTheSharesOfTheClasses()
    {
        float[] scores = LinearProbe.Fit(new FeatureMatrix([.. Enumerable.Repeat(1f, 12)], 3), [0, 0, 0, 1], 2, 0.1).Scores(new FeatureMatrix([5, 5, 5], 3));
        Assert.Equal([0.75, 0.25], scores.Select(s => Math.Round(s, 6)));
    }

    [Fact]
    public void OneSampleAndAbsentClasses()
    {
        float[] scores = LinearProbe.Fit(new FeatureMatrix([1, 2], 2), [1], 3, 0.1).Scores(new FeatureMatrix([3, 4], 2));
        Assert.Equal([0, 1, 0], scores);
    }
}
