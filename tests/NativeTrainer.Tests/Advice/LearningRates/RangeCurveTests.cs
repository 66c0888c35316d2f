using NativeTrainer.Advice.LearningRates;

namespace NativeTrainer.Tests.Advice.LearningRates;

/// <summary>Curves drawn by a formula: where the loss falls, rises and jitters is known.</summary>
public class RangeCurveTests
{
    private const int Steps = 60;

    private const double Start = 1.6;

    private static readonly double[] Rates = [.. Enumerable.Range(0, Steps).Select(i => 1e-5 * Math.Pow(1e5, i / (Steps - 1.0)))];

    /// <summary>From 1.6 to 0.4, half of it at <paramref name="fall"/>; from <paramref name="rise"/> on it grows with the rate.</summary>
    private static double[] Losses(double fall, double rise, double noise, int seed)
    {
        var random = new Random(seed);
        return [.. Rates.Select(r =>
        {
            double learned = 1.2 / (1 + Math.Pow(fall / r, 1.5)), risen = r > rise ? 2 * Math.Log(r / rise) : 0;
            return (1.6 - learned + risen) * (1 + noise * (random.NextDouble() * 2 - 1));
        })];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    [InlineData(0.15)]
    public void TheSuggestionLiesWhereTheLossFallsWhateverTheNoise(double noise)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var (_, suggestion) = RangeCurve.Read(Rates, Losses(fall: 2e-3, rise: 0.1, noise, seed), Start);
            Assert.Equal(RangeOutcome.Found, suggestion.Outcome);
            Assert.InRange(suggestion.Rate, 2e-3, 0.1);
            Assert.InRange(suggestion.Steepest, 2e-3 / 6, 2e-3 * 6);
            Assert.InRange(suggestion.High, 0.03, 0.3);
            Assert.True(suggestion.Low <= suggestion.Rate && suggestion.Rate <= suggestion.High && suggestion.Rises, $"seed {seed}: {suggestion}");
        }
    }

    [Fact]
    public void NoiseAloneIsFlat()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var (_, suggestion) = RangeCurve.Read(Rates, [.. Rates.Select(_ => 1.6 + 0.2 * (random.NextDouble() - 0.5))], Start);
            Assert.Equal(RangeOutcome.Flat, suggestion.Outcome);
            Assert.True(double.IsNaN(suggestion.Rate));
        }
    }

    [Fact]
    public void ALossThatOnlyRisesGivesATenthOfWhereItBegins()
    {
        var (_, suggestion) = RangeCurve.Read(Rates, Losses(fall: 1e9, rise: 1e-3, noise: 0, seed: 0), Start);
        Assert.Equal(RangeOutcome.OnlyRises, suggestion.Outcome);
        Assert.InRange(suggestion.High, 1e-3 / 2, 1e-3 * 2);
        Assert.Equal(suggestion.High / 10, suggestion.Rate, 1e-12);
    }

    [Fact]
    public void AFallWithoutARiseLeavesTheRangeOpen()
    {
        var (_, suggestion) = RangeCurve.Read(Rates, Losses(fall: 1e-2, rise: 1e9, noise: 0, seed: 0), Start);
        Assert.Equal((RangeOutcome.Found, false), (suggestion.Outcome, suggestion.Rises));
        Assert.Equal(Rates[^1], suggestion.High);
        Assert.InRange(suggestion.Rate, 1e-2 / 3, 1e-2 * 3);
    }

    [Fact]
    public void ALossThatIsNoNumberAtTheFirstStepSaysSo()
    {
        var (points, suggestion) = RangeCurve.Read([1e-5], [double.NaN], Start);
        Assert.Single(points);
        Assert.Equal(RangeOutcome.OnlyRises, suggestion.Outcome);
        Assert.Contains("lower rate", suggestion.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTestStopsWhereTheLossBlowsUpAndNotBefore()
    {
        double[] losses = Losses(fall: 2e-3, rise: 0.01, noise: 0.05, seed: 1);
        int stop = Enumerable.Range(1, Steps).FirstOrDefault(n => RangeCurve.Diverges([.. losses.Take(n)], Start), Steps + 1);
        Assert.InRange(Rates[Math.Min(stop, Steps) - 1], 0.012, 0.3);
        Assert.True(RangeCurve.Diverges([double.PositiveInfinity], Start));
    }

    [Fact]
    public void HalfTheFallIsReachedByTheSumOfTheRatesUpToIt()
    {
        double[] losses = Losses(fall: 2e-3, rise: 1, noise: 0, seed: 0);
        var (_, suggestion) = RangeCurve.Read(Rates, losses, Start);
        double atFall = Rates.Where(r => r <= 2e-3).Sum();
        Assert.InRange(suggestion.HalfwaySum, atFall / 1.5, atFall * 1.5);
    }
}
