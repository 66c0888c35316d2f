using System.CommandLine;
using NativeTrainer.Evaluation;

namespace NativeTrainer.Cli.Arguments;

/// <summary>Which network runs, and on how much at a time: of the commands that use trained weights.</summary>
internal static class NetworkFlags
{
    public static Option<string> Weights()
    {
        var option = Options.Text("--weights", "FILE", "The network (.safetensors or .onnx).", "-w");
        option.Required = true;
        return option;
    }

    public static Option<int> Size() => Options.Integer("--size", "PIXELS", "Side of the input. [default: the weights' own]");

    public static Option<TestTimeAugmentation> Augmentation() => Options.Choice("--tta", "flip: average the probabilities of each picture and of its mirror image; twice the time. [default: none]",
        ("none", TestTimeAugmentation.None), ("flip", TestTimeAugmentation.Flip));

    public static Option<int> Batch()
    {
        var option = Options.Integer("--batch", "N", "Images per pass.");
        option.DefaultValueFactory = _ => 16;
        return option;
    }
}
