using System.Text.Json;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Evaluation.Segmentation;

namespace NativeTrainer.Tests.Evaluation.Metrics;

/// <summary>The cases of Fixtures/metrics.json (see make_fixtures.py beside it), with what we compute.</summary>
internal static class FixtureCases
{
    private static readonly string[] Ordinary = ["five classes", "two classes", "several labels", "200 pixels", "5 against 5", "2 against 11", "30 against 12", "400 against 431", "7 of 10", "930 of 1000"];

    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Evaluation", "Fixtures", "metrics.json"))).RootElement;

    public static IEnumerable<MetricCase> All()
    {
        foreach (var item in Root.GetProperty("cases").EnumerateArray())
        {
            string metric = item.GetProperty("metric").GetString()!, on = item.GetProperty("data").GetString()!;
            var averaging = item.TryGetProperty("averaging", out var word) ? Enum.Parse<Averaging>(word.GetString()!, ignoreCase: true) : Averaging.Macro;
            string shown = word.ValueKind == JsonValueKind.String ? $"{on}, {word.GetString()}{Beta(item)}" : on;
            yield return new MetricCase(metric, shown, item.GetProperty("source").GetString()!, Numbers(item.GetProperty("expected")), Ours(metric, on, averaging, item), !Ordinary.Contains(on));
        }
    }

    /// <summary>A data set of the file, with our predictions.</summary>
    public static PredictionSet Set(string name)
    {
        var data = Root.GetProperty("data").GetProperty(name);
        int classes = data.GetProperty("classes").GetInt32();
        int[] labels = [.. data.GetProperty("labels").EnumerateArray().Select(v => v.GetInt32())];
        float[] probabilities = [.. data.GetProperty("probabilities").EnumerateArray().Select(v => v.GetSingle())];
        var images = labels.Select((label, n) => new PredictedImage($"{n}", label, probabilities[(n * classes)..((n + 1) * classes)])).ToArray();
        return PredictionSet.Of(images, [.. Enumerable.Range(0, classes).Select(c => $"c{c}")]);
    }

    private static double[] Ours(string metric, string on, Averaging averaging, JsonElement item) => metric switch
    {
        "labelMap" or "labelAuroc" or "labelF1" => [OfLabels(metric, averaging)],
        "maskIou" or "maskDice" or "meanIou" or "meanDice" or "pixelAccuracy" or "weightedIou" => OfMasks(metric),
        "mcnemarExact" => [new McNemar(Int(item, "first"), Int(item, "second")).Exact],
        "mcnemarChiSquare" => [new McNemar(Int(item, "first"), Int(item, "second")).ChiSquareP],
        "wilson" when Interval.OfShare(Int(item, "first"), Int(item, "second")) is var interval => [interval.Low, interval.High],
        _ => OfClassifier(metric, Set(on), averaging, item),
    };

    private static double[] OfClassifier(string metric, PredictionSet set, Averaging averaging, JsonElement item)
    {
        int k = set.Classes.Count;
        var totals = ClassTotals.Of(set.Labels, set.Predicted, k);
        var probabilities = set.Probabilities!;
        double[] Each(Func<ClassCounts, double> figure) => [.. Enumerable.Range(0, k).Select(c => figure(totals[c]))];
        OneVersusRest Ranks() => OneVersusRest.Of(probabilities, set.Labels, k);
        TemperatureScaling Scaling() => TemperatureScaling.Fit([.. probabilities.Select(p => (float)Math.Log(p))], set.Labels, k);
        return metric switch
        {
            "accuracy" => [totals.Accuracy],
            "balancedAccuracy" => [totals.BalancedAccuracy],
            "matthews" => [totals.Matthews],
            "kappa" => [totals.Kappa],
            "confusion" => [.. ClassificationReport.Of(set, new ReportOptions { Bootstrap = new BootstrapOptions { Resamples = 2 } }).Confusion().SelectMany(row => row.Select(n => (double)n))],
            "precision" => [totals.Precision(averaging, item.TryGetProperty("zeroDivision", out var value) ? value.GetDouble() : 0)],
            "recall" => [totals.Recall(averaging)],
            "f" => [totals.F(averaging, item.GetProperty("beta").GetDouble())],
            "specificity" => [totals.Specificity(averaging)],
            "classPrecision" => Each(c => c.Precision(0)),
            "classRecall" => Each(c => c.Recall(0)),
            "classF1" => Each(c => c.F(zeroDivision: 0)),
            "classSpecificity" => Each(c => c.Specificity()),
            "topK" => [ProbabilityScores.TopK(probabilities, set.Labels, k, Int(item, "k"))],
            "logLoss" => [ProbabilityScores.Mean(probabilities, set.Labels, k, ProbabilityScores.LogLoss)],
            "brier" => [ProbabilityScores.Mean(probabilities, set.Labels, k, ProbabilityScores.Brier)],
            "ece" => [ReliabilityDiagram.Of(probabilities, set.Labels, k, Int(item, "bins")).ExpectedError],
            "map" => [Ranks().MeanAveragePrecision(averaging)],
            "auroc" => [Ranks().AreaUnderRoc(averaging)],
            "rocCurve" when Ranks().Ranking(0).Roc() is var roc => [.. roc.Select(p => p.FalsePositiveRate), .. roc.Select(p => p.TruePositiveRate)],
            "precisionRecallCurve" when Ranks().Ranking(0).PrecisionRecall() is var curve => [.. curve.Select(p => p.Recall), .. curve.Select(p => p.Precision)],
            "temperature" => [Scaling().Temperature],
            "temperatureLoss" => [Scaling().After],
            _ => throw new ArgumentException($"the fixtures have a metric '{metric}' that no test computes"),
        };
    }

    private static double OfLabels(string metric, Averaging averaging)
    {
        var data = Root.GetProperty("severalLabels");
        int labels = data.GetProperty("classes").GetInt32();
        bool[] targets = [.. data.GetProperty("targets").EnumerateArray().Select(v => v.GetBoolean())];
        float[] scores = [.. data.GetProperty("scores").EnumerateArray().Select(v => v.GetSingle())];
        return metric switch
        {
            "labelMap" => OneVersusRest.Of(scores, targets, labels).MeanAveragePrecision(averaging),
            "labelAuroc" => OneVersusRest.Of(scores, targets, labels).AreaUnderRoc(averaging),
            _ => ClassTotals.Average(averaging, ClassTotals.OfLabels(targets, [.. scores.Select(s => s >= 0.5f)], labels), counts => counts.F(zeroDivision: 0)),
        };
    }

    private static double[] OfMasks(string metric)
    {
        var data = Root.GetProperty("pixels");
        ushort[] Pixels(string name) => [.. data.GetProperty(name).EnumerateArray().Select(v => v.GetUInt16())];
        // A fifth class that neither has.
        var counts = new MaskCounts([.. MaskCounts.Of(Pixels("truth"), Pixels("predicted")).Classes, default]);
        return metric switch
        {
            "maskIou" => [.. counts.Classes.Select(c => c.Iou)],
            "maskDice" => [.. counts.Classes.Select(c => c.Dice)],
            "meanIou" => [counts.MeanIou],
            "meanDice" => [counts.MeanDice],
            "pixelAccuracy" => [counts.PixelAccuracy],
            _ => [counts.WeightedIou],
        };
    }

    private static string Beta(JsonElement item) => item.TryGetProperty("beta", out var beta) ? FormattableString.Invariant($", β {beta.GetDouble()}") : "";

    private static int Int(JsonElement item, string name) => item.GetProperty(name).GetInt32();

    private static double[] Numbers(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().SelectMany(Numbers)] : [value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble()];
}
