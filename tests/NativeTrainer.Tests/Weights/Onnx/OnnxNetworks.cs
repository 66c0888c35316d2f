using NativeTrainer.Models;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>
/// Draws small ResNets with random weights as ONNX graphs. The same spec and seed give the same function in every dialect: batch norms
/// near identity, convolutions He-normal, so that activations stay of order one.
/// </summary>
internal sealed class OnnxNetworks
{
    private readonly ResNetSpec _spec;
    private readonly OnnxDialect _dialect;
    private readonly OnnxGraph _graph;
    private readonly Random _random;
    private int _side;
    private int _number;

    private OnnxNetworks(ResNetSpec spec, OnnxDialect dialect, int seed)
    {
        (_spec, _dialect, _random, _side) = (spec, dialect, new Random(seed), spec.Preprocessing.Size);
        _graph = new OnnxGraph { Path = "", Opset = dialect.Opset };
    }

    /// <summary>Two stages of basic blocks for pictures of 32 pixels.</summary>
    public static ResNetSpec Small { get; } = new()
    {
        Name = "small",
        Block = BlockKind.Basic,
        Depths = [1, 1],
        Widths = [8, 12],
        Strides = [1, 2],
        StemChannels = 8,
        StemKernel = 3,
        StemStride = 1,
        Pool = new StemPool(3, 2, 1, false),
        Head = new HeadSpec { Classes = 5 },
        Preprocessing = new Preprocessing { Size = 32, CropRatio = 1 },
    };

    public static OnnxGraph Draw(ResNetSpec spec, OnnxDialect dialect, int seed = 1) => new OnnxNetworks(spec, dialect, seed).Draw();

    /// <summary>Draws and saves as <c>NAME.onnx</c>; returns the path.</summary>
    public static string Save(TemporaryFolder folder, ResNetSpec spec, OnnxDialect dialect, string name = "network", Action<OnnxGraph>? edit = null)
    {
        string path = Path.Combine(folder.Path, $"{name}.onnx");
        var graph = Draw(spec, dialect);
        edit?.Invoke(graph);
        OnnxFileWriter.Write(graph, path, dialect.Storage);
        return path;
    }

    private OnnxGraph Draw()
    {
        int element = _dialect.IsStoredInHalf && _dialect.Weights != WeightForm.BehindCast && !_dialect.HalfGraph ? 10 : 1;
        _graph.Inputs.Add(new OnnxValue("input", element, [_dialect.Batch, _spec.InputChannels, _side, _side]));
        string x = _dialect.HalfGraph ? Node("Cast", "cast_in", ["input"], ("to", 10L)) : "input";
        x = Relu(Convolution(x, "conv1", "bn1", _spec.InputChannels, _spec.StemChannels, _spec.StemKernel, _spec.StemStride), "relu");
        if (_spec.Pool is { } pool) x = MaxPool(x, pool);
        int channels = _spec.StemChannels;
        for (int stage = 0; stage < _spec.Depths.Count; stage++)
        {
            for (int block = 0; block < _spec.Depths[stage]; block++)
            {
                x = Block(x, $"layer{stage + 1}.{block}", channels, _spec.Widths[stage], block == 0 ? _spec.Strides[stage] : 1);
                channels = _spec.Widths[stage] * _spec.Expansion;
            }
        }
        x = Head(Rows(Mean(x, channels), channels), channels);
        if (_dialect.Last is { } last) x = Node(last, "last", [x], ("axis", 1L));
        if (_dialect.HalfGraph) x = Node("Cast", "cast_out", [x], ("to", 1L));
        _graph.Nodes[^1].Outputs[0] = "logits";
        _graph.Outputs.Add(new OnnxValue("logits", element, [_dialect.Batch, _spec.Head.Classes]));
        return _graph;
    }

