using System.CommandLine;
using System.Diagnostics;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Demo;
using NativeTrainer.Cli.Drawing;
using NativeTrainer.Cli.Output;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;
using NativeTrainer.Training;
using static NativeTrainer.Cli.Output.Units;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>demo</c>: the whole way on drawn pictures, with nothing to download.</summary>
internal static class DemoCommand
{
    private const int Size = 64, ShownImages = 24, Columns = 6;

    public static Command Create()
    {
        var command = new ExampleCommand("demo", "See it work in about a minute: draws pictures, fine-tunes a small network on them, evaluates.", "nativetrainer demo", "nativetrainer demo --out /tmp/demo");
        var folder = Options.Text("--out", "FOLDER", "Where pictures and runs go; a demo in it is replaced. [default: demo]", "-o");
        var (threads, json) = (MachineFlags.Threads(), JsonFlag.Make());
        command.Add(folder);
        command.Add(threads);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return Run(parsed.GetValue(folder) ?? "demo", parsed.GetValue(threads), parsed.GetValue(json), output, log);
        });
        return command;
    }

    private static int Run(string folder, int threads, bool json, TextWriter output, TextWriter log)
    {
        var watch = Stopwatch.StartNew();
        DemoFolder.Prepare(folder);
        string known = Path.Combine(folder, "pictures-known"), wanted = Path.Combine(folder, "pictures"), start = Path.Combine(folder, "start.safetensors");
        log.WriteLine("The pictures are drawn by this program; they are no photographs, and the accuracy says nothing about yours.");
        var source = new DrawnDataset(DrawnObjects.Source, TrainPerClass: 120, ValidationPerClass: 20);
        var target = new DrawnDataset(DrawnObjects.Target, TrainPerClass: 40, ValidationPerClass: 20, Seed: 2);
        source.Save(known);
        target.Save(wanted);
        SmallNetwork.Save(start, source.Objects.Count, Size);

        log.WriteLine();
        log.WriteLine($"1. A small network learns {Names(source)} from random weights: what a downloaded, pretrained network has done already.");
        var pretrained = TrainCommand.Train(new TrainOptions
        {
            Data = known,
            Weights = start,
            Out = Path.Combine(folder, "pretrained"),
            Strategy = TrainingStrategy.Full,
            Epochs = 10,
            LearningRate = 0.05f,
            LearningRateFor = new Dictionary<string, float> { ["fc"] = 0.05f },
            WarmupEpochs = 1,
            Threads = threads,
        }, log);
        if (pretrained.Interrupted) return ExitCode.Interrupted;

        log.WriteLine();
        log.WriteLine($"2. It is fine-tuned to tell {Names(target)} apart, from {Plural(target.TrainPerClass, "picture")} of each: the head first, then all layers.");
        var tuned = TrainCommand.Train(new TrainOptions
        {
            Data = wanted,
            Weights = RunReport.BestWeights(pretrained),
            Out = Path.Combine(folder, "run"),
            Strategy = TrainingStrategy.TwoStage,
            Epochs = 12,
            LearningRate = 0.02f,
            Threads = threads,
        }, log);
        if (tuned.Interrupted) return ExitCode.Interrupted;
        TrainCommand.WritePage(tuned, log);

        log.WriteLine();
        log.WriteLine("3. The best weights of the run are evaluated on the pictures that were kept apart.");
        var result = Evaluator.Evaluate(new EvaluateOptions { Weights = RunReport.BestWeights(tuned)!, Data = wanted, Split = SplitName.Val, Threads = threads });
        string drawn = Path.Combine(folder, "predictions.png");
        PredictionGrid.Save(drawn, [.. Enumerable.Range(0, ShownImages).Select(i => result.Images[i * result.Images.Count / ShownImages])], result.Classes, Columns);
        log.WriteLine();
        if (json) JsonResults.WriteTo(output, EvaluateJson.Of(result, ClassificationReport.Of(PredictionSet.Of(result.Images, result.Classes), new ReportOptions())));
        else Report(output, folder, tuned, result, drawn, watch.Elapsed);
        return ExitCode.Done;
    }

    private static void Report(TextWriter output, string folder, TrainResult tuned, EvaluationResult result, string drawn, TimeSpan time)
    {
        RunReport.Write(output, result);
        output.WriteLine($"""
            {"pictures",-12}{Path.Combine(folder, "pictures")} (drawn by this program)
            {"predictions",-12}{drawn}
            {"run",-12}{tuned.RunFolder}: report.html, curves.png, confusion.png, metrics.csv, best.safetensors …
            {"time",-12}{Time(time)}

            Your own photos, one folder per class, and a pretrained ResNet as ONNX:
              nativetrainer convert resnet50.onnx -o resnet50.safetensors
              nativetrainer train --data PHOTOS --weights resnet50.safetensors
            """);
    }

    private static string Names(DrawnDataset set) => string.Join(", ", set.Objects.Select(o => o.Name));
}
