using NativeTrainer.Advice.Features;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT301: weights whose features tell the classes apart hardly better than those of a random network.</summary>
internal sealed class SourceTooFarCheck : IAuditCheck
{
    /// <summary>Of what chance leaves, the share that a probe gets right.</summary>
    private const double LittleSkill = 0.3;

    /// <summary>Probe accuracy that training brought over random weights.</summary>
    private const double LittleGain = 0.05;

    public IReadOnlyList<FindingKind> Kinds { get; } = [TransferKinds.SourceTooFar];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features | AuditNeeds.Copies;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        int[] train = measured.Of(SplitName.Train);
        if (train.Length < 2 * measured.Classes) yield break;
        var features = new FeatureSet([.. train.Select(i => measured.Sample(i).Sample)], [.. train.Select(i => measured.Samples[i])], measured.Features.Select(train).Values, measured.Features.Width);
        int[] groups = measured.CopyGroups(train, stop);
        // The random network is asked only where the trained one knows little: it costs passes of its own.
        var report = Transferability.Assess(input.Features!.Options, features, measured.Classes, compared: 0, input.Seed, groups, stop);
        if (report.Skill < LittleSkill) report = Transferability.Assess(input.Features.Options, features, measured.Classes, seed: input.Seed, groups: groups, stop: stop);
        bool far = report.Skill < LittleSkill && report.GainOverRandom < LittleGain;
        string than = report.Random is { } random ? $", a random network's {Amount.Number(random.ProbeAccuracy, "0.00")} on {Amount.Of(report.Compared)} of them" : "";
        List<Figure> figures = [new("probeAccuracy", report.Trained.ProbeAccuracy), new("neighbourAccuracy", report.Trained.NeighbourAccuracy), new("logMe", report.Trained.LogMe), new("chance", report.Chance), new("skill", report.Skill)];
        if (double.IsFinite(report.GainOverRandom)) figures.Add(new("gainOverRandom", report.GainOverRandom));
        yield return new Finding
        {
            Kind = TransferKinds.SourceTooFar,
            Severity = far ? Severity.Warning : Severity.Note,
            Summary = $"A linear probe on the weights' frozen features is right on {Amount.Number(report.Trained.ProbeAccuracy, "0.000")} of pictures it did not see, the nearest neighbours on {Amount.Number(report.Trained.NeighbourAccuracy, "0.000")}; always naming the largest class scores {Amount.Number(report.Chance, "0.000")}{than}.",
            Advice = far ? "Look for weights trained on pictures more like these ('nativetrainer rank-weights' compares files), or train all layers on far more data: a head on these features cannot get much further."
                : report.Skill > 0.8 ? "The features carry over: a head on them is a strong start." : "The features carry over in part: training deeper layers should pay.",
            Figures = figures,
        };
    }
}
