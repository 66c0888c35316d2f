using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Runs.Checks;

/// <summary>NT401 and NT402 without a range test: rates of head and backbone by the rule.</summary>
internal sealed class RateRuleCheck : IRunCheck
{
    public FindingKind[] Kinds { get; } = [TrainingKinds.RateTooHigh, TrainingKinds.RateTooLow];

    public IEnumerable<Finding> Run(RunFacts run)
    {
        if (run.Options.Strategy == TrainingStrategy.FewShot) return [];
        var groups = run.Parts.GroupBy(part => part.IsHead).OrderByDescending(group => group.Key);
        return RateFindings.Of(groups.Select(group => Check(run, group)), measured: false, run.RatesGiven ? Severity.Warning : Severity.Advice);
    }

    private static RateFinding Check(RunFacts run, IGrouping<bool, RunPart> group)
    {
        var fastest = group.MaxBy(part => part.Rate)!;
        return RateRule.Check(group.Key ? RateGroup.Head : RateGroup.Backbone, fastest.Rate, run.Options, run.ImagesPerStep, fastest.Stages);
    }
}
