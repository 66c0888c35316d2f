using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Detection;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Evaluation.Segmentation;

namespace NativeTrainer.Tests.Evaluation.Metrics;

/// <summary>Cases whose expected value follows on paper; most of them degenerate.</summary>
internal static class HandCases
{
    public static IEnumerable<MetricCase> All() => [.. Classes(), .. Ranks(), .. Probabilities(), .. Labels(), .. Boxes(), .. Detections(), .. Masks(), .. Intervals()];

    private static MetricCase Case(string metric, string on, string why, double expected, double ours, bool degenerate = true) => new(metric, on, $"by hand: {why}", [expected], [ours], degenerate);

    private static ClassTotals Totals(string name) => FixtureCases.Set(name) is var set ? ClassTotals.Of(set.Labels, set.Predicted, set.Classes.Count) : throw new InvalidOperationException();

    private static IEnumerable<MetricCase> Classes()
    {
        var (empty, one) = (Totals("empty"), Totals("one class only"));
        yield return Case("accuracy", "empty", "0/0", double.NaN, empty.Accuracy);
        yield return Case("balancedAccuracy", "empty", "0/0", double.NaN, empty.BalancedAccuracy);
        yield return Case("precision", "empty", "no class to average", double.NaN, empty.Precision(Averaging.Macro));
        yield return Case("recall", "empty", "no class to average", double.NaN, empty.Recall(Averaging.Weighted));
        yield return Case("f", "empty", "no class to average", double.NaN, empty.F(Averaging.Micro));
        yield return Case("matthews", "empty", "0/0", double.NaN, empty.Matthews);
        yield return Case("matthews", "one class only", "0/0 (scikit-learn writes 0)", double.NaN, one.Matthews);
        yield return Case("kappa", "empty", "0/0", double.NaN, empty.Kappa);
        yield return Case("specificity", "one class only", "no negatives", double.NaN, one.Specificity(Averaging.Macro));
        yield return Case("classPrecision", "never predicted", "0/0", double.NaN, new ClassCounts(0, 0, 3, 7).Precision());
        yield return Case("classRecall", "does not occur", "0/0", double.NaN, new ClassCounts(0, 3, 0, 7).Recall());
        yield return Case("classF1", "neither occurs nor predicted", "0/0", double.NaN, new ClassCounts(0, 0, 0, 7).F());
        // Truth 0 0 0 1 2 and predictions 0 1 1 1 0: κ = (2·5 − (3·2 + 1·3)) / (25 − 9) and R_K = 1 / √((25 − 13)·(25 − 11)).
        var five = ClassTotals.Of([0, 0, 0, 1, 2], [0, 1, 1, 1, 0], 3);
        yield return Case("kappa", "five samples", "1/16", 1 / 16.0, five.Kappa, degenerate: false);
        yield return Case("matthews", "five samples", "1/√168", 1 / Math.Sqrt(168), five.Matthews, degenerate: false);
        // F2 of TP 1, FP 1, FN 2 is 5 / (5 + 8 + 1).
        yield return Case("f", "TP 1, FP 1, FN 2; β 2", "5/14", 5 / 14.0, new ClassCounts(1, 1, 2, 0).F(2), degenerate: false);
    }

    private static IEnumerable<MetricCase> Ranks()
    {
        BinaryRanking Ranking(double[] scores, bool[] positive) => new(scores, positive);
        // Falling: + − + −: of four pairs three are in order.
        var mixed = Ranking([0.9, 0.8, 0.7, 0.1], [true, false, true, false]);
        yield return Case("auroc", "+ − + −", "3 of 4 pairs", 0.75, mixed.AreaUnderRoc, degenerate: false);
        yield return Case("averagePrecision", "+ − + −", "(1 + 2/3)/2", 5 / 6.0, mixed.AveragePrecision, degenerate: false);
        yield return Case("averagePrecision", "all scores equal, 2 of 5", "the share sought", 0.4, Ranking([1, 1, 1, 1, 1], [true, false, false, true, false]).AveragePrecision);
        yield return Case("averagePrecision", "nothing sought", "0/0", double.NaN, Ranking([1, 2], [false, false]).AveragePrecision);
        yield return Case("auroc", "nothing sought", "no pairs", double.NaN, Ranking([1, 2], [false, false]).AreaUnderRoc);
        yield return Case("auroc", "empty", "no pairs", double.NaN, Ranking([], []).AreaUnderRoc);
        var one = FixtureCases.Set("one class only");
        yield return Case("auroc", "one class only", "no pairs", double.NaN, OneVersusRest.Of(one.Probabilities, one.Labels, 2).AreaUnderRoc(Averaging.Macro));
        yield return Case("map", "one class only", "all are sought", 1, OneVersusRest.Of(one.Probabilities, one.Labels, 2).MeanAveragePrecision(Averaging.Macro));
        yield return Case("rocCurve", "nothing sought", "no point", 0, Ranking([1, 2], [false, false]).Roc().Count);
        yield return Case("precisionRecallCurve", "nothing sought", "no point", 0, Ranking([1, 2], [false, false]).PrecisionRecall().Count);
    }

