using System.CommandLine;
using NativeTrainer.Cli.Arguments;
using NativeTrainer.Cli.Output;
using NativeTrainer.Weights;

namespace NativeTrainer.Cli.Commands;

/// <summary><c>inspect</c>: what a weights file holds.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var command = new ExampleCommand("inspect", "Show what a weights file holds: architecture, preprocessing, labels, licence, tensors.",
            "nativetrainer inspect resnet50.safetensors",
            "nativetrainer inspect resnet50.safetensors --tensors",
            "nativetrainer inspect resnet50.safetensors --json");
        var file = new Argument<string>("FILE") { Description = "A safetensors or ONNX file." };
        var tensors = Options.Switch("--tensors", "List every tensor with its shape.");
        var json = JsonFlag.Make();
        command.Add(file);
        command.Add(tensors);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            string path = parsed.GetValue(file)!;
            var model = ModelFile.Load(path);
            if (parsed.GetValue(json)) JsonResults.WriteTo(output, ModelJson.Of(model));
            else ModelReport.Write(output, model);
            if (parsed.GetValue(tensors) && !parsed.GetValue(json))
                foreach (var (name, tensor) in model.Tensors) output.WriteLine($"  {name,-40}({string.Join(", ", tensor.Shape)})");
            return ExitCode.Done;
        });
        return command;
    }
}
