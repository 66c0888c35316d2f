using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Probes;

namespace NativeTrainer.Cli.Output;

internal sealed record RankedWeightsJson(string Weights, double LogLoss, double ProbeAccuracy, double NeighbourAccuracy, double LogMe, int Features, double Seconds);

internal sealed record WeightsRankingJson(RankedWeightsJson[] Ranked, double Chance, int Images, FindingLine[] Findings)
{
    public static WeightsRankingJson Of(WeightsRanking ranking, Finding? better) => new(
        [.. ranking.Ranked.Select(r => new RankedWeightsJson(r.Weights, r.Worth.ProbeLogLoss, r.Worth.ProbeAccuracy, r.Worth.NeighbourAccuracy, r.Worth.LogMe, r.Features, r.Seconds))],
        ranking.Chance, ranking.Samples, better is null ? [] : [FindingLine.Of(better)]);
}
