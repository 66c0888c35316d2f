using NativeTrainer.Evaluation.Detection;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>The twelve figures of COCO, and each category.</summary>
internal static class DetectionText
{
    public const string NoObject = "undefined: there is no such object";

    private const int CategoriesInFull = 100;

    public static IEnumerable<(string Key, string Name, double Value)> Figures(CocoEvaluation evaluation) =>
    [
        ("ap", "AP    IoU 0.50:0.95", evaluation.AveragePrecision()),
        ("ap50", "AP    IoU 0.50", evaluation.AveragePrecision(0)),
        ("ap75", "AP    IoU 0.75", evaluation.AveragePrecision(5)),
        ("apSmall", "AP    small (to 32² pixels)", evaluation.AveragePrecision(area: 1)),
        ("apMedium", "AP    medium (to 96²)", evaluation.AveragePrecision(area: 2)),
        ("apLarge", "AP    large", evaluation.AveragePrecision(area: 3)),
        ("ar1", "AR    1 detection an image", evaluation.AverageRecall(most: 0)),
        ("ar10", "AR    10 detections", evaluation.AverageRecall(most: 1)),
        ("ar100", "AR    100 detections", evaluation.AverageRecall()),
        ("arSmall", "AR    small", evaluation.AverageRecall(area: 1)),
        ("arMedium", "AR    medium", evaluation.AverageRecall(area: 2)),
        ("arLarge", "AR    large", evaluation.AverageRecall(area: 3)),
    ];

    public static void Write(TextWriter output, string file, CocoEvaluation evaluation, int detections)
    {
        var truth = evaluation.Truth;
        output.WriteLine($"{file}: {Plural(detections, "detection")} on {Plural(truth.Images.Count, "image")} with {Plural(truth.Boxes.Count, "object")}");
        foreach (var (_, name, value) in Figures(evaluation))
            output.WriteLine($"  {name.PadRight(28)}{(double.IsNaN(value) ? NoObject : Invariant($"{value:0.000}"))}");
        output.WriteLine();
        var rows = Enumerable.Range(0, truth.Categories.Count).Where(k => evaluation.Objects(k) > 0);
        if (truth.Categories.Count > CategoriesInFull)
        {
            output.WriteLine("the ten categories with the lowest AP:");
            rows = rows.OrderBy(k => evaluation.CategoryPrecision(k)).Take(10);
        }
        int width = Math.Clamp(truth.Categories.Max(name => name.Length), 8, 32);
        output.WriteLine($"  {"category".PadRight(width)}  objects     AP   AP50");
        foreach (int k in rows) output.WriteLine(Invariant($"  {MetricsText.Fit(truth.Categories[k], width)}  {evaluation.Objects(k),7}  {evaluation.CategoryPrecision(k),5:0.000}  {evaluation.CategoryPrecision(k, 0),5:0.000}"));
        int empty = truth.Categories.Count - Enumerable.Range(0, truth.Categories.Count).Count(k => evaluation.Objects(k) > 0);
        if (empty > 0) output.WriteLine($"categories without an object, which are left out of means: {empty}");
    }
}
