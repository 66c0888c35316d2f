using System.Globalization;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Planning;

/// <summary>Rates from a range test in place of those of the rule, and the check of those that the user gave.</summary>
internal static class RateChoice
{
    /// <param name="given">Flags that the user gave; with a rate among them nothing is changed.</param>
    /// <returns>Options and choices with the measured rates where the test found them, a note for each group without one, and a finding for each given rate that cannot work.</returns>
    public static (TrainOptions Options, IReadOnlyList<PlanChoice> Choices, IReadOnlyList<string> Notes, IReadOnlyList<Finding> Findings) Measured(IReadOnlyList<RangeTest> tests, IReadOnlySet<string> given, TrainOptions options,
        IReadOnlyList<PlanChoice> choices)
    {
        if (given.Contains("--lr") || given.Contains("--lr-for"))
        {
            var checkedRates = tests.Select(test => RateCheck.Check(test.Group, test.ConfiguredRate, test.Suggestion, test.Stages));
            return (options, choices, [], [.. RateFindings.Of(checkedRates, measured: true)]);
        }
        var kept = choices.Where(c => c.Option is not "--lr" and not "--lr-for").ToList();
        RangeTest[] found = [.. tests.Where(test => test.Suggestion.Outcome == RangeOutcome.Found)];
        if (found.Length < tests.Count) return (options, choices, [.. tests.Except(found).Select(test => $"{test.Group}: no rate could be measured, the rule's stays: {test.Suggestion.Reason}")], []);
        string reason = string.Join("; ", found.Select(test => $"{test.Group}: {test.Suggestion.Reason}"));
        if (found is [{ Group: RateGroup.All } all])
        {
            kept.Add(new PlanChoice("--lr", Text(all.Suggestion.Rate), reason));
            return (options with { LearningRate = (float)all.Suggestion.Rate, LearningRateFor = new Dictionary<string, float>() }, kept, [], []);
        }
        var rates = found.SelectMany(test => test.Parts.Select(part => (part, (float)test.Suggestion.Rate))).ToDictionary();
        kept.Add(new PlanChoice("--lr-for", string.Join(',', rates.Select(r => $"{r.Key}={Text(r.Value)}")), reason));
        return (options with { LearningRateFor = rates }, kept, [], []);
    }

    private static string Text(double rate) => rate.ToString("0.0e0", CultureInfo.InvariantCulture);
}
