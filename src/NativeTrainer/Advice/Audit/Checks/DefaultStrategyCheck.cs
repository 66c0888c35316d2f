using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Planning;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Advice.Runs.Checks;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT403 before any option is chosen: whether what <c>train</c> does by itself, the head and then all layers, fits amount and features.</summary>
internal sealed class DefaultStrategyCheck : IAuditCheck
{
    /// <summary>As many as a plan looks at.</summary>
    private const int MostSamples = 1000, Neighbours = 5;

    public IReadOnlyList<FindingKind> Kinds { get; } = [TrainingKinds.StrategyMisfit];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features;

    public bool NeedsOneLabel => true;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] train = measured.Of(SplitName.Train), labels = measured.Labels(train);
        int[] counts = input.UsableCounts(SplitName.Train);
        if (train.Length <= measured.Classes || counts.Min() == 0) return [];
        int[] chosen = [.. Folds.NestedOrder(labels, input.Seed).Take(MostSamples).Order()];
        var neighbours = new ClassNeighbours(measured.Features.Select([.. chosen.Select(i => train[i])]).Values, [.. chosen.Select(i => labels[i])]);
        var evidence = new TransferEvidence { KnnAccuracy = neighbours.LeaveOneOutAccuracy(Neighbours) };
        var data = new DataShape(input.Index.Classes, counts, measured.Of(SplitName.Val).Length);
        return StrategyFitCheck.Of(new TrainOptions { Data = "", Weights = input.Features!.Weights }, data, evidence) is { } finding ? [finding] : [];
    }
}
