using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>A convolution with its batch norm, as read from a graph.</summary>
internal sealed record ReadConvolutionNorm(OnnxNode Node, OnnxNode? Norm, int Kernel, int Stride, int InChannels, int Channels);

/// <summary>One residual block.</summary>
/// <param name="Shortcut">The projection; null where the shortcut is the identity.</param>
/// <param name="Sum">The addition, for messages.</param>
internal sealed record ResidualBranches(IReadOnlyList<ReadConvolutionNorm> Branch, ReadConvolutionNorm? Shortcut, OnnxNode Sum)
{
    public int Stride => Branch.Aggregate(1, (product, c) => product * c.Stride);
}

/// <summary>Groups residual blocks into stages: a projection begins a new one. All blocks must be of one kind.</summary>
internal sealed class ResNetStages
{
    // As many as a ResNetSpec may have.
    private const int MaxStages = 8;

    private readonly List<List<ResidualBranches>> _stages = [];

    /// <param name="channels">Channels that enter the first block.</param>
    /// <exception cref="OnnxRefusal">The blocks do not make a ResNet.</exception>
    public ResNetStages(IReadOnlyList<ResidualBranches> blocks, int channels)
    {
        Kind = KindOf(blocks[0]);
        foreach (var block in blocks)
        {
            Check(block, channels);
            if (_stages.Count == 0 || block.Shortcut is not null) _stages.Add([]);
            if (_stages.Count > MaxStages) throw new OnnxRefusal(block.Sum, $"ends the first block of stage {_stages.Count}; up to {MaxStages} stages are known");
            _stages[^1].Add(block);
            channels = block.Branch[^1].Channels;
        }
        ShortcutKernel = Same(blocks.Where(b => b.Shortcut is not null), b => b.Shortcut!.Kernel, 1, "the kernel of its shortcut");
        if (Kind == BlockKind.Bottleneck)
            StrideOnFirst1x1 = Same(blocks.Where(b => b.Stride > 1), b => b.Branch[0].Stride > 1, false, "the place of its stride");
    }

    public BlockKind Kind { get; }

    public bool StrideOnFirst1x1 { get; }

    public int ShortcutKernel { get; }

    public int[] Depths => [.. _stages.Select(s => s.Count)];

    public int[] Widths => [.. _stages.Select(s => s[0].Branch[0].Channels)];

    public int[] Strides => [.. _stages.Select(s => s[0].Stride)];

    /// <summary>A label: torchvision's name where depths are a known network's or its beginning.</summary>
    public string Name
    {
        get
        {
            foreach (string known in ResNetSpec.KnownNames)
            {
                var spec = ResNetSpec.Known(known);
                if (spec.Block == Kind && spec.Depths.SequenceEqual(Depths)) return known;
                if (spec.Block == Kind && Depths.Length > 1 && spec.Depths.Take(Depths.Length).SequenceEqual(Depths)) return $"{known}-stages1to{Depths.Length}";
            }
            return $"resnet-{(Kind == BlockKind.Basic ? "basic" : "bottleneck")}-{string.Join('-', Depths)}";
        }
    }

    /// <summary>Blocks with torchvision's prefixes.</summary>
    public IEnumerable<(string Name, ResidualBranches Block)> Named()
        => _stages.SelectMany((stage, s) => stage.Select((block, b) => ($"layer{s + 1}.{b}", block)));

    private static BlockKind KindOf(ResidualBranches block) => block.Branch.Select(c => c.Kernel).ToArray() switch
    {
        [3, 3] => BlockKind.Basic,
        [1, 3, 1] => BlockKind.Bottleneck,
        var kernels => throw new OnnxRefusal(block.Branch[0].Node, $"starts a block of the kernels {string.Join(", ", kernels)}; a ResNet has 3, 3 or 1, 3, 1"),
    };

    private void Check(ResidualBranches block, int channels)
    {
        var first = block.Branch[0].Node;
        if (KindOf(block) != Kind) throw new OnnxRefusal(first, "starts a block of another kind than the first block");
        int width = block.Branch[0].Channels, expected = Kind == BlockKind.Basic ? width : 4 * width;
        if (block.Branch[1].Channels != width || block.Branch[^1].Channels != expected)
            throw new OnnxRefusal(first, $"starts a block of the widths {string.Join(", ", block.Branch.Select(c => c.Channels))}; {(Kind == BlockKind.Basic ? "equal ones are" : "w, w, 4w is")} known (a wide ResNet?)");
        var strided = block.Branch.Where(c => c.Stride > 1).ToArray();
        bool placed = strided.Length == 0 || (strided.Length == 1 && !ReferenceEquals(strided[0], block.Branch[^1]) && (Kind == BlockKind.Bottleneck || ReferenceEquals(strided[0], block.Branch[0])));
        if (!placed) throw new OnnxRefusal(strided[0].Node, "has its stride at an unknown place of the block");
        bool needed = block.Stride > 1 || channels != expected;
        if (needed != block.Shortcut is not null) throw new OnnxRefusal(block.Sum, needed ? "adds a shortcut of another shape without a projection" : "has a projection where the shapes agree without one");
        if (block.Shortcut is { } shortcut && shortcut.Stride != block.Stride) throw new OnnxRefusal(shortcut.Node, $"has stride {shortcut.Stride}, its block {block.Stride}");
        if (_stages.Count > 0 && block.Shortcut is null && width != _stages[^1][0].Branch[0].Channels) throw new OnnxRefusal(first, "changes the width within a stage");
    }

    private static T Same<T>(IEnumerable<ResidualBranches> blocks, Func<ResidualBranches, T> of, T otherwise, string what) where T : notnull
    {
        var first = blocks.FirstOrDefault();
        if (first is null) return otherwise;
        var other = blocks.FirstOrDefault(b => !of(b).Equals(of(first)));
        return other is null ? of(first) : throw new OnnxRefusal(other.Branch[0].Node, $"starts a block that differs from those before it in {what}");
    }
}
