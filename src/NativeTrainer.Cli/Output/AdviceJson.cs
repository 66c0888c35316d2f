using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.LearningRates;
using NativeTrainer.Advice.Planning;

namespace NativeTrainer.Cli.Output;

internal sealed record RangePointJson(double Rate, double? Loss, double? Smoothed);

internal sealed record RangeTestGroupJson(string Group, IReadOnlyList<string> Parts, string Outcome, double? Suggested, double? Low, double? High, bool Rises, double ConfiguredRate, string Verdict,
    int Steps, string Reason, string Finding, RangePointJson[] Curve);

internal sealed record RangeTestJson(RangeTestGroupJson[] Groups, int TrainImages, string Picture, string Csv, FindingLine[] Findings)
{
    public static RangeTestJson Of(RangeTestResult result, IReadOnlyList<RateFinding> rates, IEnumerable<Finding> findings, string stem) => new(
        [.. result.Tests.Zip(rates, (test, finding) => new RangeTestGroupJson(test.Group, test.Parts, Word(test.Suggestion.Outcome.ToString()), Number(test.Suggestion.Rate), Number(finding.Low),
            Number(finding.High), test.Suggestion.Rises, test.ConfiguredRate, Word(finding.Verdict.ToString()), finding.Steps, test.Suggestion.Reason, finding.Sentence,
            [.. test.Points.Select(p => new RangePointJson(p.Rate, Number(p.Loss), Number(p.Smoothed)))]))],
        result.TrainImages, $"{stem}.png", $"{stem}.csv", [.. findings.Select(FindingLine.Of)]);

    private static double? Number(double value) => double.IsFinite(value) ? value : null;

    private static string Word(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}

internal sealed record PlanStageJson(string Name, int Epochs, int Steps, long TrainedParameters, double SecondsPerEpoch, double ImagesPerSecond, string Bound);

internal sealed record PlanJson(IReadOnlyList<PlanChoice> Choices, TransferEvidence Evidence, int TrainImages, int ValidationImages, IReadOnlyList<int> TrainCounts, IReadOnlyList<string> Classes,
    PlanStageJson[] Stages, int Steps, double Seconds, double DecodeSeconds, double FeatureSeconds, double ValidationSeconds, long PeakMemoryBytes, long CacheBytes, long DiskBytes,
    long TotalParameters, IReadOnlyList<FindingLine> Findings, IReadOnlyList<string> Notes, string Command)
{
    public static PlanJson Of(RunPlan plan, string command)
    {
        var needs = plan.Needs;
        return new(plan.Choices, plan.Evidence, plan.Data.TrainImages, plan.Data.ValidationImages, plan.Data.TrainCounts, plan.Data.Classes,
            [.. needs.Stages.Select(s => new PlanStageJson(s.Name, s.Epochs, s.Steps, s.TrainedParameters, s.SecondsPerEpoch, s.ImagesPerSecond, s.Bound.ToString().ToLowerInvariant()))],
            needs.Steps, needs.Seconds, needs.DecodeSeconds, needs.FeatureSeconds, needs.ValidationSeconds, needs.PeakMemoryBytes, needs.CacheBytes, needs.DiskBytes, needs.TotalParameters, plan.FindingLines, plan.Notes,
            command);
    }
}
