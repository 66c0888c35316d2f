using NativeTrainer.Evaluation;
using NativeTrainer.Html;
using NativeTrainer.Reports;

namespace NativeTrainer.Tests.Reports;

public sealed class ThresholdAndCalibrationTests
{
    private static readonly PredictionSet Four = new()
    {
        Classes = ["a", "b"],
        Labels = [0, 0, 1, 1],
        Predicted = [0, 1, 1, 0],
        Probabilities = [0.9f, 0.1f, 0.4f, 0.6f, 0.25f, 0.75f, 0.7f, 0.3f],
    };

    [Fact]
    public void TheLikeliestClassAnswersFromItsProbabilityOn()
    {
        var counts = ThresholdCounts.OfLikeliest(Four);
        Assert.Equal((2, 2), (counts.Right[0], counts.Wrong[0]));
        Assert.Equal((2, 1), (counts.Right[61], counts.Wrong[61]));
        Assert.Equal((2, 0), (counts.Right[75], counts.Wrong[75]));
        Assert.Equal((1, 0), (counts.Right[76], counts.Wrong[76]));
        Assert.Equal((0, 0), (counts.Right[100], counts.Wrong[100]));
        Assert.Equal(0.25, counts.Recall(80));
    }

    [Fact]
    public void AClassAnswersAgainstAllOthers()
    {
        var counts = ThresholdCounts.OfClass(Four, 0);
        Assert.Equal((2, 2), (counts.Right[0], counts.Wrong[0]));
        Assert.Equal((1, 1), (counts.Right[50], counts.Wrong[50]));
        Assert.Equal((1.0, 0.5), (counts.Precision(71), counts.Recall(71)));
    }

    /// <summary>99 % sure and right on 80 %: a temperature brings the error down on the half that it was not fitted to.</summary>
    [Fact]
    public void ATemperatureIsJudgedOnPicturesThatItWasNotFittedTo()
    {
        int[] labels = [.. Enumerable.Range(0, 400).Select(n => n % 2)], predicted = [.. Enumerable.Range(0, 400).Select(n => n / 2 % 5 == 0 ? 1 - n % 2 : n % 2)];
        var set = new PredictionSet { Classes = ["a", "b"], Labels = labels, Predicted = predicted, Probabilities = [.. predicted.SelectMany(p => p == 0 ? new[] { 0.99f, 0.01f } : [0.01f, 0.99f])] };
        var outlook = CalibrationOutlook.Of(set)!;
        Assert.Equal(0.19, outlook.Before, 1e-6);
        // log(0.99 / 0.01) / T = log(0.8 / 0.2)
        Assert.Equal(Math.Log(99) / Math.Log(4), outlook.Temperature, 0.01);
        Assert.InRange(outlook.After, 0, 0.01);
    }

    [Fact]
    public void FewPicturesOrNoMistakeTellNothingOfATemperature()
    {
        Assert.Null(CalibrationOutlook.Of(Four));
        int[] labels = [.. Enumerable.Range(0, 100).Select(n => n % 2)];
        Assert.Null(CalibrationOutlook.Of(new PredictionSet { Classes = ["a", "b"], Labels = labels, Predicted = labels, Probabilities = [.. labels.SelectMany(l => l == 0 ? new[] { 0.9f, 0.1f } : [0.1f, 0.9f])] }));
    }

    [Theory]
    [InlineData(0, 1, new[] { 0, 0.5, 1 })]
    [InlineData(0.88, 0.953, new[] { 0.88, 0.9, 0.92, 0.94, 0.96 })]
    [InlineData(3, 3, new[] { 2.6, 2.8, 3, 3.2, 3.4 })]
    public void TicksAreRoundAndSpanTheValues(double low, double high, double[] ticks)
    {
        double[] made = LineChartSvg.Ticks(low, high);
        Assert.Equal(ticks.Length, made.Length);
        Assert.All(ticks.Zip(made), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }
}
