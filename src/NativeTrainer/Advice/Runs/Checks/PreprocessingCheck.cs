using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Models;

namespace NativeTrainer.Advice.Runs.Checks;

/// <summary>NT303: an input unlike the one the weights file names, or a file that names none.</summary>
internal sealed class PreprocessingCheck : IRunCheck
{
    /// <summary>Side of the input over that of the weights: beyond, features of the lower layers meet details of another scale.</summary>
    private const double Small = 1 / 3.0, Large = 2;

    /// <summary>Ratio of variances of the first layer beyond which the input is of another scale: a forgotten deviation makes 19.</summary>
    private const double OtherScale = 8;

    public FindingKind[] Kinds { get; } = [TransferKinds.Preprocessing];

    public IEnumerable<Finding> Run(RunFacts run) => run.Saved is { } saved && Of(run.Options.Size, saved, run.Assumed, run.Stem) is { } finding ? [finding] : [];

    /// <param name="size">Side of the input in pixels.</param>
    /// <param name="saved">Of the weights file.</param>
    /// <param name="assumed">What the file does not say.</param>
    /// <param name="stem">On the pictures, as the network gets them.</param>
    public static Finding? Of(int size, Preprocessing saved, string? assumed, StemStatistics? stem)
    {
        double ratio = size / (double)saved.Size;
        var (summary, advice, severity) = (new List<string>(), new List<string>(), Severity.Note);
        List<Figure> figures = [new("size", size), new("weightsSize", saved.Size)];
        if (stem is not null) figures.Add(new("stemVarianceRatio", stem.VarianceRatio));
        if (stem is { VarianceRatio: < 1 / OtherScale or > OtherScale })
        {
            severity = Severity.Warning;
            summary.Add($"The first layer's output on these pictures varies {Amount.Number(stem.VarianceRatio, stem.VarianceRatio < 1 ? "0.000" : "0.0")} times as much as where the weights learned: they expect another mean and deviation than the file says, or these pictures are of another kind.");
            advice.Add("Look up how the source of the weights normalises its input, and write it down with 'nativetrainer convert FILE --output NEW --mean … --std …'.");
        }
        if (ratio is < Small or > Large) severity = severity > Severity.Advice ? severity : Severity.Advice;
        if (ratio != 1)
        {
            summary.Add($"Pictures reach the network with {size} pixels a side, the weights were trained with {saved.Size}{(assumed is null ? "" : " (assumed)")}.");
            advice.Add(ratio < 1 ? $"Right where time decides; the features were learned at --size {saved.Size}." : $"Right for small details; the features were learned at --size {saved.Size}, which takes {Amount.Percent(1 / (ratio * ratio))} of the time.");
        }
        if (assumed is not null)
        {
            summary.Add($"The weights file does not say how pictures are prepared: {assumed}.");
            advice.Add("Where its source says otherwise, 'nativetrainer convert FILE --output NEW --mean … --std … --size …' writes it down.");
        }
        return summary.Count == 0 ? null : new Finding { Kind = TransferKinds.Preprocessing, Severity = severity, Summary = string.Join(" ", summary), Advice = string.Join(" ", advice), Figures = figures };
    }
}
