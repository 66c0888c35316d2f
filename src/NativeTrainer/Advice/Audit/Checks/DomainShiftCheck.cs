using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;
using NativeTrainer.Advice.Splits;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Audit.Checks;

/// <summary>NT106: training and validation pictures that a linear classifier tells apart.</summary>
internal sealed class DomainShiftCheck : IAuditCheck
{
    /// <summary>Lower end of the interval of the area under the ROC curve.</summary>
    private const double Some = 0.6, Much = 0.75;

    public IReadOnlyList<FindingKind> Kinds { get; } = [LeakageKinds.DomainShift];

    public AuditNeeds Needs => AuditNeeds.Measures | AuditNeeds.Features;

    public IEnumerable<Finding> Run(AuditInput input, CancellationToken stop)
    {
        var measured = input.Measured;
        foreach (var split in (SplitName[])[SplitName.Val, SplitName.Test])
        {
            int[] positions = [.. Enumerable.Range(0, measured.Records.Count).Where(i => measured.Records[i].Split == SplitName.Train || measured.Records[i].Split == split)];
            var test = DomainTest.Run(measured.Features.Select(positions).Values, measured.Labels(positions), [.. positions.Select(i => measured.Records[i].Split == split)]);
            if (test is null || test.Low < Some) continue;
            string part = split == SplitName.Val ? "validation" : "test";
            yield return new Finding
            {
                Kind = LeakageKinds.DomainShift,
                Severity = test.Low >= Much ? Severity.Warning : Severity.Advice,
                Summary = $"A linear classifier on frozen features tells {part} from training pictures with an area under the ROC curve of {Amount.Number(test.Auroc, "0.00")} (0.5 is chance; at least {Amount.Number(test.Low, "0.00")}, 95 %).",
                Advice = "Find out how the two were collected. If production looks like training, divide anew at random: 'nativetrainer split DATA --fix'; if it looks like the measuring part, collect more of that to train on.",
                Figures = [new($"{part}Auroc", test.Auroc), new($"{part}AurocLow", test.Low), new($"{part}PValue", test.PValue)],
            };
        }
    }
}
