using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Tests.Advice.Probes;

public class BetterWeightsTests
{
    [Theory]
    [InlineData(0.90, 0.95, 1000, true)]
    [InlineData(0.90, 0.95, 100, false)] // within two standard errors
    [InlineData(0.990, 0.999, 10_000, false)] // sure, and too little
    [InlineData(0.95, 0.90, 1000, false)] // the chosen is the best
    public void OtherWeightsAreNamedWhereTheyAreMeasurablyBetter(double chosen, double other, int samples, bool found)
    {
        RankedWeights[] ranked = [.. new[] { Ranked("mine", chosen), Ranked("other", other) }.OrderBy(r => r.Worth.ProbeLogLoss)];
        var finding = new WeightsRanking(ranked, 0.5, samples).Better("mine");
        Assert.Equal(found ? "NT302" : null, finding?.Kind.Code);
        if (found) Assert.StartsWith("other tells the classes apart better than mine", finding!.Summary, StringComparison.Ordinal);
    }

    private static RankedWeights Ranked(string file, double accuracy) => new(file, new FeatureWorth(0, accuracy, accuracy, 1 - accuracy), 8, 1);
}
