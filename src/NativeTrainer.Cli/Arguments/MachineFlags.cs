using System.CommandLine;
using NativeTrainer.Models;

namespace NativeTrainer.Cli.Arguments;

/// <summary>Where and how a command computes.</summary>
internal static class MachineFlags
{
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
