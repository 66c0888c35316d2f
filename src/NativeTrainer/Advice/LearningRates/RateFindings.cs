using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;

namespace NativeTrainer.Advice.LearningRates;

/// <summary>NT401 and NT402: rates that cannot work, one finding per group.</summary>
public static class RateFindings
{
    /// <param name="rates">By a range test, or by the rule.</param>
    /// <param name="measured">By a range test.</param>
    /// <param name="severity">Of a rate that the user chose, a warning; the test of a default says less than the runs behind it.</param>
    /// <returns>None for rates that are usable or unknown.</returns>
    public static IEnumerable<Finding> Of(IEnumerable<RateFinding> rates, bool measured, Severity severity = Severity.Warning)
        => rates.Where(rate => rate.Verdict is RateVerdict.TooHigh or RateVerdict.TooLow).Select(rate => Of(rate, measured, severity));

    private static Finding Of(RateFinding rate, bool measured, Severity severity)
    {
        string[] parts = rate.Sentence.Split("; ", 2);
        List<Figure> figures = [new("rate", rate.Rate), new("steps", rate.Steps)];
        foreach (var (name, value) in (ReadOnlySpan<(string, double)>)[("low", rate.Low), ("high", rate.High), ("advised", rate.Advised)])
        {
            if (double.IsFinite(value)) figures.Add(new(name, value));
        }
        return new Finding
        {
            Kind = rate.Verdict == RateVerdict.TooHigh ? TrainingKinds.RateTooHigh : TrainingKinds.RateTooLow,
            Severity = severity,
            Summary = $"{parts[0]}{(measured ? ", by a range test" : ", by the rule")}.",
            Advice = $"{parts[^1]}.{(measured ? "" : " 'nativetrainer lr-find' measures it on your pictures.")}",
            Figures = figures,
        };
    }
}
