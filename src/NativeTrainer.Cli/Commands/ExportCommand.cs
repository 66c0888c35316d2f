using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>export</c>: weights to ONNX, compared before they are kept.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("export", "Write a trained network as ONNX (opset 17, any number of pictures at a time). The file is kept only if it gives what the weights give.",
            "nativetrainer export runs/photos-1/best.safetensors -o photos.onnx",
            "nativetrainer export runs/photos-1 -o photos.onnx --preprocessing inside --softmax",
            "nativetrainer export best.safetensors -o best.onnx --check photos/val --onnxruntime /usr/lib/libonnxruntime.so",
            "nativetrainer predict --weights photos.onnx holiday/");
        var weights = new Argument<string>("WEIGHTS") { Description = "The network (.safetensors), or a run folder, whose best weights are taken." };
        var to = Options.Text("--output", "OUT", "The ONNX file to write.", "-o");
        to.Required = true;
        var preprocessing = Options.Choice("--preprocessing", "outside: 'images' is float32 (N, 3, S, S), normalised as the metadata say; inside: it is uint8 (N, S, S, 3), RGB of 0 to 255, and the graph normalises. Resizing stays outside. [default: outside]",
            ("outside", ExportPreprocessing.Outside), ("inside", ExportPreprocessing.Inside));
        var softmax = Options.Switch("--softmax", "Give 'probabilities', with the temperature of the weights applied, and not 'logits'.");
        var fold = Options.Switch("--fold", "Make batch norm part of the convolutions; runtimes do so by themselves. Such a file is worse to train from.");
        var check = Options.Text("--check", "DATA", "Pictures to compare on: a data set, of which the validation part is taken, or a folder. [default: the run's data, else drawn pictures]");
        var limit = Options.Integer("--limit", "N", "Pictures to compare on at most. [default: 64]");
        var runtime = Options.Text("--onnxruntime", "PATH", "ONNX Runtime's library or its folder, to compare through it too. [default: where the system finds it]");
        var (threads, json) = (MachineFlags.Threads(), JsonFlag.Make());
        command.Add(weights);
        foreach (Option option in (Option[])[to, preprocessing, softmax, fold, check, limit, runtime, threads, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var options = new OnnxExportOptions
            {
                Weights = parsed.GetValue(weights)!,
                Output = parsed.GetValue(to)!,
                Preprocessing = parsed.Given(preprocessing) ? parsed.GetValue(preprocessing) : ExportPreprocessing.Outside,
                Softmax = parsed.GetValue(softmax),
                Fold = parsed.GetValue(fold),
                Check = parsed.GetValue(check),
                OnnxRuntime = parsed.GetValue(runtime),
                Threads = parsed.GetValue(threads),
            };
            if (parsed.Given(limit)) options = options with { CheckLimit = parsed.GetValue(limit) };
            var notes = new List<string>();
            var result = OnnxExporter.Export(options, note =>
            {
                notes.Add(note);
                log.WriteLine($"note: {note}");
            });
            if (parsed.GetValue(json))
            {
                JsonResults.WriteTo(output, new ExportJson(result.Output, result.Bytes, options.Preprocessing == ExportPreprocessing.Inside ? "inside" : "outside", options.Softmax, options.Fold, result.Temperature, result.CheckedOn, result.MaxLogit,
                    [.. result.Checks.Select(ExportCheckJson.Of)], notes));
            }
            else Report(output, options, result);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Report(TextWriter output, OnnxExportOptions options, OnnxExportResult result)
    {
        var (spec, size) = (result.Weights.Spec, result.Weights.Spec.Preprocessing.Size);
        void Line(string name, string value) => output.WriteLine($"{name,-14}{value}");
        Line("input", options.Preprocessing == ExportPreprocessing.Inside ? $"images: uint8 (N, {size}, {size}, 3), RGB" : $"images: float32 (N, 3, {size}, {size}), normalised");
        Line("output", $"{(options.Softmax ? "probabilities" : "logits")}: float32 (N, {spec.Head.Classes})");
        if (result.Temperature != 1) Line("temperature", Units.Invariant($"{result.Temperature:0.000}, {(options.Softmax ? "applied" : "not applied to logits; it is in the metadata")}"));
        Line("compared on", result.CheckedOn);
        foreach (var check in result.Checks)
        {
            string logits = check.LogitDifference is double apart ? Units.Invariant($"logits differ by at most {apart:0.0e0} of {result.MaxLogit:0.0}, ") : "";
            Line("checked", Units.Invariant($"by {check.By}, {Units.Plural(check.Images, "image")}: {logits}probabilities by {check.ProbabilityDifference:0.0e0}; the same class on all"));
        }
        if (result.Checks.Count == 1) Line("", "ONNX Runtime was not found on this machine; --onnxruntime names it");
        Line("written", $"{result.Output}, {Units.Bytes(result.Bytes)}");
    }
}
