using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// Reads a ResNet's architecture from the structure of a graph, without trusting names: stem, residual blocks up to the global pool, then
/// linear layers. Whatever does not fit is refused with the node and the reason.
/// </summary>
internal sealed class ResNetRecognizer
{
    private readonly DataFlow _flow;
    private readonly List<RecognizedConvolution> _convolutions = [];
    private readonly List<string> _notes = [];

    private ResNetRecognizer(DataFlow flow) => _flow = flow;

    /// <exception cref="OnnxRefusal">The graph is no ResNet of the kind that a <see cref="ResNetSpec"/> describes.</exception>
    public static RecognizedResNet Recognize(DataFlow flow) => new ResNetRecognizer(flow).Read();

    private RecognizedResNet Read()
    {
        var input = InputRecognizer.Read(_flow);
        string value = input.Value;
        if (_flow.Consumers(value) is [{ OpType: "BatchNormalization" } first])
            throw new OnnxRefusal(first, "normalises the pictures in front of the first convolution, as pre-activation ResNets (v2) do; use a v1 or v1.5 file");
        var stem = ReadConvolution(Only(value, "Conv", "a ResNet begins with a convolution, behind a normalisation by constants at most"), "conv1", "bn1");
        if (stem.Norm is null) RefusePreActivation(_flow.Consumers(stem.Node.Outputs[0]));
        value = After(stem, relu: true);
        var pool = ReadPool(ref value);
        var blocks = new List<ResidualBranches>();
        while (_flow.Consumers(value).Count > 1) blocks.Add(ReadBlock(ref value));
        if (blocks.Count == 0) throw new OnnxRefusal(_flow.Consumers(value).FirstOrDefault() ?? stem.Node, "follows the stem where the first residual block should branch");
        var stages = new ResNetStages(blocks, _flow.Shape(_flow.Source(blocks[0].Branch[0].Node, 0))[1]);
        foreach (var (name, block) in stages.Named())
        {
            for (int i = 0; i < block.Branch.Count; i++) _convolutions.Add(new RecognizedConvolution($"{name}.conv{i + 1}", $"{name}.bn{i + 1}", block.Branch[i].Node, block.Branch[i].Norm));
            if (block.Shortcut is { } shortcut) _convolutions.Add(new RecognizedConvolution($"{name}.downsample.0", $"{name}.downsample.1", shortcut.Node, shortcut.Norm));
        }
        var head = new HeadRecognizer(_flow, _notes);
        head.Read(value);
        var firstNorm = _convolutions[0].Norm;
        var spec = new ResNetSpec
        {
            Name = stages.Name,
            Block = stages.Kind,
            Depths = stages.Depths,
            Widths = stages.Widths,
            Strides = stages.Strides,
            StrideOnFirst1x1 = stages.StrideOnFirst1x1,
            ShortcutKernel = stages.ShortcutKernel,
            InputChannels = _flow.Shape(input.Value)[1],
            StemChannels = stem.Channels,
            StemKernel = stem.Kernel,
            StemStride = stem.Stride,
            Pool = pool,
            NormEpsilon = firstNorm?.Float("epsilon", 1e-5f) ?? 1e-5f,
            Head = new HeadSpec { Classes = head.Layers[^1].Outputs, Hidden = [.. head.Layers.SkipLast(1).Select(l => l.Outputs)] },
        };
        return new RecognizedResNet(spec, _convolutions, head.Layers, input, head.Temperature, head.Logits, _notes);
    }

    private StemPool? ReadPool(ref string value)
    {
        if (_flow.Consumers(value) is not [{ OpType: "MaxPool" } node]) return null;
        int[] pads = _flow.Pads(node);
        var window = OnnxWindow.Of(node, _flow.InputShape(node), node.Ints("kernel_shape")![0], node.Ints("kernel_shape")![^1]);
        int pad = window.PadTop + pads[0];
        bool square = window.R == window.S && window.StrideH == window.StrideW && window.DilationH == 1 && window.DilationW == 1
            && window.PadLeft + pads[1] == pad && window.PadBottom + pads[2] == pad && window.PadRight + pads[3] == pad;
        if (!square) throw new OnnxRefusal(node, "pools with different windows, strides or pads along height and width");
        value = node.Outputs[0];
        return new StemPool(window.R, window.StrideH, pad, node.Int("ceil_mode", 0) != 0);
    }

