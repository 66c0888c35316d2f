using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Advice.Findings.Kinds;

namespace NativeTrainer.Advice.Probes;

/// <summary>NT302: of weights that were compared, others fit better than those chosen.</summary>
internal static class BetterWeights
{
    /// <summary>Gain of probe accuracy below which another file is no advice, and standard errors beyond which it is no chance. Both probes saw the same pictures, so that they err together and the difference is surer than that.</summary>
    private const double LeastGain = 0.01, Errors = 2;

    public static Finding? Of(WeightsRanking ranking, string chosen)
    {
        var (best, mine) = (ranking.Ranked[0], ranking.Ranked.Single(r => r.Weights == chosen));
        double gain = best.Worth.ProbeAccuracy - mine.Worth.ProbeAccuracy;
        double error = Math.Sqrt((Variance(best.Worth.ProbeAccuracy) + Variance(mine.Worth.ProbeAccuracy)) / ranking.Samples);
        if (gain < Math.Max(LeastGain, Errors * error)) return null;
        return new Finding
        {
            Kind = TransferKinds.BetterWeights,
            Severity = Severity.Advice,
            Summary = $"{best.Weights} tells the classes apart better than {mine.Weights}: a linear probe on its features is right on {Amount.Number(best.Worth.ProbeAccuracy, "0.000")} of {Amount.Pictures(ranking.Samples)}, not {Amount.Number(mine.Worth.ProbeAccuracy, "0.000")}.",
            Advice = "Start from it where its licence allows your use; 'nativetrainer inspect' shows the licence.",
            Figures = [new("probeAccuracy", mine.Worth.ProbeAccuracy), new("bestProbeAccuracy", best.Worth.ProbeAccuracy), new("logLoss", mine.Worth.ProbeLogLoss), new("bestLogLoss", best.Worth.ProbeLogLoss), new("standardError", error)],
        };
    }

    private static double Variance(double share) => share * (1 - share);
}
