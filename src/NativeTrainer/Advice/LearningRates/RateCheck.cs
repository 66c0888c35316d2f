using System.Globalization;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.LearningRates;

public enum RateVerdict
{
    Usable,

    /// <summary>Beyond the rate at which the loss rises.</summary>
    TooHigh,

    /// <summary>Even all the steps of the run do not get to where the range test was halfway down.</summary>
    TooLow,

    /// <summary>The test did not show a range.</summary>
    Unknown,
}

/// <summary>Whether a rate can work.</summary>
/// <param name="Group">As in the range test.</param>
/// <param name="Rate">The peak rate that was checked.</param>
/// <param name="Low">The lowest rate that learns in the steps there are; NaN where it is not known.</param>
/// <param name="High">The highest before the loss rises.</param>
/// <param name="Steps">Optimizer steps of the run that train the group.</param>
/// <param name="Sentence">The verdict with its numbers and what to do.</param>
public sealed record RateFinding(string Group, RateVerdict Verdict, double Rate, double Low, double High, int Steps, string Sentence)
{
    /// <summary>The rate to take; NaN where none is known.</summary>
    public double Advised { get; init; } = double.NaN;
}

/// <summary>Rules for rates from steps and batch, and the check of a choice against a range test.</summary>
public static class RateCheck
{
    /// <summary>
    /// A rate that suits one batch, for another: in proportion for SGD (Goyal et al. 2017), by the root for Adam (Malladi et al. 2022). Images per optimizer step count.
    /// </summary>
    public static double ForBatch(double rate, int imagesPerStep, int otherImagesPerStep, OptimizerKind optimizer)
    {
        double ratio = (double)otherImagesPerStep / imagesPerStep;
        return rate * (optimizer == OptimizerKind.Sgd ? ratio : Math.Sqrt(ratio));
    }

    /// <summary>The lowest peak rate whose sum over the run's steps reaches what the range test needed for half of its fall.</summary>
    public static double LowestUseful(RateSuggestion suggestion, IEnumerable<StepBudget> stages)
        => suggestion.HalfwaySum / stages.Sum(stage => stage.Steps * stage.MeanFactor);

    /// <summary>The least steps in which a peak rate gets there.</summary>
    public static int StepsNeeded(RateSuggestion suggestion, double rate, double meanFactor) => (int)Math.Ceiling(suggestion.HalfwaySum / (rate * meanFactor));

    /// <param name="stages">Those of the run that train the group.</param>
    public static RateFinding Check(string group, double rate, RateSuggestion suggestion, IReadOnlyList<StepBudget> stages)
    {
        int steps = stages.Sum(stage => stage.Steps);
        double low = LowestUseful(suggestion, stages), high = suggestion.High;
        RateFinding Finding(RateVerdict verdict, FormattableString text) => new(group, verdict, rate, low, high, steps, text.ToString(CultureInfo.InvariantCulture)) { Advised = suggestion.Rate };
        if (suggestion.Rises && rate > high)
            return Finding(RateVerdict.TooHigh, $"{group}: rate {rate:0.0e0} is above {high:0.0e0}, where the loss begins to rise; {Advised(suggestion)}");
        if (suggestion.Outcome != RangeOutcome.Found) return Finding(RateVerdict.Unknown, $"{group}: rate {rate:0.0e0} cannot be judged: {suggestion.Reason}");
        if (rate >= low) return Finding(RateVerdict.Usable, $"{group}: rate {rate:0.0e0} is within {low:0.0e0} to {high:0.0e0}, which {steps} steps can use");
        double factor = stages.Sum(stage => stage.Steps * stage.MeanFactor) / Math.Max(1, steps);
        return low > high
            ? Finding(RateVerdict.TooLow, $"{group}: no rate up to {high:0.0e0} learns in {steps} steps; {StepsNeeded(suggestion, suggestion.Rate, factor)} are the least at rate {suggestion.Rate:0.0e0}: more --epochs or a smaller --batch")
            : Finding(RateVerdict.TooLow, $"{group}: rate {rate:0.0e0} cannot learn in {steps} steps, which need {low:0.0e0} at least; {Advised(suggestion)}, or {StepsNeeded(suggestion, rate, factor)} steps");
    }

    /// <summary>Checks the rates that a run would use.</summary>
    public static IReadOnlyList<RateFinding> Check(RangeTestResult result) => [.. result.Tests.Select(test => Check(test.Group, test.ConfiguredRate, test.Suggestion, test.Stages))];

    private static string Advised(RateSuggestion suggestion) => double.IsFinite(suggestion.Rate) ? string.Create(CultureInfo.InvariantCulture, $"{suggestion.Rate:0.0e0} is advised") : "give a lower one";
}
