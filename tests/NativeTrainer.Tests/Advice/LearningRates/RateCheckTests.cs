using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Advice.LearningRates;

public class RateCheckTests
{
    // Halfway after a sum of rates of 0.1; the loss rises beyond 0.05.
    private static readonly RateSuggestion Suggestion = new()
    {
        Outcome = RangeOutcome.Found,
        Rate = 0.01,
        Low = 0.001,
        High = 0.05,
        Rises = true,
        HalfwaySum = 0.1,
        Reason = "",
        Steepest = 0.01,
        Valley = 0.01,
        TenthOfMinimum = 0.005,
    };

    private static StepBudget[] Stages(int steps) => [new("full", 1, steps, MeanFactor: 0.5)];

    [Theory]
    [InlineData(0.06, 200, RateVerdict.TooHigh)]
    [InlineData(0.05, 200, RateVerdict.Usable)]
    [InlineData(0.001, 200, RateVerdict.Usable)]
    [InlineData(0.0009, 200, RateVerdict.TooLow)]
    [InlineData(0.01, 19, RateVerdict.TooLow)]
    [InlineData(0.05, 3, RateVerdict.TooLow)]
    public void ARateIsUsableWhereItsStepsReachHalfwayAndTheLossDoesNotRise(double rate, int steps, RateVerdict verdict)
        => Assert.Equal(verdict, RateCheck.Check("backbone", rate, Suggestion, Stages(steps)).Verdict);

    [Fact]
    public void TheSentenceSaysTheNumbersAndTheNextStep()
    {
        var low = RateCheck.Check("backbone", 0.0001, Suggestion, Stages(200));
        Assert.Contains("in 200 steps, which need 1.0e-3 at least; 1.0e-2 is advised, or 2000 steps", low.Sentence, StringComparison.Ordinal);
        var high = RateCheck.Check("backbone", 0.5, Suggestion, Stages(200));
        Assert.Contains("5.0e-1 is above 5.0e-2", high.Sentence, StringComparison.Ordinal);
        var few = RateCheck.Check("backbone", 0.05, Suggestion, Stages(3));
        Assert.Contains("no rate up to 5.0e-2 learns in 3 steps; 20 are the least", few.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAFallNothingIsClaimed()
    {
        var flat = Suggestion with { Outcome = RangeOutcome.Flat, Rises = false, Rate = double.NaN, HalfwaySum = double.NaN };
        Assert.Equal(RateVerdict.Unknown, RateCheck.Check("head", 0.01, flat, Stages(100)).Verdict);
    }

    [Fact]
    public void RatesGrowWithTheBatchForSgdAndWithItsRootForAdam()
    {
        Assert.Equal(0.02, RateCheck.ForBatch(0.005, 16, 64, OptimizerKind.Sgd), 1e-9);
        Assert.Equal(0.01, RateCheck.ForBatch(0.005, 16, 64, OptimizerKind.AdamW), 1e-9);
    }

    [Fact]
    public void StepsCountWholeBatchesAndAddedOnesOnce()
    {
        var options = new TrainOptions { Data = "", Batch = 8, Accumulate = 2, Schedule = ScheduleKind.Constant };
        var budget = StepBudget.Of("full", 3, options, trainImages: 45);
        Assert.Equal((3, 9, 1.0), (budget.StepsPerEpoch, budget.Steps, budget.MeanFactor));
        Assert.Equal(0.5, StepBudget.Of("full", 10, options with { Schedule = ScheduleKind.Cosine }, 160).MeanFactor, 0.01);
    }
}