    private static IEnumerable<MetricCase> Probabilities()
    {
        var (equal, empty, right) = (FixtureCases.Set("equal scores"), FixtureCases.Set("empty"), FixtureCases.Set("all right"));
        yield return Case("topK", "equal scores, k 2", "classes 0 and 1 come first: 4 of 6", 4 / 6.0, ProbabilityScores.TopK(equal.Probabilities, equal.Labels, 4, 2));
        yield return Case("topK", "empty", "0/0", double.NaN, ProbabilityScores.TopK([], [], 3, 1));
        yield return Case("logLoss", "equal scores", "log 4", Math.Log(4), ProbabilityScores.Mean(equal.Probabilities, equal.Labels, 4, ProbabilityScores.LogLoss));
        yield return Case("logLoss", "probability 0 of the right class", "−log of the least float32", -Math.Log(float.Epsilon), ProbabilityScores.LogLoss([1, 0], 1));
        yield return Case("logLoss", "empty", "0/0", double.NaN, ProbabilityScores.Mean([], [], 3, ProbabilityScores.LogLoss));
        yield return Case("brier", "equal scores", "(3/4)² + 3·(1/4)²", 0.75, ProbabilityScores.Mean(equal.Probabilities, equal.Labels, 4, ProbabilityScores.Brier));
        yield return Case("brier", "sure and wrong", "1 + 1", 2, ProbabilityScores.Brier([1, 0], 1));
        // Class 0 is predicted of all, with confidence 1/4, and right once in six.
        yield return Case("ece", "equal scores", "1/4 − 1/6", 1 / 12.0, ReliabilityDiagram.Of(equal.Probabilities, equal.Labels, 4).ExpectedError);
        yield return Case("ece", "empty", "0/0", double.NaN, ReliabilityDiagram.Of(empty.Probabilities, empty.Labels, 3).ExpectedError);
        yield return Case("ece", "right at 0.75, wrong at 0.75", "3/4 − 1/2", 0.25, new ReliabilityDiagram([0.75, 0.75], [true, false]).ExpectedError, degenerate: false);
        float[] logits = [.. right.Probabilities!.Select(p => (float)Math.Log(p))];
        yield return Case("temperature", "all right", "the coldest allowed", TemperatureScaling.Coldest, TemperatureScaling.Fit(logits, right.Labels, 3).Temperature);
        yield return Case("temperature", "equal scores", "no temperature changes anything", 1, TemperatureScaling.Fit(new float[8], [0, 1], 4).Temperature);
        // 3 of 4 right by a margin of 1: the loss is least where 1/(1 + e^−β) = 3/4, so T = 1/log 3.
        yield return Case("temperature", "3 of 4 right by a logit of 1", "1/log 3", 1 / Math.Log(3), TemperatureScaling.Fit([1, 0, 1, 0, 1, 0, 1, 0], [0, 0, 0, 1], 2).Temperature, degenerate: false);
        yield return Case("temperatureLoss", "equal scores", "log 4", Math.Log(4), TemperatureScaling.Fit(new float[8], [0, 1], 4).After);
    }

    private static IEnumerable<MetricCase> Labels()
    {
        // Label 1 is on no sample: it has no precision and does not count.
        var ranks = OneVersusRest.Of(new float[] { 0.9f, 0.5f, 0.8f, 0.5f }, (ReadOnlySpan<bool>)[true, false, false, false], 2);
        yield return Case("labelMap", "a label absent", "the other's, 1", 1, ranks.MeanAveragePrecision(Averaging.Macro));
        yield return Case("labelAuroc", "a label absent", "the other's, 1", 1, ranks.AreaUnderRoc(Averaging.Macro));
        yield return Case("labelF1", "no label, none said", "0/0", double.NaN, ClassTotals.Average(Averaging.Macro, ClassTotals.OfLabels([false, false], [false, false], 2), c => c.F()));
    }

