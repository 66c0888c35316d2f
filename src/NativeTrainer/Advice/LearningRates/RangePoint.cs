namespace NativeTrainer.Advice.LearningRates;

/// <summary>One step of a range test.</summary>
/// <param name="Rate">Of the group under test.</param>
/// <param name="Loss">Of the test's fixed images after the step; may be NaN or infinite at the last point.</param>
/// <param name="Smoothed">The curve without its noise: a weighted straight line through the neighbours; NaN where the loss is not finite.</param>
public sealed record RangePoint(double Rate, double Loss, double Smoothed);

/// <summary>How a range test ended.</summary>
public enum RangeOutcome
{
    /// <summary>The loss fell, and the suggestion lies where it fell.</summary>
    Found,

    /// <summary>The loss never fell by more than its noise.</summary>
    Flat,

    /// <summary>The loss only rose: even the lowest rates that do anything do harm, or the part under test has nothing left to learn.</summary>
    OnlyRises,
}

/// <summary>What a range test says of one group of parameters.</summary>
public sealed record RateSuggestion
{
    public required RangeOutcome Outcome { get; init; }

    /// <summary>The rate to use; NaN where the curve is flat.</summary>
    public required double Rate { get; init; }

    /// <summary>The rate from which the loss falls by more than its noise; NaN where it never does.</summary>
    public required double Low { get; init; }

    /// <summary>The highest rate before the loss rises for good; the last rate tested where it did not.</summary>
    public required double High { get; init; }

    /// <summary>Whether the loss rose again behind <see cref="High"/>; without it higher rates may do too.</summary>
    public required bool Rises { get; init; }

    /// <summary>
    /// Sum of the rates of the steps until half of the fall was done. A run gets as far where rate · steps · mean factor of the schedule reaches it: plain descent moves
    /// by the sum of its rates. NaN where the loss never fell.
    /// </summary>
    public required double HalfwaySum { get; init; }

    /// <summary>One sentence with the numbers.</summary>
    public required string Reason { get; init; }

    /// <summary>What the usual rules would say, for comparison: steepest descent, valley, a tenth of the minimum's rate.</summary>
    public required double Steepest { get; init; }

    public required double Valley { get; init; }

    public required double TenthOfMinimum { get; init; }
}
