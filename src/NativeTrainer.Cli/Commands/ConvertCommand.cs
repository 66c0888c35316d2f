using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Imaging;
using NativeTrainer.Weights;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>convert</c>: ONNX, or safetensors of PyTorch programs, to safetensors that say what they are.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("convert", "Turn a ResNet in ONNX, or in PyTorch's safetensors, into weights to train from. The architecture is read from the file.",
            "nativetrainer convert resnet50.onnx -o resnet50.safetensors",
            "nativetrainer convert resnet18.onnx -o resnet18.safetensors --calibrate photos/train --labels classes.txt --license BSD-3-Clause",
            "nativetrainer convert model.safetensors -o resnet50.safetensors --interpolation bicubic --crop 0.95 --license Apache-2.0",
            "nativetrainer convert cifar.onnx -o cifar.safetensors --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 --size 32");
        var input = new Argument<string>("IN") { Description = "An ONNX file (opset 7 or later), or safetensors named as by torchvision, timm or transformers." };
        var to = Options.Text("--output", "OUT", "The safetensors file to write. [default: IN with the extension .safetensors, of an ONNX file]", "-o");
        var calibrate = Options.Text("--calibrate", "FOLDER", "Training images, to recover batch norm that the file has folded into its convolutions.");
        var mean = Options.Numbers("--mean", "R,G,B", "Mean of the input on the scale 0 to 1. [default: ImageNet's 0.485,0.456,0.406]");
        var std = Options.Numbers("--std", "R,G,B", "Standard deviation of the input on the scale 0 to 1. [default: ImageNet's 0.229,0.224,0.225]");
        var crop = Options.Number("--crop", "RATIO", "Input size over the length the short side is resized to. [default: 0.875, below 64 pixels 1]");
        var interpolation = Options.Text("--interpolation", "KIND", "bilinear or bicubic: how images are resized. [default: bilinear]");
        var labels = Options.Text("--labels", "FILE|A,B,…", "Class names in the order of the outputs: a text file with one a line, or a list.");
        var license = Options.Text("--license", "TEXT", "Licence of the weights, kept in the file.");
        var source = Options.Text("--source", "TEXT", "Where the weights come from, kept in the file. [default: the file's name]");
        var (size, threads, json) = (Options.Integer("--size", "PIXELS", "Side of the input. [default: the graph's, else 224]"), MachineFlags.Threads(), JsonFlag.Make());
        command.Add(input);
        foreach (Option option in (Option[])[to, calibrate, mean, std, size, crop, interpolation, labels, license, source, threads, json]) command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, log) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            string file = parsed.GetValue(input)!;
            bool stateDict = Path.GetExtension(file).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
            if (stateDict && !parsed.Given(to)) throw new UserException($"--output is needed: {file} is safetensors itself and is not written over");
            var options = new ConvertOptions
            {
                Input = file,
                Output = parsed.GetValue(to) ?? Path.ChangeExtension(file, ".safetensors"),
                Calibrate = parsed.GetValue(calibrate),
                Mean = parsed.Given(mean) ? parsed.GetValue(mean) : null,
                Std = parsed.Given(std) ? parsed.GetValue(std) : null,
                Size = parsed.GetValue(size),
                CropRatio = parsed.Given(crop) ? parsed.GetValue(crop) : null,
                Interpolation = parsed.GetValue(interpolation),
                Labels = parsed.GetValue(labels) is string names ? ReadLabels(names) : null,
                License = parsed.GetValue(license),
                Source = parsed.GetValue(source),
                Threads = parsed.GetValue(threads),
            };
            var result = stateDict ? StateDict(options) : Onnx(options, note => log.WriteLine($"note: {note}"));
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, result.Json);
            else Report(output, result.Weights, result.Json);
            return ExitCode.Done;
        });
        return command;
    }

    private static (ModelWeights Weights, ConvertJson Json) Onnx(ConvertOptions options, Action<string> note)
    {
        var result = OnnxConverter.Convert(options, note);
        return (result.Weights, new ConvertJson(result.Output, ModelJson.Of(result.Weights), result.MaxLogitDifference, result.MaxLogit, result.Notes));
    }

    private static (ModelWeights Weights, ConvertJson Json) StateDict(ConvertOptions options)
    {
        var weights = StateDictConverter.Convert(options);
        return (weights, new ConvertJson(options.Output, ModelJson.Of(weights), null, null, []));
    }

    private static void Report(TextWriter output, ModelWeights weights, ConvertJson result)
    {
        ModelReport.Write(output, weights);
        if (result.MaxLogitDifference is not null)
            output.WriteLine(Units.Invariant($"{"checked",-14}logits differ by at most {result.MaxLogitDifference:0.0e0} of {result.MaxLogit:0.0} from the file's own nodes"));
        output.WriteLine($"{"written",-14}{result.Output}");
    }

    private static string[] ReadLabels(string text)
    {
        if (!File.Exists(text))
        {
            if (text.Contains(',')) return text.Split(',', StringSplitOptions.TrimEntries);
            throw new UserException($"--labels {text}: there is no such file; give a text file with one class a line, or names between commas");
        }
        return [.. File.ReadLines(text).Select(line => line.Trim()).Where(line => line.Length > 0)];
    }
}
