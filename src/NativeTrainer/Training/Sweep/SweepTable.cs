using System.Globalization;
using System.Text;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;

namespace NativeTrainer.Training.Sweep;

/// <summary>The table of a finished sweep and its verdict.</summary>
internal static class SweepTable
{
    /// <summary>Differences with a p below it are called measured.</summary>
    private const double Level = 0.05;

    /// <param name="arms">In the order of the sweep.</param>
    /// <param name="trials">Of all rungs.</param>
    /// <param name="predictions">Of a trial with a result.</param>
    /// <param name="trained">Parameters that an arm trains.</param>
    /// <param name="weights">Bytes of a trial's weights file.</param>
    public static (IReadOnlyList<SweepRow> Rows, SweepTrial? Winner) Of(IReadOnlyList<SweepArm> arms, IReadOnlyList<SweepTrial> trials, Func<SweepTrial, PredictionSet> predictions, Func<SweepArm, long> trained,
        Func<SweepTrial, long> weights, int threads)
    {
        // An arm stands by its longest run.
        var latest = arms.Select(arm => trials.Where(t => t.Arm == arm.Name && t.HasResult).MaxBy(t => t.Rung)).ToArray();
        if (latest.OfType<SweepTrial>().OrderByDescending(t => t.Accuracy).ThenBy(t => t.LogLoss).FirstOrDefault() is not { } winner) return ([], null);
        var best = predictions(winner);
        var rows = new List<SweepRow>();
        for (int i = 0; i < arms.Count; i++)
        {
            if (latest[i] is not { } trial)
            {
                var last = trials.LastOrDefault(t => t.Arm == arms[i].Name);
                rows.Add(new SweepRow(arms[i].Name, last?.Epochs ?? 0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, last?.Seconds ?? 0,
                    trained(arms[i]), last?.PeakMemoryBytes ?? 0, 0, last?.State ?? SweepTrialState.Skipped, last?.Note ?? "there was no time for it"));
                continue;
            }
            var set = predictions(trial);
            long right = set.Labels.Zip(set.Predicted).LongCount(pair => pair.First == pair.Second);
            var interval = Interval.OfShare(right, set.Count);
            var compared = PairedComparison.Of(best, set, new BootstrapOptions { Threads = threads });
            var difference = compared.Figures.Single(f => f.Key == "accuracy");
            rows.Add(new SweepRow(trial.Arm, trial.Epochs, trial.Accuracy, interval.Low, interval.High, ClassTotals.Of(set.Labels, set.Predicted, set.Classes.Count).F(Averaging.Macro), trial.LogLoss,
                difference.Difference, difference.Interval.Low, difference.Interval.High, trial == winner ? 1 : compared.Test.Exact, trial.Seconds, trained(arms[i]), trial.PeakMemoryBytes, weights(trial), trial.State, trial.Note));
        }
        return ([.. rows.OrderBy(row => double.IsNaN(row.Accuracy)).ThenByDescending(row => row.Accuracy).ThenBy(row => row.LogLoss)], winner);
    }

    /// <param name="run">The folder with the winner's weights.</param>
    public static SweepVerdict Verdict(IReadOnlyList<SweepRow> rows, string run)
    {
        SweepRow[] judged = [.. rows.Where(row => !double.IsNaN(row.Accuracy))];
        var winner = judged[0];
        var cheapest = judged.Where(row => row.P >= Level).MinBy(row => row.Seconds)!;
        string text = Text($"{winner.Arm} is right on {winner.Accuracy:0.000} of the images (95 %: {winner.Low:0.000} to {winner.High:0.000})");
        if (judged.Length > 1)
        {
            var second = judged[1];
            text += second.P < Level
                ? Text($", {Points(second)} more than {second.Arm}, the next, which is more than chance (p {(second.P < 0.001 ? "< 0.001" : Text($"= {second.P:0.000}"))})")
                : Text($", {Points(second)} more than {second.Arm}, the next, which may be chance (p = {second.P:0.00})");
            SweepRow[] worse = [.. judged.Skip(1).Where(row => row.P < Level)];
            text += worse.Length == judged.Length - 1 ? ". All others are measurably worse."
                : worse.Length == 0 ? ". No arm is measurably worse than it."
                : $". Measurably worse: {string.Join(", ", worse.Select(row => row.Arm))}.";
        }
        else text += ".";
        if (cheapest != winner) text += Text($" {cheapest.Arm} cannot be told from it and takes {cheapest.Seconds:0.#} s in place of {winner.Seconds:0.#}.");
        return new SweepVerdict(winner.Arm, cheapest.Arm, run, text);
    }

    /// <summary>The rows as CSV, camelCase names as in <c>sweep.json</c>; what is not known is empty.</summary>
    public static string Csv(IReadOnlyList<SweepRow> rows)
    {
        var csv = new StringBuilder(CsvLine.Of("arm", "epochs", "accuracy", "low", "high", "macroF1", "logLoss", "difference", "differenceLow", "differenceHigh", "p", "seconds", "trainedParameters", "peakMemoryBytes", "weightsBytes", "state", "note"));
        static object Known(double value) => double.IsNaN(value) ? "" : value;
        foreach (var row in rows)
            csv.Append(CsvLine.Of(row.Arm, row.Epochs, Known(row.Accuracy), Known(row.Low), Known(row.High), Known(row.MacroF1), Known(row.LogLoss), Known(row.Difference), Known(row.DifferenceLow), Known(row.DifferenceHigh), Known(row.P),
                row.Seconds, row.TrainedParameters, row.PeakMemoryBytes, row.WeightsBytes, row.State.ToString().ToLowerInvariant(), row.Note ?? ""));
        return csv.ToString();
    }

    private static string Points(SweepRow row) => Text($"{-100 * row.Difference:0.0} points");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