    private static IEnumerable<MetricCase> Boxes()
    {
        var box = new DetectionBox(0, 0, 10, 10);
        yield return Case("boxIou", "itself", "1", 1, box.IntersectionOverUnion(box), degenerate: false);
        yield return Case("boxIou", "shifted by half", "50/150", 1 / 3.0, box.IntersectionOverUnion(new DetectionBox(5, 0, 10, 10)), degenerate: false);
        yield return Case("boxIou", "touching", "0/200", 0, box.IntersectionOverUnion(new DetectionBox(10, 0, 10, 10)));
        yield return Case("boxIou", "without area", "0", 0, new DetectionBox(1, 1, 0, 0).IntersectionOverUnion(new DetectionBox(1, 1, 0, 0)));
        yield return Case("boxIou", "in a crowd region", "50/100 of the box", 0.5, box.Inside(new DetectionBox(5, -50, 200, 200)));
    }

    private static IEnumerable<MetricCase> Detections()
    {
        DetectionBox a = new(0, 0, 10, 10), b = new(20, 0, 10, 10), far = new(50, 50, 10, 10);
        CocoEvaluation Of(TruthBox[] truth, params (DetectionBox Box, double Score)[] found)
            => CocoEvaluation.Of(new DetectionTruth(["1"], ["cat"], truth), [.. found.Select(f => new DetectedBox(0, 0, f.Box, f.Score))]);
        TruthBox Object(DetectionBox box, bool crowd = false, bool ignored = false) => new(0, 0, box, box.Area, crowd, ignored);
        // Precision 1 to recall 0.5 (51 levels), then 2/3 (50).
        var hitMissHit = Of([Object(a), Object(b)], (a, 0.9), (far, 0.8), (b, 0.7));
        yield return Case("cocoAp", "hit, miss, hit of 2", "(51 + 50·2/3)/101", (51 + 50 * 2 / 3.0) / 101, hitMissHit.AveragePrecision(), degenerate: false);
        yield return Case("cocoAr", "hit, miss, hit of 2; 1 detection", "1/2", 0.5, hitMissHit.AverageRecall(most: 0), degenerate: false);
        yield return Case("cocoAr", "hit, miss, hit of 2; 100", "2/2", 1, hitMissHit.AverageRecall(), degenerate: false);
        yield return Case("cocoAp", "IoU 0.6", "found at 0.50, 0.55, 0.60", 0.3, Of([Object(a)], (new DetectionBox(0, 0, 10, 6), 1)).AveragePrecision(), degenerate: false);
        yield return Case("cocoAp", "found twice", "the second is false, after recall 1", 1, Of([Object(a)], (a, 0.9), (a, 0.8)).AveragePrecision(), degenerate: false);
        yield return Case("cocoAp", "three in a crowd before a hit", "a crowd's do not count", 1, Of([Object(a), Object(new DetectionBox(40, 40, 60, 60), crowd: true)], (far, 0.9), (far, 0.9), (far, 0.9), (a, 0.5)).AveragePrecision(), degenerate: false);
        yield return Case("cocoAp", "two on an ignored, then a hit", "the first is ignored, the second false", 0.5, Of([Object(a), Object(b, ignored: true)], (b, 0.9), (b, 0.8), (a, 0.5)).AveragePrecision(), degenerate: false);
        yield return Case("cocoAp", "small object, medium range", "no object", double.NaN, Of([Object(a)], (a, 1)).AveragePrecision(area: 2));
        yield return Case("cocoAp", "nothing found", "0 of 1", 0, Of([Object(a)]).AveragePrecision());
        yield return Case("cocoAp", "nothing there", "no object", double.NaN, Of([], (a, 1)).AveragePrecision());
        yield return Case("cocoAr", "nothing there", "no object", double.NaN, Of([], (a, 1)).AverageRecall());
        // All scores equal: the file's order decides, so a miss first gives precision 1/2.
        yield return Case("cocoAp", "equal scores, miss first", "1/2", 0.5, Of([Object(a)], (far, 0.5), (a, 0.5)).AveragePrecision());
    }

