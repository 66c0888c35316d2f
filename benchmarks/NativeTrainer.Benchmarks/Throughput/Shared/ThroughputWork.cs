namespace NativeTrainer.Benchmarks.Throughput;

/// <summary>The work of one step, the same for every engine: synthetic images, 1000 classes, float32.</summary>
/// <param name="Model">resnet18, resnet34 or resnet50.</param>
/// <param name="Mode">
/// train: forward, backward and SGD (momentum 0.9, weight decay 1e-4) of all layers; frozen: the same of layer4 and the last linear layer only;
/// head: of the last linear layer on a frozen backbone that runs as inference; cached: of the last linear layer where the backbone's features are
/// kept from an epoch before (an engine that cannot keep them computes them); infer: evaluation forward; pictures: JPEG files to augmented, normalised batches.
/// </param>
/// <param name="Batch">Images per step.</param>
/// <param name="Size">Side of the square images in pixels.</param>
/// <param name="Threads">Threads of the engine's kernels.</param>
/// <param name="Images">Folder of JPEG files for the mode pictures, else empty.</param>
internal sealed record ThroughputWork(string Model, string Mode, int Batch, int Size, int Threads, string Images = "")
{
    /// <summary>Share of the area that random crops of the mode pictures take, their shape, and the strength of brightness, contrast and saturation.</summary>
    public const float CropArea = 0.35f, CropRatio = 4f / 3, Jitter = 0.2f;

    /// <summary>Mean and standard deviation of ImageNet's channels, of values from 0 to 1.</summary>
    public static float[] Mean { get; } = [0.485f, 0.456f, 0.406f];

    /// <inheritdoc cref="Mean"/>
    public static float[] Std { get; } = [0.229f, 0.224f, 0.225f];

    public const int Classes = 1000;
    public const float LearningRate = 0.01f;
    public const float Momentum = 0.9f;
    public const float WeightDecay = 1e-4f;

    public static string[] Models { get; } = ["resnet18", "resnet34", "resnet50"];

    public static string[] Modes { get; } = ["train", "frozen", "head", "cached", "infer", "pictures"];

    /// <summary>Reads the options; the mode stands in <c>--mode</c>.</summary>
    public static ThroughputWork Parse(CommandArguments arguments) => new(
        arguments.Choice("--model", "resnet18", Models),
        arguments.Choice("--mode", "train", Modes),
        arguments.Number("--batch", 16, 1, 4096),
        arguments.Number("--size", 224, 32, 4096),
        arguments.Number("--threads", Environment.ProcessorCount, 1, 256),
        arguments.Text("--images", ""));

    /// <summary>The files of <see cref="Images"/>, in order.</summary>
    public string[] Files()
    {
        string[] files = Directory.Exists(Images) ? [.. Directory.EnumerateFiles(Images, "*.jp*g", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
        return files.Length >= Batch ? files : throw new UsageException($"--images {Images}: {files.Length} JPEG files; a batch needs {Batch}");
    }

    /// <summary>The options that <see cref="Parse"/> reads back.</summary>
    public string[] ToArguments() => ["--model", Model, "--mode", Mode, "--batch", $"{Batch}", "--size", $"{Size}", "--threads", $"{Threads}", .. Images.Length > 0 ? (string[])["--images", Images] : []];
}