    /// <summary>From a value with several readers to the ReLU behind the addition where they meet.</summary>
    private ResidualBranches ReadBlock(ref string value)
    {
        var readers = _flow.Consumers(value);
        var convolutions = readers.Where(node => node.OpType == "Conv").ToArray();
        RefusePreActivation(readers);
        if (readers.FirstOrDefault(node => node.OpType is not ("Conv" or "Add" or "Sum")) is { } stranger)
            throw new OnnxRefusal(stranger, "branches off where a residual block has a convolution or an addition");
        if (readers.Count != 2 || convolutions.Length == 0) throw new OnnxRefusal(readers[0], $"starts a block of {readers.Count} branches; a residual block has two");
        var paths = convolutions.Select(node => ReadPath(node)).OrderByDescending(path => path.Convolutions.Count).ToArray();
        var sum = paths[0].End;
        if (paths.Length == 2 ? !ReferenceEquals(paths[1].End, sum) || paths[1].Convolutions.Count != 1 : !readers.Contains(sum))
            throw new OnnxRefusal(sum, "does not add the block's branch to its shortcut");
        if (_flow.Consumers(sum.Outputs[0]) is not [{ OpType: "Relu" } relu])
            throw new OnnxRefusal(sum, "is not followed by a ReLU: this may be a pre-activation ResNet (v2), a different network");
        value = relu.Outputs[0];
        return new ResidualBranches(paths[0].Convolutions, paths.Length == 2 ? paths[1].Convolutions[0] : null, sum);
    }

    private static void RefusePreActivation(IReadOnlyList<OnnxNode> readers)
    {
        if (readers.Count > 1 && readers.FirstOrDefault(node => node.OpType == "BatchNormalization") is { } norm)
            throw new OnnxRefusal(norm, "normalises before its convolution: this is a pre-activation ResNet (v2), a different network; use a v1 or v1.5 file");
    }

    /// <summary>Convolutions with ReLU between them, up to an addition.</summary>
    private (List<ReadConvolutionNorm> Convolutions, OnnxNode End) ReadPath(OnnxNode node)
    {
        var path = new List<ReadConvolutionNorm>();
        while (true)
        {
            var convolution = ReadConvolution(node);
            path.Add(convolution);
            string value = After(convolution, relu: false);
            var next = Single(value, node);
            if (next.OpType is "Add" or "Sum") return (path, next);
            if (next.OpType != "Relu") throw new OnnxRefusal(next, $"follows a convolution in a residual block where {(next.OpType is "GlobalAveragePool" or "Mul" ? "a plain ResNet has none (squeeze and excitation?)" : "a ReLU or the addition belongs")}");
            node = Only(next.Outputs[0], "Conv", "the branch of a residual block goes on with a convolution");
        }
    }

    private ReadConvolutionNorm ReadConvolution(OnnxNode node, string? name = null, string? norm = null)
    {
        var weight = _flow.Constant(node, 1) ?? throw new OnnxRefusal(node, "has weights that are computed from the images");
        if (node.Int("group", 1) != 1) throw new OnnxRefusal(node, $"has {node.Int("group", 1)} groups: this is a ResNeXt or another network with grouped convolutions");
        _flow.Bias(node);
        int[] pads = _flow.Pads(node);
        var window = OnnxWindow.Of(node, _flow.InputShape(node), weight.Shape[2], weight.Shape[3]);
        if (window.DilationH != 1 || window.DilationW != 1) throw new OnnxRefusal(node, "is dilated; a ResNet classifier has no dilation");
        if (window.R != window.S || window.R % 2 == 0 || window.StrideH != window.StrideW) throw new OnnxRefusal(node, $"has a {window.R} × {window.S} kernel with strides {window.StrideH}, {window.StrideW}; square, odd ones are known");
        int[] all = [window.PadTop + pads[0], window.PadLeft + pads[1], window.PadBottom + pads[2], window.PadRight + pads[3]];
        if (all.Any(p => p != (window.R - 1) / 2)) throw new OnnxRefusal(node, $"pads by {string.Join(", ", all)} pixels; {(window.R - 1) / 2} on each side is known for a {window.R} × {window.R} kernel");
        if (weight.Real(node) is var values && values.Length > 1 && values.All(v => v == values[0]))
            throw new OnnxRefusal(node, $"has weights that are all {values[0]}: the file holds the graph without trained weights");
        var next = _flow.Consumers(node.Outputs[0]);
        var batchNorm = next is [{ OpType: "BatchNormalization" } only] ? only : null;
        if (name is not null) _convolutions.Add(new RecognizedConvolution(name, norm!, node, batchNorm));
        return new ReadConvolutionNorm(node, batchNorm, window.R, window.StrideH, weight.Shape[1], weight.Shape[0]);
    }

    private string After(ReadConvolutionNorm convolution, bool relu)
    {
        string value = (convolution.Norm ?? convolution.Node).Outputs[0];
        return relu ? Only(value, "Relu", "a ReLU follows the stem's convolution").Outputs[0] : value;
    }

    private OnnxNode Single(string value, OnnxNode after) => _flow.Consumers(value) switch
    {
        [var node] => node,
        [] => throw new OnnxRefusal(after, "ends the graph inside a residual block"),
        [_, var second, ..] => throw new OnnxRefusal(second, "branches off inside a residual block"),
    };

    private OnnxNode Only(string value, string type, string rule)
    {
        var nodes = _flow.Consumers(value);
        if (nodes is [var node] && node.OpType == type) return node;
        var wrong = nodes.FirstOrDefault(n => n.OpType != type) ?? nodes.FirstOrDefault();
        if (wrong is null) throw new OnnxRefusal(new OnnxNode { OpType = "output", Name = value }, $"ends the graph; {rule}");
        throw new OnnxRefusal(wrong, $"is not expected here: {rule}");
    }
}
