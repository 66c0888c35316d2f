using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class LogMeTests
{
    // One feature: F = (1, 1, 1, 1)ᵀ, y = (1, 1, 0, 0), so σ = 4, z = Fᵀy/√4 = 1, ‖y‖² = 2. With t = α/β:
    // γ = 4/(4 + t), mᵀm = 4/(4 + t)², ‖Fm − y‖² = 2 − 1 + (t/(4 + t))², until t repeats.
    [Fact]
    public void OneFeatureByHand()
    {
        double t = 1, alpha = 1, beta = 1, gamma, mm, residual;
        do
        {
            t = alpha / beta;
            (gamma, mm, residual) = (4 / (4 + t), 4 / ((4 + t) * (4 + t)), 1 + t / (4 + t) * (t / (4 + t)));
            (alpha, beta) = (gamma / mm, (4 - gamma) / residual);
        }
        while (Math.Abs(alpha / beta - t) > 1e-3 * t);
        double evidence = (4 * Math.Log(beta) + Math.Log(alpha) - 4 * Math.Log(2 * Math.PI) - beta * residual - alpha * mm - Math.Log(alpha + 4 * beta)) / 2 / 4;
        // The other class has the same numbers.
        Assert.Equal(evidence, LogMe.Score(new FeatureMatrix([1, 1, 1, 1], 1), [0, 0, 1, 1], 1), 1e-5);
    }

    // The evidence at the fixed point, against the same written with an explicit inverse in the space of features and of samples.
    [Theory]
    [InlineData(60, 5)]
    [InlineData(20, 20)]
    [InlineData(12, 30)]
    public void IsTheEvidenceOfTheDefinition(int n, int d)
    {
        var (features, labels) = Gaussians.Draw(n, d, 3, 2);
        Assert.Equal(LogMeByDefinition.Score(features, labels), LogMe.Score(features, labels, 2), 1e-4);
    }

    [Fact]
    public void ScaleDoesNotMatter()
    {
        var (features, labels) = Gaussians.Draw(90, 8, 3, 2);
        var larger = new FeatureMatrix([.. features.Values.Select(v => 1024 * v)], 8);
        Assert.Equal(LogMe.Score(features, labels), LogMe.Score(larger, labels), 1e-9);
    }

    [Fact]
    public void FartherClassesScoreHigher()
    {
        double[] scores = [.. new float[] { 0, 1, 2, 4 }.Select(distance => { var (f, l) = Gaussians.Draw(300, 10, 4, distance); return LogMe.Score(f, l); })];
        Assert.Equal(scores.Order(), scores);
        Assert.True(scores[^1] > scores[0] + 0.5);
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        var (features, labels) = Gaussians.Draw(80, 30, 3, 1);
        Assert.Equal(LogMe.Score(features, labels, 1), LogMe.Score(features, labels, 2));
    }

    [Fact]
    public void DegenerateDataGiveAFiniteScore()
    {
        Assert.True(double.IsFinite(LogMe.Score(new FeatureMatrix([1, 2], 2), [0])));
        Assert.True(double.IsFinite(LogMe.Score(new FeatureMatrix(new float[12], 3), [0, 0, 1, 1])));
        Assert.True(double.IsFinite(LogMe.Score(new FeatureMatrix([.. Enumerable.Repeat(1f, 12)], 3), [0, 1, 2, 3])));
        // Features that are the labels: evidence without a bound, were it not for float64.
        Assert.True(double.IsFinite(LogMe.Score(new FeatureMatrix([1, 0, 1, 0, 0, 1, 0, 1], 2), [0, 0, 1, 1])));
        Assert.Throws<ArgumentException>(() => LogMe.Score(new FeatureMatrix([], 3), []));
    }
}
