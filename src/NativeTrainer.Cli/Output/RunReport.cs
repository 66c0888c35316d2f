using NativeTrainer.Advice.Audit.Checks;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Training;
using NativeTrainer.Training.FewShot;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Output;

/// <summary>Results for people, on stdout.</summary>
internal static class RunReport
{
    private const int ConfusedPairs = 3, ClassesInFull = 40;

    /// <summary>The file with the best epoch's weights, or null where none was finished.</summary>
    public static string? BestWeights(TrainResult result) => result.BestEpoch < 1 ? null : Path.Combine(result.RunFolder, "best.safetensors");

    /// <param name="page">report.html, where one was written.</param>
    public static void Write(TextWriter output, TrainResult result, string? page = null)
    {
        string? weights = BestWeights(result);
        if (weights is not null) Write(output, result.FewShot is null ? $"best epoch {result.BestEpoch}" : "few-shot head", result.Best, result.Findings);
        if (result.FewShot is { } choice) Write(output, choice);
        if (result.Audit.Marks.Count > 0) output.WriteLine($"ALLOWED     {string.Join(", ", result.Audit.Marks)}: these figures are better than the truth; nativetrainer explain {result.Audit.Marks[0].Split(' ')[0]}");
        Unusable(output, result.Unusable);
        output.WriteLine(Invariant($"{"speed",-12}{result.ImagesPerSecond:0.0} images/s; {Time(TimeSpan.FromSeconds(result.Seconds))} in all; {Bytes(result.PeakMemoryBytes)} of memory"));
        output.WriteLine($"{"run folder",-12}{result.RunFolder}");
        if (page is not null) output.WriteLine($"{"report",-12}{page}");
        if (weights is null) return;
        output.WriteLine($"{"weights",-12}{weights}");
        output.WriteLine($"{"next",-12}nativetrainer predict --weights {Shell(weights)} PHOTO…");
    }

    /// <param name="report">Adds all figures with their intervals.</param>
    public static void Write(TextWriter output, EvaluationResult result, ClassificationReport? report = null)
    {
        if (result.Labels is not null)
        {
            LabelText.Write(output, $"all images", LabelReport.Of(result.Labels, new BootstrapOptions()));
            output.WriteLine();
            Unusable(output, result.Unusable);
            output.WriteLine(Invariant($"{"speed",-12}{result.ImagesPerSecond:0.0} images/s"));
            return;
        }
        Write(output, "all images", result.Metrics, BaselineCheck.Of(result.Metrics) is { } poor ? [poor] : []);
        if (report is not null)
        {
            MetricsText.Write(output, report.Figures);
            output.WriteLine();
        }
        Unusable(output, result.Unusable);
        if (result.Fitted is { } fitted) output.WriteLine(Invariant($"{"temperature",-12}{fitted.Temperature:0.000}, kept in the weights: log loss {fitted.Before:0.000} without it, {fitted.After:0.000} with it"));
        else if (result.Temperature != 1) output.WriteLine(Invariant($"{"temperature",-12}{result.Temperature:0.000}, of the weights"));
        output.WriteLine(Invariant($"{"speed",-12}{result.ImagesPerSecond:0.0} images/s"));
    }

    private static void Write(TextWriter output, FewShotChoice choice)
    {
        if (choice.LeftOut == 0)
        {
            output.WriteLine($"{"head",-12}{choice}");
            return;
        }
        output.WriteLine($"  {"leave-one-out",-34}accuracy  log loss");
        foreach (var score in choice.Tried)
        {
            string name = $"{FewShotChoice.Name(score.Kind)}{(score.Setting.Length > 0 ? $", {score.Setting}" : "")}";
            output.WriteLine(Invariant($"  {name,-34}{score.Accuracy,8:0.000}{score.LogLoss,10:0.000}{(score == choice.Chosen ? "  taken" : "")}"));
        }
        output.WriteLine();
    }

    private static void Write(TextWriter output, string what, ClassificationMetrics metrics, IReadOnlyList<Finding> findings)
    {
        output.WriteLine(Invariant($"{what} ({Plural(metrics.Count, "image")})"));
        if (metrics.Labels is { } labels)
        {
            output.WriteLine(Invariant($"  mAP {labels.MeanAveragePrecision:0.000}  macro F1 {metrics.MacroF1:0.000}  micro F1 {labels.MicroF1:0.000}  right in every label {metrics.Accuracy:0.000}  loss {metrics.Loss:0.000}"));
            output.WriteLine(Invariant($"  baseline: always {labels.Baseline.Class}: right in every label {labels.Baseline.Accuracy:0.000}, macro F1 {labels.Baseline.MacroF1:0.000}"));
            output.WriteLine("  F1 at thresholds that are tuned on these images and kept with the weights: on others expect a little less");
            output.WriteLine();
            if (metrics.PerClass.Count <= ClassesInFull) PerClass(output, metrics.PerClass);
            else Weakest(output, metrics);
            output.WriteLine();
            return;
        }
        string top5 = metrics.PerClass.Count > 5 ? Invariant($"  top-5 {metrics.Top5:0.000}") : "";
        output.WriteLine(Invariant($"  accuracy {metrics.Accuracy:0.000}{top5}  loss {metrics.Loss:0.000}  balanced accuracy {metrics.BalancedAccuracy:0.000}  macro F1 {metrics.MacroF1:0.000}"));
        var baseline = metrics.Baseline;
        output.WriteLine(Invariant($"  baseline {baseline.Accuracy:0.000} (always '{baseline.Class}'): balanced accuracy {baseline.BalancedAccuracy:0.000}, macro F1 {baseline.MacroF1:0.000}"));
        foreach (var finding in findings) output.WriteLine($"  {AuditText.Word(finding)}: {finding.Kind}: {finding.Summary} {finding.Advice}");
        output.WriteLine();
        if (metrics.PerClass.Count <= ClassesInFull) PerClass(output, metrics.PerClass);
        else Weakest(output, metrics);
        var confused = metrics.MostConfused(ConfusedPairs);
        if (confused.Count > 0) output.WriteLine($"most confused: {string.Join("; ", confused.Select(pair => $"{pair.Truth} taken for {pair.Predicted} {pair.Count}×"))}");
        output.WriteLine();
    }

    private static void Weakest(TextWriter output, ClassificationMetrics metrics)
    {
        output.WriteLine("the ten classes with the lowest F1:");
        PerClass(output, [.. metrics.PerClass.Where(c => c.Count > 0).OrderBy(c => c.F1).Take(10)]);
    }

    private static void PerClass(TextWriter output, IReadOnlyList<ClassFigures> classes)
    {
        int width = Math.Clamp(classes.Max(c => c.Name.Length), 5, 32);
        output.WriteLine($"  {"class".PadRight(width)}  images  precision  recall     F1");
        foreach (var c in classes)
        {
            string name = c.Name.Length > width ? $"{c.Name[..(width - 1)]}…" : c.Name.PadRight(width);
            string recall = double.IsNaN(c.Recall) ? "–" : Invariant($"{c.Recall:0.000}");
            output.WriteLine(Invariant($"  {name}  {c.Count,6}  {c.Precision,9:0.000}  {recall,6}  {c.F1,5:0.000}"));
        }
    }

    private static void Unusable(TextWriter output, IReadOnlyList<string> files)
    {
        if (files.Count == 0) return;
        output.WriteLine($"{Plural(files.Count, "file")} left out:");
        foreach (string file in files) output.WriteLine($"  {file}");
        output.WriteLine();
    }
}
