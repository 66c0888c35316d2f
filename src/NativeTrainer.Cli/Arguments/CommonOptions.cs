using System.CommandLine;
using NativeTrainer.Models;

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

    public static Option<PrecisionChoice> Precision() => Options.Choice("--precision", "Of the convolutions: auto takes bf16 on cards that have it, and fp32 elsewhere. [default: auto]",
        ("auto", PrecisionChoice.Auto), ("fp32", PrecisionChoice.Fp32), ("tf32", PrecisionChoice.Tf32), ("bf16", PrecisionChoice.Bf16));

    public static Option<string> Device()
    {
        var option = Options.Text("--device", "NAME", "Where to compute; see the command devices.");
        option.DefaultValueFactory = _ => "auto";
        return option;
    }
}