    private string Block(string x, string name, int channels, int width, int stride)
    {
        int outputs = width * _spec.Expansion, side = _side;
        bool bottleneck = _spec.Block == BlockKind.Bottleneck;
        int early = _spec.StrideOnFirst1x1 || !bottleneck ? stride : 1;
        string y = Relu(Convolution(x, $"{name}.conv1", $"{name}.bn1", channels, width, bottleneck ? 1 : 3, early), $"{name}.relu");
        y = Convolution(y, $"{name}.conv2", $"{name}.bn2", width, width, 3, stride / early);
        if (bottleneck) y = Convolution(Relu(y, $"{name}.relu_1"), $"{name}.conv3", $"{name}.bn3", width, outputs, 1, 1);
        string shortcut = x;
        if (stride > 1 || channels != outputs)
        {
            _side = side;
            shortcut = Convolution(x, $"{name}.downsample.0", $"{name}.downsample.1", channels, outputs, _spec.ShortcutKernel, stride);
        }
        string sum = Node(_dialect.Addition, $"{name}.add", [y, shortcut]);
        if (_dialect.PassThrough) sum = Node("Identity", $"{name}.identity", [sum]);
        return Relu(sum, $"{name}.relu_2");
    }

    private string Convolution(string x, string name, string norm, int channels, int k, int kernel, int stride)
    {
        float[] w = Values(k * channels * kernel * kernel, 0, Math.Sqrt(2.0 / (channels * kernel * kernel)));
        float[] bias = Values(k, 0, 0.2), gamma = Values(k, 1, 0.2), beta = Values(k, 0, 0.2), mean = Values(k, 0, 0.2), variance = [.. Values(k, 0, 0.3).Select(v => Rounded(Math.Exp(v)))];
        bool folded = _dialect.Norm == NormForm.Folded || (_dialect.Norm == NormForm.FoldedInStem && name == "conv1");
        if (folded)
        {
            for (int i = 0; i < w.Length; i++) w[i] = Rounded(w[i] * gamma[i * k / w.Length] / Math.Sqrt(variance[i * k / w.Length] + (double)_spec.NormEpsilon));
            for (int i = 0; i < k; i++) bias[i] = Rounded(beta[i] - (double)gamma[i] * mean[i] / Math.Sqrt(variance[i] + (double)_spec.NormEpsilon));
        }
        List<string> inputs = [Padded(x, name, kernel, stride), Weight($"{name}.weight", [k, channels, kernel, kernel], w)];
        if (folded || _dialect.Norm == NormForm.NodesBehindBias) inputs.Add(Weight($"{name}.bias", [k], bias));
        string y = Node("Conv", $"{name}.Conv", inputs,
            [("group", 1L), ("dilations", new long[] { 1, 1 }), ("kernel_shape", new long[] { kernel, kernel }), ("strides", new long[] { stride, stride }), .. Padding(kernel)]);
        _side = (_side + stride - 1) / stride;
        if (folded) return y;
        inputs = [y, Weight($"{norm}.weight", [k], gamma), Weight($"{norm}.bias", [k], beta), Weight($"{norm}.running_mean", [k], mean), Weight($"{norm}.running_var", [k], variance)];
        return Node("BatchNormalization", $"{norm}.BatchNormalization", inputs, ("epsilon", _spec.NormEpsilon));
    }

    private string MaxPool(string x, StemPool pool)
    {
        int reach = _side + 2 * pool.Pad - pool.Kernel;
        string padded = pool.Pad > 0 ? Padded(x, "maxpool", pool.Kernel, pool.Stride) : x;
        List<(string, object)> attributes = [("kernel_shape", new long[] { pool.Kernel, pool.Kernel }), ("strides", new long[] { pool.Stride, pool.Stride })];
        if (pool.Pad > 0) attributes.AddRange(Padding(pool.Kernel));
        if (pool.CeilMode) attributes.Add(("ceil_mode", 1L));
        _side = (pool.CeilMode ? (reach + pool.Stride - 1) / pool.Stride : reach / pool.Stride) + 1;
        return Node("MaxPool", "maxpool.MaxPool", [padded], [.. attributes]);
    }

    private string Padded(string x, string name, int kernel, int stride)
    {
        long pad = (kernel - 1) / 2;
        if (_dialect.Pad != PadForm.Nodes || pad == 0) return x;
        long[] pads = [0, 0, pad, pad, 0, 0, pad, pad];
        return _dialect.Opset < 11 ? Node("Pad", $"{name}.Pad", [x], ("pads", pads), ("mode", "constant")) : Node("Pad", $"{name}.Pad", [x, Integers($"{name}.pads", pads)], ("mode", "constant"));
    }

