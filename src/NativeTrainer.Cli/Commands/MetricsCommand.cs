using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Detection;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Evaluation.Segmentation;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>metrics</c>: figures of predictions that lie in files, whoever made them.</summary>
internal static class MetricsCommand
{
    private enum Task
    {
        Classification,
        Detection,
        Segmentation,
    }

    public static Command Create()
    {
        var command = new ExampleCommand("metrics", "Measure predictions in files, with intervals; or whether two sets of predictions of the same samples differ by more than chance.",
            "nativetrainer metrics runs/photos-1/predictions.csv",
            "nativetrainer metrics runs/photos-1 runs/photos-2",
            "nativetrainer metrics --predictions other-tool.csv --beta 2 --json",
            "nativetrainer metrics several-labels.csv --threshold 0.3",
            "nativetrainer metrics --task detection --truth instances_val.json --predictions results.json",
            "nativetrainer metrics --task segmentation --truth masks/ --predictions predicted/ --ignore 255");
        var paths = new Argument<string[]>("FILE")
        {
            Description = "Predictions of a classifier: a run folder, its predictions.csv, or a CSV with label and prediction or one column of probabilities a class; with a column labels (cat;dog) samples may have none or several. Two of single labels are compared.",
            Arity = new ArgumentArity(0, 2),
        };
        var task = Options.Choice("--task", "What was predicted. [default: classification]", ("classification", Task.Classification), ("detection", Task.Detection), ("segmentation", Task.Segmentation));
        var predictions = Options.Text("--predictions", "PATH", "The same as FILE; of detection COCO's results JSON (a list with bbox and score); of segmentation a folder of PNG masks, whose pixels are class numbers.");
        var truth = Options.Text("--truth", "PATH", "Of detection COCO's instances JSON; of segmentation a folder of PNG masks of the same names.");
        var ignore = Options.Integer("--ignore", "VALUE", "Of segmentation: pixels of the truth with this value do not count, such as 255. [default: all count]");
        var classes = Options.List("--classes", "NAME,…", "Of segmentation: names of the classes 0, 1 … [default: their numbers]");
        var topK = Options.Integer("--top-k", "K", "Of classification: top-K accuracy too, where there are more classes. [default: 5]");
        var beta = Options.Number("--beta", "B", "Of classification: F-beta too; above 1 recall weighs more. [default: F1 alone]");
        var bins = Options.Integer("--bins", "N", "Of classification: bins of the reliability diagram. [default: 15]");
        var threshold = Options.Number("--threshold", "P", "Of several labels: what a label's probability has to reach to be predicted. [default: 0.5]");
        var curves = Options.Text("--curves", "FOLDER", "Of classification: write roc.csv, precision-recall.csv and reliability.csv there.");
        var resamples = Options.Integer("--resamples", "N", "Of the bootstrap. [default: 2000]");
        var seed = Options.Seed("--seed", "Of the bootstrap; the same seed gives the same intervals. [default: 1]");
        var (threads, json) = (Options.Integer("--threads", "N", "Threads; the result does not depend on them. [default: all processors]"), JsonFlag.Make());
        command.Add(paths);
        foreach (Option option in (Option[])[task, truth, predictions, ignore, classes, topK, beta, bins, threshold, curves, resamples, seed, threads, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var kind = parsed.GetValue(task);
            Only(parsed, kind, Task.Segmentation, ignore, classes);
            Only(parsed, kind, Task.Classification, topK, beta, bins, threshold, curves);
            if (kind == Task.Detection) Only(parsed, kind, Task.Segmentation, resamples, seed);
            var bootstrap = new BootstrapOptions
            {
                Resamples = AtLeast(parsed, resamples, 2, 2000),
                Seed = parsed.Given(seed) ? parsed.GetValue(seed) : 1,
                Threads = AtLeast(parsed, threads, 1, 0),
            };
            string[] files = [.. parsed.GetValue(paths) ?? []];
            if (parsed.GetValue(predictions) is string file) files = [.. files, file];
            bool asJson = parsed.GetValue(json);
            if (kind == Task.Classification)
            {
                if (parsed.Given(truth)) throw new UserException("--truth is for detection and segmentation; a classifier's CSV has the truth in its column 'label'");
                var options = new ReportOptions { Bootstrap = bootstrap, TopK = AtLeast(parsed, topK, 1, 5), Beta = Beta(parsed, beta), Bins = AtLeast(parsed, bins, 1, 15) };
                if (files.Length == 1 && LabelPredictionsCsv.Is(files[0]))
                {
                    foreach (Option option in (Option[])[topK, beta, bins, curves])
                        if (parsed.Given(option)) throw new UserException($"{option.Name} is for single labels; {files[0]} has a column 'labels'");
                    SeveralLabels(output, files[0], Share(parsed, threshold, LabelPredictions.UsualThreshold), bootstrap, asJson);
                    return ExitCode.Done;
                }
                if (parsed.Given(threshold)) throw new UserException("--threshold is for predictions of several labels, in a file with a column 'labels'");
                Classification(output, files, options, parsed.GetValue(curves), asJson);
                return ExitCode.Done;
            }
            string word = kind.ToString().ToLowerInvariant();
            if (files.Length != 1) throw new UserException($"metrics --task {word} takes one --predictions beside --truth, not {files.Length}");
            string from = parsed.GetValue(truth) ?? throw new UserException($"metrics --task {word} needs --truth: {(kind == Task.Detection ? "COCO's instances JSON" : "a folder of PNG masks")}");
            if (kind == Task.Detection) Detection(output, from, files[0], bootstrap.Threads, asJson);
            else Segmentation(output, new SegmentationOptions { Truth = from, Predictions = files[0], Ignored = parsed.Given(ignore) ? parsed.GetValue(ignore) : null, Classes = parsed.Given(classes) ? parsed.GetValue(classes) : null, Bootstrap = bootstrap }, asJson);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Classification(TextWriter output, string[] files, ReportOptions options, string? curves, bool json)
    {
        if (files.Length is < 1 or > 2) throw new UserException(files.Length == 0 ? "metrics needs predictions: a CSV or a run folder; see nativetrainer metrics --help" : "metrics compares two files at most");
        var first = PredictionsCsv.Read(files[0]);
        if (files.Length == 1)
        {
            var report = ClassificationReport.Of(first, options);
            if (curves is not null) CurveTables.Save(curves, files[0], first);
            if (json) JsonResults.WriteTo(output, MetricsJson.Of(files[0], report));
            else MetricsText.Write(output, files[0], report);
            return;
        }
        if (curves is not null) throw new UserException("--curves is for one file of predictions, not for two");
        var (a, b) = PairedPredictions.Join(files[0], first, files[1], PredictionsCsv.Read(files[1]));
        var comparison = PairedComparison.Of(a, b, options.Bootstrap);
        if (json) JsonResults.WriteTo(output, PairedJson.Of(files[0], files[1], comparison));
        else MetricsText.Write(output, files[0], files[1], comparison);
    }

    private static void SeveralLabels(TextWriter output, string file, float threshold, BootstrapOptions bootstrap, bool json)
    {
        var report = LabelReport.Of(LabelPredictionsCsv.Read(file, threshold), bootstrap);
        if (json) JsonResults.WriteTo(output, LabelMetricsJson.Of(file, report));
        else LabelText.Write(output, file, report);
    }

    private static void Detection(TextWriter output, string truthFile, string resultsFile, int threads, bool json)
    {
        var (truth, ids) = CocoFiles.ReadTruth(truthFile);
        var found = CocoFiles.ReadResults(resultsFile, ids);
        var evaluation = CocoEvaluation.Of(truth, found, threads);
        if (json) JsonResults.WriteTo(output, DetectionJson.Of(evaluation, found.Count));
        else DetectionText.Write(output, resultsFile, evaluation, found.Count);
    }

    private static void Segmentation(TextWriter output, SegmentationOptions options, bool json)
    {
        var report = SegmentationReport.Of(options);
        if (json) JsonResults.WriteTo(output, SegmentationJson.Of(report));
        else MetricsText.Write(output, options.Predictions, report);
    }

    private static void Only(ParseResult parsed, Task kind, Task of, params Option[] options)
    {
        foreach (var option in options)
            if (kind != of && parsed.Given(option)) throw new UserException($"{option.Name} is not for --task {kind.ToString().ToLowerInvariant()}");
    }

    private static int AtLeast(ParseResult parsed, Option<int> option, int least, int usual)
    {
        if (!parsed.Given(option)) return usual;
        int value = parsed.GetValue(option);
        return value >= least ? value : throw new UserException($"{option.Name} {value} is out of range; it takes {least} or more");
    }

    private static float Share(ParseResult parsed, Option<float> option, float usual)
    {
        if (!parsed.Given(option)) return usual;
        float value = parsed.GetValue(option);
        return value is >= 0 and <= 1 ? value : throw new UserException(FormattableString.Invariant($"{option.Name} {value} is out of range; it takes 0 to 1"));
    }

    private static double Beta(ParseResult parsed, Option<float> option)
    {
        if (!parsed.Given(option)) return 1;
        float value = parsed.GetValue(option);
        // As it was written: 0.1f as a double is 0.10000000149.
        return value > 0 && float.IsFinite(value) ? (double)(decimal)value : throw new UserException(FormattableString.Invariant($"{option.Name} {value} is out of range; it takes more than 0"));
    }
}
