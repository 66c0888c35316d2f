using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT107: a validation part whose figure is a rough guess.</summary>
internal sealed class ValidationSizeCheck : IAuditCheck
{
    /// <summary>An accuracy in the usual range of a fine-tuned network; at lower ones the interval is wider.</summary>
    private const double ExpectedAccuracy = 0.9;

    /// <summary>Half widths of the 95 % interval.</summary>
    private const double Rough = 0.05, VeryRough = 0.10;

    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.TooSmall];

    public AuditNeeds Needs => AuditNeeds.Files;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        int count = input.UsableCounts(SplitName.Val).Sum();
        if (count == 0) yield break; // training says so itself
        var interval = WilsonInterval.Of(ExpectedAccuracy, count);
        if (interval.HalfWidth <= Rough) yield break;
        int needed = count;
        while (WilsonInterval.Of(ExpectedAccuracy, needed).HalfWidth > Rough) needed++;
        string points = Amount.Number(100 * interval.HalfWidth, "0.0");
        yield return new Finding
        {
            Kind = LeakageKinds.TooSmall,
            Severity = interval.HalfWidth > VeryRough ? Severity.Warning : Severity.Advice,
            Summary = $"{Amount.Of(count, "validation picture measures", "validation pictures measure")} an accuracy of 0.90 to ±{points} points ({Amount.Number(interval.Low, "0.00")} to {Amount.Number(interval.High, "0.00")}, 95 % interval).",
            Advice = $"For ±5 points take {Amount.Of(needed)} or more{(input.Index.ValidationMade ? ": raise --val-fraction, or collect pictures" : "")}. Until then believe only differences larger than the interval, or the mean of several seeds.",
            Figures = [new("validationImages", count), new("expectedAccuracy", ExpectedAccuracy), new("halfWidth", interval.HalfWidth), new("low", interval.Low), new("high", interval.High), new("neededForFivePoints", needed)],
        };
    }
}