    private (string, object)[] Padding(int kernel)
    {
        long pad = (kernel - 1) / 2;
        return _dialect.Pad switch
        {
            PadForm.Attribute => [("pads", new long[] { pad, pad, pad, pad })],
            PadForm.SameUpper => [("auto_pad", "SAME_UPPER")],
            PadForm.SameLower => [("auto_pad", "SAME_LOWER")],
            _ => [],
        };
    }

    private string Mean(string x, int channels) => _dialect.Mean switch
    {
        MeanForm.GlobalAveragePool => Node("GlobalAveragePool", "avgpool", [x]),
        MeanForm.AveragePool => Node("AveragePool", "avgpool", [x], ("kernel_shape", new long[] { _side, _side }), ("strides", new long[] { 1, 1 })),
        MeanForm.Convolution => Node("Conv", "avgpool", [x, Initializer("avgpool.weight", new OnnxTensor([channels, 1, _side, _side], [.. Enumerable.Repeat(1f / (_side * _side), channels * _side * _side)]))],
            ("group", (long)channels)),
        MeanForm.ReduceMean => ReduceMean(x, [2, 3], keep: true),
        MeanForm.ReduceMeanNegativeAxes => ReduceMean(x, [-1, -2], keep: true),
        _ => ReduceMean(x, [2, 3], keep: false),
    };

    private string ReduceMean(string x, long[] axes, bool keep)
        => _dialect.Opset < 18
            ? Node("ReduceMean", "avgpool", [x], ("axes", axes), ("keepdims", keep ? 1L : 0L))
            : Node("ReduceMean", "avgpool", [x, Integers("avgpool.axes", axes)], ("keepdims", keep ? 1L : 0L));

    private string Rows(string x, int features)
    {
        if (_dialect.Mean == MeanForm.ReduceMeanWithoutAxes || _dialect.Linear == LinearForm.Convolution) return x;
        return _dialect.Rows switch
        {
            RowForm.Flatten => Node("Flatten", "flatten", [x], ("axis", 1L)),
            RowForm.ReshapeOpenBatch => Node("Reshape", "flatten", [x, Integers("flatten.shape", [-1, features])]),
            RowForm.ReshapeOpenWidth => Node("Reshape", "flatten", [x, Integers("flatten.shape", [_dialect.Batch, -1])]),
            RowForm.ReshapeCopiedBatch => Node("Reshape", "flatten", [x, ConstantNode("flatten.shape", new OnnxTensor([2], null, [0, -1]))]),
            RowForm.Squeeze => _dialect.Opset < 13 ? Node("Squeeze", "flatten", [x], ("axes", new long[] { 2, 3 })) : Node("Squeeze", "flatten", [x, Integers("flatten.axes", [2, 3])]),
            _ => Node("Reshape", "flatten", [x, BatchAndRest(x)]),
        };
    }

    /// <summary>What PyTorch writes for <c>x.view(x.size(0), -1)</c>.</summary>
    private string BatchAndRest(string x)
    {
        string size = Node("Gather", "gather", [Node("Shape", "shape", [x]), ConstantNode("gather.index", new OnnxTensor([], null, [0]))], ("axis", 0L));
        string batch = _dialect.Opset < 13 ? Node("Unsqueeze", "unsqueeze", [size], ("axes", new long[] { 0 })) : Node("Unsqueeze", "unsqueeze", [size, Integers("unsqueeze.axes", [0])]);
        return Node("Concat", "concat", [batch, ConstantNode("concat.rest", new OnnxTensor([1], null, [-1]))], ("axis", 0L));
    }

    private string Head(string x, int inputs)
    {
        int[] widths = [.. _spec.Head.Hidden, _spec.Head.Classes];
        for (int i = 0; i < widths.Length; i++)
        {
            string name = widths.Length == 1 ? "fc" : $"fc.{3 * i}";
            if (_dialect.PassThrough) x = Node("Dropout", $"{name}.dropout", [x]);
            x = Linear(x, name, inputs, widths[i]);
            if (i < widths.Length - 1) x = Relu(x, $"fc.{3 * i + 1}");
            inputs = widths[i];
        }
        return _dialect.Linear == LinearForm.Convolution ? Node("Flatten", "flatten", [x], ("axis", 1L)) : x;
    }

