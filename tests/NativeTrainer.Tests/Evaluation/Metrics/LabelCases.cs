using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.MultiLabel;

namespace NativeTrainer.Tests.Evaluation.Metrics;

/// <summary>Cases of several labels a sample whose expected value follows on paper.</summary>
internal static class LabelCases
{
    /// <summary>a and c, nothing, b; said: a and b, nothing, a and b.</summary>
    public static LabelPredictions Three { get; } = LabelPredictions.Of([0.75f, 0.625f, 0.375f, 0.125f, 0.25f, 0.25f, 0.75f, 0.875f, 0.125f],
        [true, false, true, false, false, false, false, true, false], ["a", "b", "c"]);

    public static IEnumerable<MetricCase> All()
    {
        // Eighths keep what the labels are not told exact.
        var right = LabelPredictions.Of([0.875f, 0.125f, 0.125f, 0.875f], [true, false, false, true], ["a", "b"]);
        var nothing = LabelPredictions.Of([0.25f, 0.25f], [true, true], ["a", "b"]);
        var empty = LabelPredictions.Of([], [], ["a", "b"]);
        yield return Case("samplesF1", "three samples, three labels", "(2/4 + 1 + 2/3)/3", 13 / 18.0, Three, degenerate: false);
        yield return Case("samplesF1", "nothing said", "0", 0, nothing);
        yield return Case("samplesF1", "all right", "1", 1, right);
        yield return Case("samplesF1", "empty", "0/0", double.NaN, empty);
        yield return Case("subsetAccuracy", "three samples, three labels", "the second of three", 1 / 3.0, Three, degenerate: false);
        yield return Case("subsetAccuracy", "nothing said", "0", 0, nothing);
        yield return Case("subsetAccuracy", "all right", "1", 1, right);
        yield return Case("subsetAccuracy", "empty", "0/0", double.NaN, empty);
        yield return Case("hammingLoss", "three samples, three labels", "2 + 0 + 1 of 9 answers", 1 / 3.0, Three, degenerate: false);
        yield return Case("hammingLoss", "nothing said", "1", 1, nothing);
        yield return Case("hammingLoss", "all right", "0", 0, right);
        yield return Case("hammingLoss", "empty", "0/0", double.NaN, empty);
        yield return Case("logLoss", "three samples, three labels", "−log of the nine answers' product, over nine",
            -Math.Log(0.75 * 0.375 * 0.375 * 0.875 * 0.75 * 0.75 * 0.25 * 0.875 * 0.875) / 9, Three, degenerate: false, "answerLogLoss");
        yield return Case("logLoss", "nothing said", "−log ¼", Math.Log(4), nothing, metric: "answerLogLoss");
        yield return Case("logLoss", "all right", "−log ⅞", Math.Log(8 / 7.0), right, metric: "answerLogLoss");
        yield return Case("logLoss", "empty", "0/0", double.NaN, empty, metric: "answerLogLoss");
        // a: + of .75 .75 .125 (tied with one that is not); b: .875 before .625; c: .375 is first.
        yield return Case("map", "three samples, three labels", "(1/2 + 1 + 1)/3", 2.5 / 3, Three, degenerate: false);
        yield return Case("macroAuroc", "three samples, three labels", "(3/4 + 1 + 1)/3", 2.75 / 3, Three, degenerate: false, "auroc");
        yield return Case("microAp", "three samples, three labels", "+ .875, + and − .75, − .625, + .375", (1 + 2 / 3.0 + 3 / 5.0) / 3, Three, degenerate: false);
        yield return Case("microAp", "all right", "1", 1, right);
        yield return Case("microAp", "empty", "0/0", double.NaN, empty);
        yield return Case("macroF1", "three samples, three labels", "(2/3 + 2/3 + 0)/3", 4 / 9.0, Three, degenerate: false, "labelF1");
        yield return Case("microF1", "three samples, three labels", "2·2/(2·2 + 2 + 1)", 4 / 7.0, Three, degenerate: false, "labelF1");
        yield return Case("weightedF1", "three samples, three labels", "each label is there once: as macro", 4 / 9.0, Three, degenerate: false, "labelF1");
        yield return Case("macroF1", "nothing said", "0", 0, nothing, metric: "labelF1");
    }

    private static MetricCase Case(string figure, string on, string why, double expected, LabelPredictions set, bool degenerate = true, string? metric = null)
        => new(metric ?? figure, on, $"by hand: {why}", [expected], [LabelReport.Of(set, new BootstrapOptions { Resamples = 2 })[figure].Value], degenerate);
}
