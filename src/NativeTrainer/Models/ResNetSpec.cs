using System.Text.Json.Serialization;

namespace NativeTrainer.Models;

/// <summary>The residual block of a ResNet (He et al. 2016, fig. 5).</summary>
public enum BlockKind
{
    /// <summary>Two 3×3 convolutions; the stage's output has <c>width</c> channels.</summary>
    Basic,

    /// <summary>1×1, 3×3, 1×1 convolutions; the stage's output has 4·<c>width</c> channels.</summary>
    Bottleneck,
}

/// <summary>What follows each convolution of the backbone.</summary>
public enum NormKind
{
    /// <summary>Batch norm with weight, bias, running mean and running variance.</summary>
    BatchNorm,

    /// <summary>A bias only: the file's batch norm was folded into the convolution and not recovered.</summary>
    FoldedBias,
}

/// <summary>The max pool after the stem convolution.</summary>
/// <param name="Kernel">Window side in pixels.</param>
/// <param name="Stride">Step in pixels.</param>
/// <param name="Pad">Padding on each side in pixels (of minus infinity).</param>
/// <param name="CeilMode">Whether a partial last window counts (PyTorch's <c>ceil_mode</c>).</param>
public sealed record StemPool(int Kernel, int Stride, int Pad, bool CeilMode);

/// <summary>The classifier after global average pooling: hidden linear layers with ReLU and dropout, then one linear layer.</summary>
public sealed record HeadSpec
{
    /// <summary>Number of classes, at least 2.</summary>
    public required int Classes { get; init; }

    /// <summary>Widths of hidden linear layers, in order; empty for torchvision's single <c>fc</c>.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>Dropout probability before each linear layer, 0 ≤ p &lt; 1.</summary>
    public float Dropout { get; init; }

    /// <summary>Null for linear layers; else the nearest of kept images vote in their place, which is neither trained nor written as ONNX.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NeighbourSpec? Neighbours { get; init; }

    /// <summary>Classes do not exclude each other: their probabilities are sigmoids, each for itself, where they else are a softmax.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MultiLabel { get; init; }
}

/// <summary>How an image becomes the network's input; it travels with the weights.</summary>
public sealed record Preprocessing
{
    /// <summary>Side of the square input in pixels.</summary>
    public int Size { get; init; } = 224;

    /// <summary>Size divided by the length that the short side is resized to (224/256 = 0.875).</summary>
    public float CropRatio { get; init; } = 0.875f;

    /// <summary>Per-channel mean of the input scaled to 0…1.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0.485f, 0.456f, 0.406f];

    /// <summary>Per-channel standard deviation of the input scaled to 0…1.</summary>
    public IReadOnlyList<float> Std { get; init; } = [0.229f, 0.224f, 0.225f];

    /// <summary><c>bilinear</c> or <c>bicubic</c>, with antialiasing when shrinking.</summary>
    public string Interpolation { get; init; } = "bilinear";

    /// <summary>ImageNet's; for gray pictures with the averages of its mean and standard deviation, as timm takes them.</summary>
    internal static Preprocessing ImageNet(int channels)
    {
        var colour = new Preprocessing();
        return channels == 1 ? colour with { Mean = [colour.Mean.Average()], Std = [colour.Std.Average()] } : colour;
    }
}

/// <summary>Everything that decides the shape of a ResNet. Stored as JSON beside the weights.</summary>
public sealed record ResNetSpec
{
    /// <summary>A label for people, such as <c>resnet50</c>; nothing is derived from it.</summary>
    public required string Name { get; init; }

    public required BlockKind Block { get; init; }

    /// <summary>Blocks in each stage (resnet50: 3, 4, 6, 3). Its length is the number of stages, 1 to 8.</summary>
    public required IReadOnlyList<int> Depths { get; init; }

    /// <summary>Inner width of each stage (64, 128, 256, 512); outputs are ×1 (basic) or ×4 (bottleneck).</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Stride of the first block of each stage (1, 2, 2, 2).</summary>
    public required IReadOnlyList<int> Strides { get; init; }

    public required HeadSpec Head { get; init; }

    public int InputChannels { get; init; } = 3;

    public int StemChannels { get; init; } = 64;

    /// <summary>Side of the stem's kernel: 7, or 3 for small images; padding is (kernel − 1) / 2.</summary>
    public int StemKernel { get; init; } = 7;

    public int StemStride { get; init; } = 2;

    /// <summary>The pool after the stem; null where there is none.</summary>
    public StemPool? Pool { get; init; } = new(3, 2, 1, false);

    /// <summary>Bottleneck only: stride on the first 1×1 convolution (the paper, "v1") and not on the 3×3 (torchvision, "v1.5").</summary>
    public bool StrideOnFirst1x1 { get; init; }

    /// <summary>Side of the kernel of the shortcuts' projections: 1, or 3 in some networks for small images.</summary>
    public int ShortcutKernel { get; init; } = 1;

    public NormKind Norm { get; init; } = NormKind.BatchNorm;

    /// <summary>ε of the batch norms.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    public Preprocessing Preprocessing { get; init; } = new();

    /// <summary>Output channels of a stage per unit of width.</summary>
    public int Expansion => Block == BlockKind.Basic ? 1 : 4;

    /// <summary>Length of the feature vector after global average pooling.</summary>
    public int Features => Widths[^1] * Expansion;

    /// <summary>Names that stand for a spec, as in torchvision.</summary>
    public static IReadOnlyList<string> KnownNames { get; } = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"];

    /// <summary>The torchvision model of that name with <paramref name="classes"/> outputs.</summary>
    /// <exception cref="ArgumentException">The name is not in <see cref="KnownNames"/>.</exception>
    public static ResNetSpec Known(string name, int classes = 1000)
    {
        var (block, depths) = name switch
        {
            "resnet18" => (BlockKind.Basic, new[] { 2, 2, 2, 2 }),
            "resnet34" => (BlockKind.Basic, [3, 4, 6, 3]),
            "resnet50" => (BlockKind.Bottleneck, [3, 4, 6, 3]),
            "resnet101" => (BlockKind.Bottleneck, [3, 4, 23, 3]),
            "resnet152" => (BlockKind.Bottleneck, [3, 8, 36, 3]),
            _ => throw new ArgumentException($"model '{name}' is not known; choose one of {string.Join(", ", KnownNames)}"),
        };
        return new ResNetSpec
        {
            Name = name,
            Block = block,
            Depths = depths,
            Widths = [64, 128, 256, 512],
            Strides = [1, 2, 2, 2],
            Head = new HeadSpec { Classes = classes },
        };
    }
}
