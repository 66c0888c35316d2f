using NativeTrainer.Evaluation.Metrics;
using NativeTrainer.Models;

namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// A model as an ONNX graph of opset 17: nodes and weights have torchvision's names; the first dimension of input and output is open.
/// images → [Cast, Transpose, Mul, Add] → ResNet → logits → [Div, Softmax → probabilities].
/// </summary>
internal sealed class ResNetOnnxGraph
{
    public const string Images = "images", Logits = "logits", Probabilities = "probabilities";

    private const int Opset = 17, Open = -1;

    private readonly ModelWeights _weights;
    private readonly ResNetSpec _spec;
    private readonly bool _fold;
    private readonly OnnxGraph _graph;

    private ResNetOnnxGraph(ModelWeights weights, bool fold)
    {
        (_weights, _spec, _fold) = (weights, weights.Spec, fold);
        _graph = new OnnxGraph { Path = "", Opset = Opset, Producer = "NativeTrainer" };
    }

    /// <param name="weights">With three input channels.</param>
    public static OnnxGraph Of(ModelWeights weights, ExportPreprocessing preprocessing, bool softmax, bool fold)
    {
        var network = new ResNetOnnxGraph(weights, fold);
        network.Head(network.Backbone(network.Input(preprocessing)), softmax);
        OnnxMetadata.Write(network._graph, weights, preprocessing);
        return network._graph;
    }

    private string Input(ExportPreprocessing where)
    {
        var pictures = _spec.Preprocessing;
        bool inside = where == ExportPreprocessing.Inside;
        _graph.Inputs.Add(inside
            ? new OnnxValue(Images, (int)OnnxElement.UInt8, [Open, pictures.Size, pictures.Size, 3])
            : new OnnxValue(Images, (int)OnnxElement.Float, [Open, 3, pictures.Size, pictures.Size]));
        if (!inside) return Images;
        string x = Node("Cast", "preprocessing.cast", [Images], ("to", (long)OnnxElement.Float));
        x = Node("Transpose", "preprocessing.channels_first", [x], Ints("perm", 0, 3, 1, 2));
        x = Node("Mul", "preprocessing.scale", [x, Constant("preprocessing.scale", [1, 3, 1, 1], [.. pictures.Std.Select(std => 1 / (255 * std))])]);
        return Node("Add", "preprocessing.shift", [x, Constant("preprocessing.shift", [1, 3, 1, 1], [.. pictures.Mean.Zip(pictures.Std, (mean, std) => -mean / std)])]);
    }

    private string Backbone(string x)
    {
        x = Relu("relu", Convolution(x, "conv1", "bn1", _spec.StemKernel, _spec.StemStride));
        if (_spec.Pool is { } pool)
        {
            x = Node("MaxPool", "maxpool", [x], Ints("kernel_shape", pool.Kernel, pool.Kernel), Ints("strides", pool.Stride, pool.Stride),
                Ints("pads", pool.Pad, pool.Pad, pool.Pad, pool.Pad), ("ceil_mode", pool.CeilMode ? 1L : 0));
        }
        int channels = _spec.StemChannels;
        for (int stage = 0; stage < _spec.Depths.Count; stage++)
        {
            for (int block = 0; block < _spec.Depths[stage]; block++)
            {
                x = Block(x, $"layer{stage + 1}.{block}", channels, _spec.Widths[stage], block == 0 ? _spec.Strides[stage] : 1);
                channels = _spec.Widths[stage] * _spec.Expansion;
            }
        }
        return x;
    }

    private string Block(string x, string name, int channels, int width, int stride)
    {
        (int Kernel, int Stride)[] branch = _spec.Block == BlockKind.Basic ? [(3, stride), (3, 1)] : _spec.StrideOnFirst1x1 ? [(1, stride), (3, 1), (1, 1)] : [(1, 1), (3, stride), (1, 1)];
        string y = x;
        for (int i = 0; i < branch.Length; i++)
        {
            y = Convolution(y, $"{name}.conv{i + 1}", $"{name}.bn{i + 1}", branch[i].Kernel, branch[i].Stride);
            if (i < branch.Length - 1) y = Relu($"{name}.relu{i + 1}", y);
        }
        bool projects = stride != 1 || channels != width * _spec.Expansion;
        string shortcut = projects ? Convolution(x, $"{name}.downsample.0", $"{name}.downsample.1", _spec.ShortcutKernel, stride) : x;
        return Relu($"{name}.relu", Node("Add", $"{name}.add", [y, shortcut]));
    }

