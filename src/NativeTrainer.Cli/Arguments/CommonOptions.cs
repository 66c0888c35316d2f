using System.CommandLine;

namespace NativeTrainer.Cli.Arguments;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => Options.Switch("--json", "Print the result as one JSON object, the last line of stdout.");

    public static Option<string> Weights()
    {
        var option = Options.Text("--weights", "FILE", "The network (.safetensors).", "-w");
        option.Required = true;
        return option;
    }

    public static Option<int> Size() => Options.Integer("--size", "PIXELS", "Side of the input. [default: the weights' own]");

    public static Option<int> Batch()
    {
        var option = Options.Integer("--batch", "N", "Images per pass.");
        option.DefaultValueFactory = _ => 16;
        return option;
    }

    public static Option<int> Threads() => Options.Integer("--threads", "N", "Kernel threads. [default: all processors]");

    public static Option<string> Device()
    {
        var option = Options.Text("--device", "NAME", "Where to compute; see the command devices.");
        option.DefaultValueFactory = _ => "auto";
        return option;
    }
}
