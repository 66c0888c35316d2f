namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// A graph as recognition needs it: constants computed, what passes its input through (Identity, Dropout, Cast), pads with zeros or
/// computes shapes left out, and the shape of every value for one probe batch.
/// </summary>
internal sealed class DataFlow
{
    private readonly Dictionary<string, string> _alias = [];
    private readonly Dictionary<string, List<OnnxNode>> _consumers = [];
    private readonly Dictionary<string, int[]> _shapes = [];
    private readonly Dictionary<string, int[]> _pads = [];

    /// <param name="probe">A batch; the graph is evaluated on it.</param>
    /// <param name="convolution">How; null takes the plain one.</param>
    /// <exception cref="OnnxRefusal">A node cannot be evaluated.</exception>
    public DataFlow(OnnxGraph graph, OnnxTensor probe, Func<OnnxNode, OnnxTensor, OnnxTensor, OnnxTensor?, OnnxTensor>? convolution = null)
    {
        Input = graph.Inputs[0].Name;
        Constants = new Dictionary<string, OnnxTensor>(graph.Initializers);
        _shapes[Input] = probe.Shape;
        new GraphEvaluator(graph) { Observer = Add, Convolution = convolution ?? PlainConvolution.Run }.Run(probe, graph.Outputs[0].Name);
    }

    public string Input { get; }

    public Dictionary<string, OnnxTensor> Constants { get; }

    /// <summary>The nodes that read a value, directly or through what was left out.</summary>
    public IReadOnlyList<OnnxNode> Consumers(string value) => _consumers.TryGetValue(value, out var nodes) ? nodes : [];

    public int[] Shape(string value) => _shapes[value];

    /// <summary>The shape of a node's first input, with the pads in front of it.</summary>
    /// <exception cref="OnnxRefusal">The first input is a constant.</exception>
    public int[] InputShape(OnnxNode node) => _shapes.GetValueOrDefault(node.Input(0)) ?? throw new OnnxRefusal(node, "has a constant where the images belong");

    /// <summary>Zero pixels that Pad nodes put around a node's first input: top, left, bottom, right.</summary>
    public int[] Pads(OnnxNode node) => _pads.GetValueOrDefault(node.Input(0)) ?? [0, 0, 0, 0];

    /// <summary>The value that a node reads, seen through what was left out.</summary>
    public string Source(OnnxNode node, int index) => _alias.GetValueOrDefault(node.Input(index), node.Input(index));

    /// <summary>A constant input, or null where there is none or it depends on the images.</summary>
    public OnnxTensor? Constant(OnnxNode node, int index) => Constants.GetValueOrDefault(Source(node, index));

    /// <summary>A constant bias (input 2), or null where the node has none.</summary>
    /// <exception cref="OnnxRefusal">The bias depends on the images.</exception>
    public OnnxTensor? Bias(OnnxNode node)
        => node.Input(2).Length == 0 ? null : Constant(node, 2) ?? throw new OnnxRefusal(node, "has a bias that is computed from the images");

    private void Add(OnnxNode node, OnnxTensor result)
    {
        string output = node.Outputs[0];
        if (node.Inputs.All(name => name.Length == 0 || Constants.ContainsKey(name))) Constants[output] = result;
        else if (result.Integers is null) AddData(node, output, result);
    }

    private void AddData(OnnxNode node, string output, OnnxTensor result)
    {
        _shapes[output] = result.Shape;
        if (node.OpType is "Identity" or "Dropout" or "Cast" or "Pad")
        {
            int[] before = Pads(node), more = node.OpType == "Pad" ? ZeroPixels(node) : [0, 0, 0, 0];
            _alias[output] = Source(node, 0);
            _pads[output] = [.. before.Zip(more, (a, b) => a + b)];
            return;
        }
        if (node.OpType is not ("Conv" or "MaxPool") && Pads(node).Any(p => p != 0)) throw new OnnxRefusal(node, "follows a padding; in a ResNet only convolutions and the max pool do");
        foreach (string input in Enumerable.Range(0, node.Inputs.Count).Select(i => Source(node, i)).Where(_shapes.ContainsKey).Distinct())
        {
            if (!_consumers.TryGetValue(input, out var nodes)) _consumers[input] = nodes = [];
            nodes.Add(node);
        }
    }

    private int[] ZeroPixels(OnnxNode node)
    {
        OnnxTensor?[] inputs = [.. Enumerable.Range(0, node.Inputs.Count).Select(i => Constant(node, i))];
        int[] pads = OnnxPads.Of(node, inputs);
        if (OnnxPads.Value(node, inputs) != 0 || pads is not [0, 0, var top, var left, 0, 0, var bottom, var right]) throw new OnnxRefusal(node, "pads otherwise than height and width with zeros");
        return [top, left, bottom, right];
    }
}