    private string Linear(string x, string name, int inputs, int outputs)
    {
        float[] rows = Values(inputs * outputs, 0, Math.Sqrt(1.0 / inputs)), bias = Values(outputs, 0, 0.2);
        float[] columns = [.. Enumerable.Range(0, rows.Length).Select(i => rows[i % outputs * inputs + i / outputs])];
        string Bias() => Weight($"{name}.bias", [outputs], bias);
        return _dialect.Linear switch
        {
            LinearForm.GemmOfRows => Node("Gemm", $"{name}.Gemm", [x, Weight($"{name}.weight", [outputs, inputs], rows), Bias()], ("alpha", 1f), ("beta", 1f), ("transB", 1L)),
            LinearForm.GemmOfColumns => Node("Gemm", $"{name}.Gemm", [x, Weight($"{name}.weight", [inputs, outputs], columns), Bias()]),
            LinearForm.MatMulAdd => Node("Add", $"{name}.Add", [Bias(), Node("MatMul", $"{name}.MatMul", [x, Weight($"{name}.weight", [inputs, outputs], columns)])]),
            LinearForm.MatMulOfTransposed => Node("Add", $"{name}.Add", [Node("MatMul", $"{name}.MatMul",
                [x, Node("Transpose", $"{name}.Transpose", [Weight($"{name}.weight", [outputs, inputs], rows)], ("perm", new long[] { 1, 0 }))]), Bias()]),
            _ => Node("Conv", $"{name}.Conv", [x, Weight($"{name}.weight", [outputs, inputs, 1, 1], rows), Bias()]),
        };
    }

    private string Relu(string x, string name) => Node("Relu", name, [x]);

    private string Node(string type, string name, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        string output = _dialect.Numeric ? $"{_number++}" : $"/{name}_output_0";
        var node = new OnnxNode { OpType = type, Name = _dialect.Numeric ? "" : name, Outputs = { output } };
        node.Inputs.AddRange(inputs);
        foreach (var (key, value) in attributes) node.Attributes[key] = Attribute(value);
        _graph.Nodes.Add(node);
        return output;
    }

    private static OnnxAttribute Attribute(object value)
    {
        var attribute = new OnnxAttribute();
        if (value is long[] list) attribute.Ints.AddRange(list);
        else if (value is long number) attribute.Int = number;
        else if (value is float real) attribute.Float = real;
        else if (value is string text) attribute.Text = text;
        else attribute.Tensor = (OnnxTensor)value;
        return attribute;
    }

    private string Weight(string name, int[] shape, float[] values)
    {
        var tensor = new OnnxTensor(shape, values);
        if (_dialect.Weights == WeightForm.ConstantNodes) return ConstantNode(name, tensor);
        string stored = Initializer(_dialect.Weights == WeightForm.Initializers ? name : $"{name}.stored", tensor);
        return _dialect.Weights switch
        {
            WeightForm.BehindIdentity => Node("Identity", $"{name}.Identity", [stored]),
            WeightForm.BehindCast => Node("Cast", $"{name}.Cast", [stored], ("to", 1L)),
            _ => stored,
        };
    }

    private string Integers(string name, long[] values) => Initializer(name, new OnnxTensor([values.Length], null, values));

    private string Initializer(string name, OnnxTensor tensor)
    {
        if (_dialect.Numeric) name = $"{_number++}";
        _graph.Initializers[name] = tensor;
        return name;
    }

    private string ConstantNode(string name, OnnxTensor tensor) => Node("Constant", name, [], ("value", tensor));

    /// <summary>Normally distributed (Box and Muller).</summary>
    private float[] Values(int count, double mean, double deviation)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = Rounded(mean + deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(Math.Tau * _random.NextDouble()));
        return values;
    }

    /// <summary>Rounded as the file stores it, so that float16 and float32 files hold the same numbers.</summary>
    private float Rounded(double value) => _dialect.RoundsToHalf ? (float)(Half)value : (float)value;
}
