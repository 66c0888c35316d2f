using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT501: classes of so unequal size that accuracy is the accuracy of the large ones.</summary>
internal sealed class ImbalanceCheck : IAuditCheck
{
    /// <summary>Largest class over smallest.</summary>
    private const double Some = 3, Much = 10;

    public IReadOnlyList<FindingKind> Kinds { get; } = [MetricKinds.Imbalance];

    public AuditNeeds Needs => AuditNeeds.Files;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        int[] train = input.UsableCounts(SplitName.Train);
        int largest = Array.IndexOf(train, train.Max()), smallest = Array.IndexOf(train, train.Min());
        if (train[smallest] == 0) yield break; // training says so itself
        double ratio = train[largest] / (double)train[smallest];
        if (ratio < Some) yield break;
        // Without validation pictures, what always naming the largest class scores on pictures like the training ones.
        int[] val = input.UsableCounts(SplitName.Val);
        int[] measured = val.Sum() > 0 ? val : train;
        double baseline = measured[largest] / (double)measured.Sum();
        yield return new Finding
        {
            Kind = MetricKinds.Imbalance,
            Severity = ratio >= Much ? Severity.Warning : Severity.Advice,
            Summary = $"{input.Index.Classes[largest]} has {Amount.Number(ratio, ratio < 10 ? "0.0" : "0")} times the training pictures of {input.Index.Classes[smallest]} ({Amount.Of(train[largest])} and {Amount.Of(train[smallest])}); always answering {input.Index.Classes[largest]} scores an accuracy of {Amount.Number(baseline, "0.00")}.",
            Advice = "Choose the best epoch by --metric balanced-accuracy or macro-f1, read recall per class, and try --balance sampler.",
            Figures = [new("ratio", ratio), new("largestClass", train[largest]), new("smallestClass", train[smallest]), new("majorityBaseline", baseline)],
        };
    }
}
