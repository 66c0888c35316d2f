using System.Globalization;
using System.Text;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Imaging;
using NativeTrainer.Models;
using NativeTrainer.Training;
using NativeTrainer.Weights;

namespace NativeTrainer.Reports;

/// <summary>
/// A run's model card, <c>README.md</c>: Markdown with Hugging Face's front matter (huggingface.co/docs/hub/model-cards), the licence of the start weights carried along, figures with intervals,
/// and what is known of the limits (Mitchell et al., "Model cards for model reporting", 2019).
/// </summary>
public static class ModelCard
{
    public const string FileName = "README.md";

    // Identifiers of the hub's licence list that weights come with; the hub takes others as "other" with their name.
    private static readonly string[] HubLicenses = ["apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "gpl-3.0", "agpl-3.0", "lgpl-3.0", "mpl-2.0", "unlicense"];

    /// <summary>Writes README.md into a run's folder.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="UserException">The folder holds no run or no weights, has a README.md that this did not write, or cannot be written.</exception>
    public static string Write(string folder, int threads = 0)
    {
        var run = RunRecord.Read(folder);
        string path = run.In(FileName);
        if (File.Exists(path) && !File.ReadAllText(path).Contains(Mark, StringComparison.Ordinal)) throw new UserException($"{path}: was not written by this command; move it away first");
        RunFolderFile.Replace(path, Encoding.UTF8.GetBytes(Text(run, threads)));
        return path;
    }

    private const string Mark = "library_name: nativetrainer";

    internal static string Text(RunRecord run, int threads)
    {
        if (run.Weights is null) throw new UserException($"{run.Folder}: has no {RunRecord.BestWeights}, and a model card is of weights");
        var weights = ModelFile.Load(run.Weights);
        var report = run.Predictions is { Count: > 0 } set ? ClassificationReport.Of(set, new ReportOptions { Bootstrap = new BootstrapOptions { Threads = Math.Max(0, threads) } }) : null;
        var text = new StringBuilder();
        FrontMatter(text, run, weights, report);
        var verdict = RunVerdict.Of(run, report);
        text.Append(CultureInfo.InvariantCulture, $"# {run.Name}\n\n{Network(weights.Spec)} for {Amount.Of(weights.Spec.Head.Classes)} classes, fine-tuned with NativeTrainer. {verdict.Result} {string.Join(" ", verdict.Baselines)}\n");
        if (run.Best is { Allowed.Count: > 0 } marked) text.Append(CultureInfo.InvariantCulture, $"\n> **These figures are better than the truth.** The audit refused the data and was told to let it pass: {string.Join(", ", marked.Allowed)}.\n");
        Use(text, run, weights);
        Data(text, run, weights);
        Training(text, run, weights);
        Evaluation(text, report);
        Limits(text, run, verdict);
        return text.ToString();
    }

    private static void FrontMatter(StringBuilder text, RunRecord run, ModelWeights weights, ClassificationReport? report)
    {
        string license = weights.License?.Trim() ?? "", id = license.ToLowerInvariant();
        text.Append("---\n");
        if (license.Length == 0) text.Append("license: unknown\n");
        else if (HubLicenses.Contains(id)) text.Append(CultureInfo.InvariantCulture, $"license: {id}\n");
        else text.Append(CultureInfo.InvariantCulture, $"license: other\nlicense_name: {Quoted(license)}\n");
        text.Append(CultureInfo.InvariantCulture, $"{Mark}\npipeline_tag: image-classification\ntags:\n- image-classification\n- resnet\n- fine-tuned\n");
        if (report is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"metrics:\n- accuracy\n- f1\nmodel-index:\n- name: {Quoted(run.Name)}\n  results:\n  - task:\n      type: image-classification\n      name: Image classification\n");
            text.Append(CultureInfo.InvariantCulture, $"    dataset:\n      name: {Quoted(DataName(run))}\n      type: image-folder\n      split: validation\n    metrics:\n");
            foreach (var (key, type, name) in ((string, string, string)[])[("accuracy", "accuracy", "Accuracy"), ("macroF1", "f1", "F1, macro"), ("balancedAccuracy", "balanced_accuracy", "Balanced accuracy")])
                text.Append(CultureInfo.InvariantCulture, $"    - type: {type}\n      name: {name}\n      value: {report[key].Value:0.####}\n");
        }
        text.Append("---\n\n");
    }

    private static void Use(StringBuilder text, RunRecord run, ModelWeights weights)
    {
        var preprocessing = weights.Spec.Preprocessing;
        int shortSide = (int)Math.Round(preprocessing.Size / preprocessing.CropRatio);
        text.Append(CultureInfo.InvariantCulture, $"\n## How to use\n\n    nativetrainer predict --weights {RunRecord.BestWeights} PHOTO…\n\n");
        text.Append(CultureInfo.InvariantCulture, $"The weights are safetensors with torchvision's names. Pictures: short side to {shortSide} pixels ({preprocessing.Interpolation}), the middle {preprocessing.Size}×{preprocessing.Size}, ");
        text.Append(CultureInfo.InvariantCulture, $"scaled to 0…1, less mean ({string.Join(", ", preprocessing.Mean)}), over standard deviation ({string.Join(", ", preprocessing.Std)}).");
        if (weights.Notes.ContainsKey(NativeTrainer.Evaluation.Metrics.TemperatureScaling.Key)) text.Append(CultureInfo.InvariantCulture, $" Logits are divided by a temperature of {NativeTrainer.Evaluation.Metrics.TemperatureScaling.Of(weights):0.###} before the softmax.");
        text.Append(CultureInfo.InvariantCulture, $"\n\nClasses: {string.Join(", ", weights.Labels ?? [])}.\n");
    }