    private static IEnumerable<MetricCase> Masks()
    {
        // Truth 0 0 1 1, predicted 0 1 1 1: IoU 1/2 and 2/3, Dice 2/3 and 4/5.
        var two = MaskCounts.Of([0, 0, 1, 1], [0, 1, 1, 1]);
        var ignored = MaskCounts.Of([0, 0, 1, 255], [0, 255, 1, 1], 255);
        var empty = MaskCounts.Of([255, 255], [0, 1], 255);
        yield return Case("meanIou", "four pixels", "(1/2 + 2/3)/2", 7 / 12.0, two.MeanIou, degenerate: false);
        yield return Case("meanDice", "four pixels", "(2/3 + 4/5)/2", 11 / 15.0, two.MeanDice, degenerate: false);
        yield return Case("maskIou", "four pixels, class 1", "2/3", 2 / 3.0, two.Classes[1].Iou, degenerate: false);
        yield return Case("maskDice", "four pixels, class 1", "4/5", 4 / 5.0, two.Classes[1].Dice, degenerate: false);
        yield return Case("pixelAccuracy", "four pixels", "3/4", 0.75, two.PixelAccuracy, degenerate: false);
        yield return Case("weightedIou", "four pixels", "(1/2 + 2/3)/2", 7 / 12.0, two.WeightedIou, degenerate: false);
        yield return Case("meanIou", "255 ignored; said, it is no class", "(1/2 + 1)/2", 0.75, ignored.MeanIou);
        yield return Case("meanDice", "255 ignored; said, it is no class", "(2/3 + 1)/2", 5 / 6.0, ignored.MeanDice);
        yield return Case("pixelAccuracy", "255 ignored; said, it is no class", "2/3", 2 / 3.0, ignored.PixelAccuracy);
        yield return Case("weightedIou", "255 ignored; said, it is no class", "(2·1/2 + 1)/3", 2 / 3.0, ignored.WeightedIou);
        yield return Case("meanIou", "all ignored", "no pixel", double.NaN, empty.MeanIou);
        yield return Case("meanDice", "all ignored", "no pixel", double.NaN, empty.MeanDice);
        yield return Case("pixelAccuracy", "all ignored", "0/0", double.NaN, empty.PixelAccuracy);
        yield return Case("weightedIou", "all ignored", "0/0", double.NaN, empty.WeightedIou);
        yield return Case("maskIou", "a class of the prediction alone", "0/1", 0, MaskCounts.Of([0], [1]).Classes[1].Iou);
        yield return Case("maskDice", "a class of the prediction alone", "0/1", 0, MaskCounts.Of([0], [1]).Classes[1].Dice);
    }

    private static IEnumerable<MetricCase> Intervals()
    {
        PredictionSet Said(int[] labels, int[] predicted) => new() { Classes = ["a", "b", "c"], Labels = labels, Predicted = predicted };
        double Most(PredictionSet set) => ClassificationReport.Of(set, new ReportOptions { Bootstrap = new BootstrapOptions { Resamples = 2 } }).MostConfused(1).Sum(pair => pair.Count);
        yield return Case("mostConfused", "a for b twice, b for c once", "2", 2, Most(Said([0, 0, 1, 2], [1, 1, 2, 2])), degenerate: false);
        yield return Case("mostConfused", "nothing wrong", "no pair", 0, Most(Said([0, 1], [0, 1])));
        yield return Case("mostConfused", "empty", "no pair", 0, Most(Said([], [])));
        yield return Case("wilson", "0 of 0", "nothing", double.NaN, Interval.OfShare(0, 0).Low);
        Interval Of(int[] strata, double[] values) => Bootstrap.Run(strata, 1, (times, figures) =>
        {
            double sum = 0;
            for (int i = 0; i < times.Length; i++) sum += times[i] * values[i];
            figures[0] = sum / values.Length;
        }, new BootstrapOptions()).Interval(0);
        yield return Case("bootstrap", "all values equal", "no resample differs", double.NaN, Of([0, 0, 0], [1, 1, 1]).Low);
        yield return Case("bootstrap", "each in a stratum of its own", "no resample differs", double.NaN, Of([0, 1, 2], [1, 2, 3]).Low);
        // Two samples 0 and 1: the mean is 0, 1/2 or 1, the ends a quarter of the time each.
        yield return Case("bootstrap", "0 and 1", "ends at 0", 0, Of([0, 0], [0, 1]).Low, degenerate: false);
        yield return Case("bootstrap", "0 and 1", "ends at 1", 1, Of([0, 0], [0, 1]).High, degenerate: false);
    }
}
