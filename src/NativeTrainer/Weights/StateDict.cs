using System.Text.RegularExpressions;
using NativeTrainer.Imaging;
using NativeTrainer.Models;

namespace NativeTrainer.Weights;

/// <summary>
/// Weights as PyTorch programs save them, with no word about their architecture: it is read from names and shapes. Known are the names of
/// torchvision and timm (<c>layer1.0.conv1.weight</c>), also under <c>module.</c>, and those of Hugging Face's transformers
/// (<c>resnet.encoder.stages.0.layers.0.layer.0.convolution.weight</c>).
/// </summary>
internal static partial class StateDict
{
    /// <summary>Metadata key that says what names and shapes cannot tell.</summary>
    public const string AssumedKey = "nativetrainer.assumed";

    private const int SmallImageSize = 32;

    /// <exception cref="UserException">The tensors are not those of a ResNet; the message names one and the reason.</exception>
    public static ModelWeights Read(SafeTensors file)
    {
        var names = new Dictionary<string, string>();
        foreach (var tensor in file.Tensors)
        {
            if (tensor.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal)) continue;
            string name = Canonical(tensor.Name);
            if (!Known().IsMatch(name)) throw Refusal(file, tensor.Name, "is no part of a ResNet with basic or bottleneck blocks");
            if (!names.TryAdd(name, tensor.Name)) throw Refusal(file, tensor.Name, $"stands for {name} as {names[name]} does");
        }
        var shapes = names.ToDictionary(pair => pair.Key, pair => file[pair.Value].Shape.ToArray());
        var spec = new Shapes(file, shapes).Spec();
        return new ModelWeights
        {
            Spec = spec,
            License = file.Metadata.GetValueOrDefault("license"),
            Source = Path.GetFileName(file.FilePath),
            Notes = new Dictionary<string, string> { [AssumedKey] = Assumed(spec) },
            Tensors = names.ToDictionary(pair => pair.Key, pair => new HostTensor(shapes[pair.Key], file.ReadFloat32(pair.Value))),
        };
    }

    private static string Assumed(ResNetSpec spec)
        => $"the architecture is read from names and shapes; an input of {spec.Preprocessing.Size} pixels, ImageNet's mean and std"
            + (spec.Block == BlockKind.Bottleneck ? " and strides on the 3×3 convolutions (v1.5, as torchvision and timm have them)" : "") + " are assumed";

    private static UserException Refusal(SafeTensors file, string tensor, string reason) => new($"{file.FilePath}: no ResNet that can be used: tensor '{tensor}' {reason}");

    /// <summary>torchvision's name for another convention's; names that none knows stay.</summary>
    private static string Canonical(string name)
    {
        if (name.StartsWith("module.", StringComparison.Ordinal)) name = name["module.".Length..];
        string kind = name.Contains(".normalization.", StringComparison.Ordinal) ? "bn" : "conv", leaf = name[(name.LastIndexOf('.') + 1)..];
        if (TransformersStem().IsMatch(name)) return $"{kind}1.{leaf}";
        if (TransformersBlock().Match(name) is { Success: true } block)
        {
            string prefix = $"layer{int.Parse(block.Groups["stage"].ValueSpan) + 1}.{block.Groups["block"].Value}";
            return block.Groups["index"] is { Success: true } index ? $"{prefix}.{kind}{int.Parse(index.ValueSpan) + 1}.{leaf}" : $"{prefix}.downsample.{(kind == "bn" ? 1 : 0)}.{leaf}";
        }
        return name.StartsWith("classifier.1.", StringComparison.Ordinal) ? $"fc.{leaf}" : name;
    }

    [GeneratedRegex(@"^((conv1|layer[1-8]\.\d{1,3}\.(conv[123]|downsample\.0))\.weight|(bn1|layer[1-8]\.\d{1,3}\.(bn[123]|downsample\.1))\.(weight|bias|running_mean|running_var)|fc\.(weight|bias))$")]
    private static partial Regex Known();

    [GeneratedRegex(@"^resnet\.embedder\.embedder\.(convolution|normalization)\.\w+$")]
    private static partial Regex TransformersStem();

    [GeneratedRegex(@"^resnet\.encoder\.stages\.(?<stage>\d)\.layers\.(?<block>\d{1,3})\.(shortcut|layer\.(?<index>\d))\.(convolution|normalization)\.\w+$")]
    private static partial Regex TransformersBlock();

    /// <summary>What the shapes tell.</summary>
    private sealed class Shapes(SafeTensors file, Dictionary<string, int[]> shapes)
    {
        public ResNetSpec Spec()
        {
            int[] stem = Of("conv1.weight", 4), fc = Of("fc.weight", 2);
            var depths = Depths();
            bool bottleneck = shapes.ContainsKey("layer1.0.conv3.weight");
            int[] widths = [.. Enumerable.Range(1, depths.Count).Select(stage => Of($"layer{stage}.0.conv1.weight", 4)[0])];
            for (int stage = 1; stage <= widths.Length; stage++) RequirePlain(stage, widths[stage - 1], bottleneck);
            int kernel = stem[2];
            if (kernel is not (3 or 7)) throw Refusal(file, "conv1.weight", $"has a kernel of {kernel}; 7 and, for small images, 3 are known");
            var shortcut = shapes.FirstOrDefault(pair => pair.Key.EndsWith("downsample.0.weight", StringComparison.Ordinal)).Value;
            bool small = kernel == 3;
            var spec = new ResNetSpec
            {
                Name = "resnet",
                Block = bottleneck ? BlockKind.Bottleneck : BlockKind.Basic,
                Depths = depths,
                Widths = widths,
                Strides = [1, .. Enumerable.Repeat(2, depths.Count - 1)],
                Head = new HeadSpec { Classes = fc[0] },
                InputChannels = stem[1],
                StemChannels = stem[0],
                StemKernel = kernel,
                StemStride = small ? 1 : 2,
                Pool = small ? null : new StemPool(3, 2, 1, false),
                ShortcutKernel = shortcut is null ? 1 : shortcut[2],
                Preprocessing = small ? Preprocessing.ImageNet(stem[1]) with { Size = SmallImageSize, CropRatio = 1 } : Preprocessing.ImageNet(stem[1]),
            };
            return spec with { Name = Name(spec) };
        }

        private List<int> Depths()
        {
            var depths = new List<int>();
            for (int blocks; (blocks = Blocks(depths.Count + 1)) > 0;) depths.Add(blocks);
            return depths.Count > 0 ? depths : throw new UserException($"{file.FilePath}: no ResNet that can be used: it has no tensor 'layer1.0.conv1.weight'");
        }

        private int Blocks(int stage)
        {
            int blocks = 0;
            while (shapes.ContainsKey($"layer{stage}.{blocks}.conv1.weight")) blocks++;
            return blocks;
        }

        /// <summary>Grouped and wide bottlenecks have other shapes here.</summary>
        private void RequirePlain(int stage, int width, bool bottleneck)
        {
            string second = $"layer{stage}.0.conv2.weight", third = $"layer{stage}.0.conv3.weight";
            int[] shape = Of(second, 4);
            if (shape[0] != width || shape[1] != width) throw Refusal(file, second, $"is {Text(shape)}, a grouped convolution; {width} channels to {width} are known");
            if (bottleneck && Of(third, 4)[0] != 4 * width) throw Refusal(file, third, $"is {Text(shapes[third])}, a wide ResNet's; {4 * width} outputs are known");
        }

        private int[] Of(string name, int rank)
        {
            if (!shapes.TryGetValue(name, out var shape)) throw new UserException($"{file.FilePath}: no ResNet that can be used: it has no tensor '{name}'");
            return shape.Length == rank ? shape : throw Refusal(file, name, $"is {Text(shape)}; {rank} dimensions belong here");
        }

        private static string Text(int[] shape) => string.Join(" × ", shape);

        /// <summary>torchvision's name where the shape is one of its models'.</summary>
        private static string Name(ResNetSpec spec)
            => ResNetSpec.KnownNames.FirstOrDefault(name => ResNetSpec.Known(name) is var known && known.Block == spec.Block && known.Depths.SequenceEqual(spec.Depths)
                && known.Widths.SequenceEqual(spec.Widths) && known.StemKernel == spec.StemKernel) ?? $"resnet-{string.Join('-', spec.Depths)}";
    }
}
