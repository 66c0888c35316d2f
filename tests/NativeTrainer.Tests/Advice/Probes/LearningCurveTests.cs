using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public sealed class LearningCurveTests
{
    private static readonly double[] Sizes = [50, 100, 200, 400], Even = [1, 1, 1, 1];

    [Fact]
    public void APowerLawIsFoundAgain()
    {
        foreach (var law in (PowerLaw[])[new(0.9, 2, 0.5), new(1, 0.4, 0.25)])
        {
            var found = PowerLaw.Fit(Sizes, [.. Sizes.Select(law.At)], Even, law.Exponent);
            Assert.Equal(law.Asymptote, found.Asymptote, 1e-9);
            Assert.Equal(law.Scale, found.Scale, 1e-9);
        }
    }

    [Fact]
    public void FallingAccuraciesAreNoise()
    {
        var law = PowerLaw.Fit(Sizes, [0.9, 0.8, 0.7, 0.6], Even);
        Assert.Equal(0.75, law.At(50), 1e-9);
        Assert.Equal(0.75, law.At(10_000), 1e-9);
    }

    [Fact]
    public void NoAccuracyIsForecastAboveOne()
        => Assert.InRange(PowerLaw.Fit(Sizes, [0.5, 0.7, 0.9, 1], Even).At(1e9), 0.9, 1);

    [Fact]
    public void OnePointIsAConstant() => Assert.Equal(0.7, PowerLaw.Fit([10], [0.7], [1]).At(1000), 1e-12);

    [Fact]
    public void PointsOfHighWeightDecide()
    {
        var law = PowerLaw.Fit([100, 200, 300], [0.5, 0.9, 0.5], [1e9, 1, 1e9]);
        Assert.Equal(0.5, law.At(200), 1e-3);
    }

    // Two unit Gaussians in 30 dimensions: from 200 samples the accuracy with 400, which is then measured.
    [Fact]
    public void ForecastsWhatMoreSamplesGive()
    {
        var (x, labels) = Gaussians.Draw(400, 30, 2, 1.5f);
        var (held, truth) = Gaussians.Draw(2000, 30, 2, 1.5f, seed: 4);
        int[] half = [.. Enumerable.Range(0, 200)];
        var curve = LearningCurve.Measure(x.Select(half), labels[..200], held, truth, 2);
        double measured = LearningCurve.Measure(x, labels, held, truth, 2).Points[^1].Accuracy;
        var forecast = curve.Forecast(400);
        Assert.InRange(forecast.Accuracy, measured - 0.03, measured + 0.03);
        Assert.True(forecast.Low <= forecast.Accuracy && forecast.Accuracy <= forecast.High);
        Assert.InRange(forecast.High - forecast.Low, 0.005, 0.1);
        Assert.Equal([25, 50, 75, 100, 150, 200], curve.Points.Select(p => p.Samples));
        Assert.Equal([10, 10, 10, 10, 10, 1], curve.Points.Select(p => p.Subsamples));
    }

    [Fact]
    public void WithoutValidationSamplesAFifthIsHeldOut()
    {
        var (x, labels) = Gaussians.Draw(300, 10, 3, 3);
        var curve = LearningCurve.Measure(x, labels, new FeatureMatrix([], 10), [], 3);
        Assert.Equal(240, curve.Points[^1].Samples);
        Assert.Equal(10, curve.Points[^1].Subsamples);
        Assert.InRange(curve.Points[^1].Accuracy, 0.9, 1);
    }

    [Fact]
    public void SeedsRepeatAndThreadsDoNotChangeABit()
    {
        var (x, labels) = Gaussians.Draw(60, 20, 3, 1);
        AccuracyForecast Of(int threads, ulong seed) => LearningCurve.Measure(x, labels, new FeatureMatrix([], 20), [], 3, new LearningCurveOptions { Threads = threads, Seed = seed }).Forecast(120);
        Assert.Equal(Of(1, 1), Of(2, 1));
        Assert.NotEqual(Of(1, 1), Of(1, 2));
    }

    [Fact]
    public void TheLargestPartIsBounded()
    {
        var (x, labels) = Gaussians.Draw(300, 5, 2, 2);
        var curve = LearningCurve.Measure(x, labels, new FeatureMatrix([], 5), [], 2, new LearningCurveOptions { MostSamples = 100 });
        Assert.Equal((100, 300), (curve.Points[^1].Samples, curve.Samples));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(4, 4)]
    [InlineData(5, 3)]
    public void VeryFewSamplesAreNoError(int n, int classes)
    {
        var (x, labels) = Gaussians.Draw(n, 8, classes, 3);
        var forecast = LearningCurve.Measure(x, labels, new FeatureMatrix([], 8), [], classes).Forecast(2 * n);
        Assert.InRange(forecast.Accuracy, 0, 1);
        Assert.InRange(forecast.Low, 0, 1);
    }

    [Fact]
    public void EqualFeaturesAreNoError()
    {
        var curve = LearningCurve.Measure(new FeatureMatrix([.. Enumerable.Repeat(1f, 80)], 2), [.. Enumerable.Range(0, 40).Select(i => i % 2)], new FeatureMatrix([1, 1, 1, 1], 2), [0, 1], 2);
        Assert.All(curve.Points, p => Assert.Equal(0.5, p.Accuracy));
    }
}