    private static void Data(StringBuilder text, RunRecord run, ModelWeights weights)
    {
        text.Append("\n## Data\n\n");
        if (run.Audit is { } audit)
        {
            text.Append(CultureInfo.InvariantCulture, $"`{DataName(run)}`: {Amount.Of(audit.Images.Train)} pictures to train on, {Amount.Of(audit.Images.Val)} to validate{(audit.Images.ValidationMade ? " (taken by seed)" : "")}. Content {audit.ContentFingerprint[..16]}.\n\n");
            text.Append("| class | train | validation |\n|---|---|---|\n");
            foreach (var c in audit.Classes.Take(60)) text.Append(CultureInfo.InvariantCulture, $"| {Cell(c.Name)} | {c.Train} | {c.Val} |\n");
            if (audit.Classes.Count > 60) text.Append(CultureInfo.InvariantCulture, $"| {audit.Classes.Count - 60} more | | |\n");
            text.Append(CultureInfo.InvariantCulture, $"\nAudit: {audit.Verdict}\n");
        }
        else text.Append(CultureInfo.InvariantCulture, $"`{DataName(run)}`; no audit of it was kept.\n");
    }

    private static void Training(StringBuilder text, RunRecord run, ModelWeights weights)
    {
        text.Append("\n## Training\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Start weights: {(run.Options?.Weights is { } start ? $"`{Path.GetFileName(start)}`" : "random")}{(weights.Source is { } source ? $", from {source}" : "")}. Their licence: {weights.License ?? "not stated; find out before you publish"}.\n\n");
        if (run.Options is { } options)
        {
            text.Append("| option | value |\n|---|---|\n");
            foreach (var option in OptionValues.Of(options).Where(o => !o.IsDefault && o.Name is not ("data" or "weights" or "fix"))) text.Append(CultureInfo.InvariantCulture, $"| {option.Name} | {Cell(option.Value)} |\n");
            text.Append(CultureInfo.InvariantCulture, $"\nThe rest is as by default; `nativetrainer train --config {TrainOptionsFile.Name}` repeats it.");
        }
        if (run.Epochs.Count > 0) text.Append(CultureInfo.InvariantCulture, $" {Amount.Of(run.Epochs.Count, "epoch", "epochs")} in {Sections.CurvesSection.Duration(run.Seconds)}{(run.Environment is { } machine ? $" on {machine.Device}" : "")}; the best was epoch {run.Best?.Epoch}.");
        text.Append('\n');
    }

    private static void Evaluation(StringBuilder text, ClassificationReport? report)
    {
        text.Append("\n## Evaluation\n\n");
        if (report is null)
        {
            text.Append("No predictions were kept.\n");
            return;
        }
        text.Append(CultureInfo.InvariantCulture, $"On {Amount.Of(report.Set.Count)} validation pictures, which also chose the best epoch; 95 % intervals over sets of pictures of the same kind.\n\n| figure | value | 95 % interval |\n|---|---|---|\n");
        foreach (var figure in report.Figures.Where(f => !double.IsNaN(f.Value) && f.Key is "accuracy" or "top5" or "balancedAccuracy" or "macroF1" or "macroAuroc" or "logLoss" or "ece"))
            text.Append(CultureInfo.InvariantCulture, $"| {figure.Name} | {figure.Value:0.000} | {Range(figure.Interval)} |\n");
        text.Append("\n| class | pictures | precision | recall | F1 |\n|---|---|---|---|---|\n");
        foreach (var c in report.PerClass.Take(60))
            text.Append(CultureInfo.InvariantCulture, $"| {Cell(c.Name)} | {c.Count} | {Value(c.Precision)} ({Range(c.PrecisionInterval)}) | {Value(c.Recall)} ({Range(c.RecallInterval)}) | {Value(c.F1)} ({Range(c.F1Interval)}) |\n");
        var confused = report.MostConfused(5);
        if (confused.Count > 0) text.Append(CultureInfo.InvariantCulture, $"\nMost confused: {string.Join("; ", confused.Select(pair => $"{pair.Truth} taken for {pair.Predicted} {pair.Count}×"))}.\n");
    }

    private static void Limits(StringBuilder text, RunRecord run, RunVerdict verdict)
    {
        text.Append("\n## Limits\n\n");
        foreach (var limit in verdict.Limits) text.Append(CultureInfo.InvariantCulture, $"- {limit.Says}\n");
        foreach (var finding in run.Audit?.Findings.Where(f => f.Severity >= Advice.Findings.Severity.Advice) ?? []) text.Append(CultureInfo.InvariantCulture, $"- {finding.Code}, {finding.Title}: {finding.Summary}\n");
        text.Append("- It names one of its classes for any picture, also where none of them is there.\n- It was measured on pictures like those it learned from; on other cameras, places and times it will be right less often.\n");
    }

    private static string Network(ResNetSpec spec) => $"A ResNet (`{spec.Name}`, {(spec.Block == BlockKind.Basic ? "basic" : "bottleneck")} blocks {string.Join('-', spec.Depths)})";

    private static string DataName(RunRecord run) => run.Options?.Data is { Length: > 0 } data ? Path.GetFileName(Path.TrimEndingDirectorySeparator(data)) : "unknown";

    private static string Value(double value) => double.IsNaN(value) ? "–" : Amount.Number(value, "0.000");

    private static string Range(Interval interval) => interval.IsDefined ? $"{Amount.Number(interval.Low, "0.000")} to {Amount.Number(interval.High, "0.000")}" : "–";

    /// <summary>A YAML string, which JSON's are.</summary>
    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"").ReplaceLineEndings(" ")}\"";

    private static string Cell(string text) => text.Replace("|", "\\|").ReplaceLineEndings(" ");
}
