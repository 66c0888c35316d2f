using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Drawing;
using NativeTrainer.Cli.Output;
using NativeTrainer.Evaluation;
using NativeTrainer.Evaluation.Intervals;
using NativeTrainer.Evaluation.MultiLabel;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>evaluate</c>: figures of a network on labelled images.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("evaluate", "Measure a network on labelled images.",
            "nativetrainer evaluate --weights runs/photos-1/best.safetensors --data photos/val",
            "nativetrainer evaluate --weights best.safetensors --data photos --split test --out report",
            "nativetrainer evaluate --weights best.safetensors --data test.csv --json",
            "nativetrainer evaluate --weights best.safetensors --data photos --split test --tta flip",
            "nativetrainer evaluate --weights best.safetensors --data annotations.xml --crop-boxes 0.1",
            "nativetrainer evaluate --weights best.safetensors --data photos --split val --fit-temperature");
        var weights = NetworkFlags.Weights();
        var data = Options.Text("--data", "PATH", "A split's folder with one folder per class, a CSV with path,label, a data root, or annotations as for train.", "-d");
        data.Required = true;
        var split = Options.Choice("--split", "The part of a data root. [default: val, else test]", ("train", SplitName.Train), ("val", SplitName.Val), ("test", SplitName.Test));
        var cropBoxes = DataFlags.CropBoxes();
        var limit = Options.Integer("--limit", "N", "Only N images, spread evenly over the set. [default: all]");
        var folder = Options.Text("--out", "FOLDER", "Write per-class.csv, confusion.csv, predictions.csv and confusion.png there.", "-o");
        var temperature = Options.Switch("--fit-temperature", "Fit a temperature to these images, which should be of validation, and keep it in the weights: probabilities then say how often the network is right.");
        var (size, batch, tta, threads, device, precision, json) = (NetworkFlags.Size(), NetworkFlags.Batch(), NetworkFlags.Augmentation(), MachineFlags.Threads(), MachineFlags.Device(), MachineFlags.Precision(), JsonFlag.Make());
        foreach (Option option in (Option[])[weights, data, split, cropBoxes, limit, folder, temperature, size, batch, tta, threads, device, precision, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var result = Evaluator.Evaluate(new EvaluateOptions
            {
                Weights = parsed.GetValue(weights)!,
                Data = parsed.GetValue(data)!,
                Split = parsed.Given(split) ? parsed.GetValue(split) : null,
                CropBoxes = DataFlags.Margin(parsed, cropBoxes),
                Limit = parsed.GetValue(limit),
                FitTemperature = parsed.GetValue(temperature),
                Size = parsed.GetValue(size),
                Batch = parsed.GetValue(batch),
                Threads = parsed.GetValue(threads),
                Device = parsed.GetValue(device)!,
                Precision = parsed.GetValue(precision),
                Augmentation = parsed.GetValue(tta),
            });
            if (parsed.GetValue(folder) is string to) Save(to, result);
            if (result.Labels is { } labels)
            {
                if (!parsed.GetValue(json)) RunReport.Write(output, result);
                else JsonResults.WriteTo(output, LabelMetricsJson.Of(parsed.GetValue(data)!, LabelReport.Of(labels, new BootstrapOptions { Threads = Math.Max(0, parsed.GetValue(threads)) })));
                return ExitCode.Done;
            }
            var report = ClassificationReport.Of(PredictionSet.Of(result.Images, result.Classes), new ReportOptions { Bootstrap = new BootstrapOptions { Threads = Math.Max(0, parsed.GetValue(threads)) } });
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, EvaluateJson.Of(result, report));
            else RunReport.Write(output, result, report);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Save(string folder, EvaluationResult result)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "per-class.csv"), EvaluationTables.PerClass(result.Metrics));
        File.WriteAllText(Path.Combine(folder, "predictions.csv"), EvaluationTables.Predictions(result.Images, result.Classes, result.Labels?.Thresholds));
        if (result.Labels is not null) return;
        File.WriteAllText(Path.Combine(folder, "confusion.csv"), EvaluationTables.Confusion(result.Metrics));
        ConfusionPicture.Save(Path.Combine(folder, RunPlots.Confusion), result.Metrics);
    }
}
