namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>The work of one step, the same for every engine: synthetic images, 1000 classes, float32.</summary>
/// <param name="Model">resnet18, resnet34 or resnet50.</param>
/// <param name="Mode">
/// train: forward, backward and SGD (momentum 0.9, weight decay 1e-4) of all layers; head: the same of the last linear layer on a
/// frozen backbone that runs as inference; infer: evaluation forward.
/// </param>
/// <param name="Batch">Images per step.</param>
/// <param name="Size">Side of the square images in pixels.</param>
/// <param name="Threads">Threads of the engine's kernels.</param>
internal sealed record ThroughputWork(string Model, string Mode, int Batch, int Size, int Threads)
{
    public const int Classes = 1000;
    public const float LearningRate = 0.01f;
    public const float Momentum = 0.9f;
    public const float WeightDecay = 1e-4f;

    public static string[] Models { get; } = ["resnet18", "resnet34", "resnet50"];

    public static string[] Modes { get; } = ["train", "infer", "head"];

    /// <summary>Reads the options; the mode stands in <c>--mode</c>.</summary>
    public static ThroughputWork Parse(CommandArguments arguments) => new(
        arguments.Choice("--model", "resnet18", Models),
        arguments.Choice("--mode", "train", Modes),
        arguments.Number("--batch", 16, 1, 4096),
        arguments.Number("--size", 224, 32, 4096),
        arguments.Number("--threads", Environment.ProcessorCount, 1, 256));

    /// <summary>The options that <see cref="Parse"/> reads back.</summary>
    public string[] ToArguments() => ["--model", Model, "--mode", Mode, "--batch", $"{Batch}", "--size", $"{Size}", "--threads", $"{Threads}"];
}
