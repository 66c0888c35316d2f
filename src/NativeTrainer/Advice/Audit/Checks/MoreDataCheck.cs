using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT202: what twice the pictures would buy, from the learning curve of a linear probe.</summary>
internal sealed class MoreDataCheck : IAuditCheck
{
    /// <summary>Gain from twice the data below which collecting more of the same is no advice.</summary>
    private const double Pays = 0.02;

    /// <summary>Subsamples a part: the forecast's interval says what fewer cost.</summary>
    private const int Subsamples = 4;

    private const int FewestPerClass = 8;

    public IReadOnlyList<FindingKind> Kinds { get; } = [AmountKinds.MoreData];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] train = measured.Of(SplitName.Train), val = measured.Of(SplitName.Val);
        if (train.Length < FewestPerClass * measured.Classes || measured.Labels(train).Distinct().Count() < 2) yield break;
        var options = new LearningCurveOptions { Subsamples = Subsamples, MostSamples = 4000, Seed = input.Seed, Threads = input.Threads };
        var curve = LearningCurve.Measure(measured.Features.Select(train), measured.Labels(train), measured.Features.Select(val), measured.Labels(val), measured.Classes, options);
        var now = curve.Forecast(train.Length);
        var twice = curve.Forecast(2 * train.Length);
        double gain = twice.Accuracy - now.Accuracy;
        string points = string.Join(", ", curve.Points.Select(point => $"{Amount.Number(point.Accuracy, "0.000")} with {Amount.Of(point.Samples)}"));
        yield return new Finding
        {
            Kind = AmountKinds.MoreData,
            Severity = Severity.Note,
            Summary = gain >= Pays
                ? $"Twice the training pictures would raise a linear probe's accuracy from {Amount.Number(now.Accuracy, "0.000")} to about {Amount.Number(twice.Accuracy, "0.000")} ({Amount.Number(twice.Low, "0.00")} to {Amount.Number(twice.High, "0.00")}, 90 %)."
                : $"Twice the training pictures would buy a linear probe little: {Amount.Number(now.Accuracy, "0.000")} now, about {Amount.Number(twice.Accuracy, "0.000")} then ({Amount.Number(twice.Low, "0.00")} to {Amount.Number(twice.High, "0.00")}, 90 %).",
            Advice = gain >= Pays ? "Collecting pays more than tuning here. The curve so far: " + points + "." : "Tune, clean or train deeper layers before you collect more of the same. The curve so far: " + points + ".",
            Figures = [new("accuracyNow", now.Accuracy), new("accuracyAtTwice", twice.Accuracy), new("accuracyAtTwiceLow", twice.Low), new("accuracyAtTwiceHigh", twice.High), .. curve.Points.Select(point => new Figure($"accuracyAt{point.Samples}", point.Accuracy))],
        };
    }
}
