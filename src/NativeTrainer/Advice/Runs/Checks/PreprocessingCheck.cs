using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;

namespace NativeTrainer.Advice.Runs.Checks;

/// <summary>NT303: an input unlike the one the weights file names, or a file that names none.</summary>
internal sealed class PreprocessingCheck : IRunCheck
{
    /// <summary>Side of the input over that of the weights: beyond, features of the lower layers meet details of another scale.</summary>
    private const double Small = 1 / 3.0, Large = 2;

    public FindingKind[] Kinds { get; } = [TransferKinds.Preprocessing];

    public IEnumerable<Finding> Run(RunFacts run)
    {
        if (run.Saved is not { } saved) yield break;
        double ratio = run.Options.Size / (double)saved.Size;
        var (summary, advice) = (new List<string>(), new List<string>());
        if (ratio != 1)
        {
            summary.Add($"Pictures reach the network with {run.Options.Size} pixels a side, the weights were trained with {saved.Size}{(run.Assumed is null ? "" : " (assumed)")}.");
            advice.Add(ratio < 1 ? $"Right where time decides; --size {saved.Size} is what the features were learned at." : $"Right for small details; --size {saved.Size} is what the features were learned at, and {Amount.Number(ratio * ratio, "0.#")} times as fast.");
        }
        if (run.Assumed is string assumed)
        {
            summary.Add($"The weights file does not say how pictures are prepared: {assumed}.");
            advice.Add("Where its source says otherwise, 'nativetrainer convert FILE --output NEW --mean … --std … --size …' writes it down.");
        }
        if (summary.Count == 0) yield break;
        yield return new Finding
        {
            Kind = TransferKinds.Preprocessing,
            Severity = ratio is < Small or > Large ? Severity.Advice : Severity.Note,
            Summary = string.Join(" ", summary),
            Advice = string.Join(" ", advice),
            Figures = [new("size", run.Options.Size), new("weightsSize", saved.Size)],
        };
    }
}
