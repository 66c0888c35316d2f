namespace NativeTrainer.Weights.Onnx;

/// <summary>Evaluates an ONNX graph node by node in float32 with double sums: the yardstick that a conversion is measured with, and its source of shapes.</summary>
internal sealed class GraphEvaluator
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, int> _lastUse = [];

    /// <exception cref="OnnxRefusal">Two nodes make the same value.</exception>
    public GraphEvaluator(OnnxGraph graph)
    {
        _graph = graph;
        var made = new HashSet<string>(graph.Initializers.Keys) { graph.Inputs[0].Name };
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            foreach (string input in node.Inputs) _lastUse[input] = i;
            if (node.Outputs is not [{ Length: > 0 }, ..]) throw new OnnxRefusal(node, "has no output");
            if (node.Outputs.FirstOrDefault(name => name.Length > 0 && !made.Add(name)) is { } twice) throw new OnnxRefusal(node, $"makes '{twice}', which is there already");
        }
        foreach (var output in graph.Outputs) _lastUse[output.Name] = int.MaxValue;
    }

    /// <summary>Replaces the plain convolution, for speed where independence does not matter.</summary>
    public Func<OnnxNode, OnnxTensor, OnnxTensor, OnnxTensor?, OnnxTensor> Convolution { get; init; } = PlainConvolution.Run;

    /// <summary>Sees each node's first output.</summary>
    public Action<OnnxNode, OnnxTensor>? Observer { get; init; }

    /// <summary>The value of one name for an input batch (N, C, H, W).</summary>
    /// <exception cref="OnnxRefusal">A node is not known or its inputs do not fit.</exception>
    public OnnxTensor Run(OnnxTensor images, string output)
    {
        var values = new Dictionary<string, OnnxTensor>(_graph.Initializers) { [_graph.Inputs[0].Name] = images };
        for (int i = 0; i < _graph.Nodes.Count; i++)
        {
            var node = _graph.Nodes[i];
            var inputs = node.Inputs.Select(name => name.Length == 0 ? null : values.GetValueOrDefault(name) ?? throw new OnnxRefusal(node, $"reads '{name}', which no node before it makes")).ToArray();
            var result = Evaluate(node, inputs);
            values[node.Outputs[0]] = result;
            Observer?.Invoke(node, result);
            if (node.Outputs[0] == output) return result;
            foreach (string name in node.Inputs.Where(name => _lastUse[name] == i)) values.Remove(name);
        }
        throw new OnnxRefusal(_graph.Nodes[^1], $"is the last node, and none makes the output '{output}'");
    }

    private OnnxTensor Evaluate(OnnxNode node, OnnxTensor?[] inputs)
    {
        OnnxTensor In(int index) => inputs.ElementAtOrDefault(index) ?? throw new OnnxRefusal(node, $"lacks input {index}");
        if (node.Domain is not ("" or "ai.onnx")) throw new OnnxRefusal(node, $"is of the domain '{node.Domain}', which ResNets do not need; export without optimisation for one runtime");
        return node.OpType switch
        {
            "Conv" => Convolution(node, In(0), In(1), inputs.ElementAtOrDefault(2)),
            "BatchNormalization" => PlainOperators.BatchNormalization(node, In(0), [In(1), In(2), In(3), In(4)]),
            "Relu" => PlainOperators.Relu(node, In(0)),
            "MaxPool" => PlainOperators.Pool(node, In(0), maximum: true),
            "AveragePool" => PlainOperators.Pool(node, In(0), maximum: false),
            "GlobalAveragePool" => PlainOperators.SpatialMean(node, In(0), keepAxes: true),
            "ReduceMean" => ReduceMean(node, In(0), inputs.ElementAtOrDefault(1)),
            "Gemm" => PlainOperators.Gemm(node, In(0), In(1), inputs.ElementAtOrDefault(2)),
            "MatMul" => PlainOperators.Gemm(node, In(0), In(1), null),
            "Add" or "Sum" when inputs.Length == 2 => PlainOperators.Broadcast(node, In(0), In(1), (a, b) => a + b, (a, b) => a + b),
            "Sub" => PlainOperators.Broadcast(node, In(0), In(1), (a, b) => a - b, (a, b) => a - b),
            "Mul" => PlainOperators.Broadcast(node, In(0), In(1), (a, b) => a * b, (a, b) => a * b),
            "Div" => PlainOperators.Broadcast(node, In(0), In(1), (a, b) => a / b, (a, b) => b == 0 ? throw new OnnxRefusal(node, "divides by zero") : a / b),
            "Softmax" or "LogSoftmax" => PlainOperators.Softmax(node, In(0)),
            "Pad" => PlainOperators.Pad(node, In(0), OnnxPads.Of(node, inputs), OnnxPads.Value(node, inputs)),
            "Transpose" => PlainOperators.Transpose(node, In(0)),
            "Identity" or "Dropout" or "Cast" => In(0),
            _ => ShapeOperators.Evaluate(node, inputs),
        };
    }

    private static OnnxTensor ReduceMean(OnnxNode node, OnnxTensor x, OnnxTensor? axesInput)
    {
        int[] axes = [.. (node.Ints("axes") ?? axesInput?.Whole(node).Select(a => (int)a) ?? []).Select(a => a < 0 ? a + x.Shape.Length : a).Order()];
        if (!axes.SequenceEqual([2, 3])) throw new OnnxRefusal(node, $"averages over the axes {string.Join(", ", axes)}; a ResNet averages over height and width, 2 and 3");
        return PlainOperators.SpatialMean(node, x, node.Int("keepdims", 1) != 0);
    }
}