    /// <summary>With its norm: behind it as a node, or in its weights.</summary>
    private string Convolution(string x, string name, string norm, int kernel, int stride)
    {
        var weight = _weights.Tensors[$"{name}.weight"];
        bool normed = _spec.Norm == NormKind.BatchNorm;
        var values = normed ? new NormValues(Data($"{norm}.weight"), Data($"{norm}.bias"), Data($"{norm}.running_mean"), Data($"{norm}.running_var")) : null;
        float[] w = weight.Data;
        float[]? bias = normed ? null : Data($"{name}.bias");
        if (_fold && values is not null)
        {
            (w, bias) = ([.. w], new float[weight.Shape[0]]);
            values.FoldInto(w, bias, _spec.NormEpsilon);
            values = null;
        }
        int pad = (kernel - 1) / 2;
        string[] inputs = [x, Constant($"{name}.weight", weight.Shape, w), .. bias is null ? Array.Empty<string>() : [Constant($"{name}.bias", [bias.Length], bias)]];
        string y = Node("Conv", name, inputs, Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Ints("pads", pad, pad, pad, pad));
        if (values is null) return y;
        int[] perChannel = [values.Weight.Length];
        return Node("BatchNormalization", norm, [y, Constant($"{norm}.weight", perChannel, values.Weight), Constant($"{norm}.bias", perChannel, values.Bias),
            Constant($"{norm}.running_mean", perChannel, values.Mean), Constant($"{norm}.running_var", perChannel, values.Variance)], ("epsilon", _spec.NormEpsilon));
    }

    private void Head(string x, bool softmax)
    {
        x = Node("Flatten", "flatten", [Node("GlobalAveragePool", "avgpool", [x])], ("axis", 1L));
        int layers = _spec.Head.Hidden.Count + 1;
        for (int i = 0; i < layers; i++)
        {
            string name = layers == 1 ? "fc" : $"fc.{3 * i}";
            var weight = _weights.Tensors[$"{name}.weight"];
            string[] inputs = [x, Constant($"{name}.weight", weight.Shape, weight.Data), Constant($"{name}.bias", [weight.Shape[0]], Data($"{name}.bias"))];
            x = i == layers - 1 ? Named("Gemm", name, Logits, inputs, ("transB", 1L)) : Relu($"fc.{3 * i + 1}", Node("Gemm", name, inputs, ("transB", 1L)));
        }
        if (softmax)
        {
            double temperature = TemperatureScaling.Of(_weights);
            if (temperature != 1) x = Node("Div", "temperature", [x, Constant("temperature", [], [(float)temperature])]);
            x = Named("Softmax", "softmax", Probabilities, [x], ("axis", 1L));
        }
        _graph.Outputs.Add(new OnnxValue(x, (int)OnnxElement.Float, [Open, _spec.Head.Classes]));
    }

    private string Relu(string name, string x) => Node("Relu", name, [x]);

    private float[] Data(string name) => _weights.Tensors[name].Data;

    private string Constant(string name, int[] shape, float[] values)
    {
        _graph.Initializers[name] = new OnnxTensor(shape, values);
        return name;
    }

    private string Node(string type, string name, string[] inputs, params (string Name, object Value)[] attributes) => Named(type, name, $"{name}.output", inputs, attributes);

    private string Named(string type, string name, string output, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var node = new OnnxNode { Name = name, OpType = type };
        node.Inputs.AddRange(inputs);
        node.Outputs.Add(output);
        foreach (var (key, value) in attributes)
        {
            var attribute = node.Attributes[key] = new OnnxAttribute();
            if (value is int[] many) attribute.Ints.AddRange(many.Select(v => (long)v));
            else if (value is float real) attribute.Float = real;
            else attribute.Int = (long)value;
        }
        _graph.Nodes.Add(node);
        return output;
    }

    private static (string, object) Ints(string name, params int[] values) => (name, values);
}
