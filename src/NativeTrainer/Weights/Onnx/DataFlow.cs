namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// A graph as recognition needs it: constants computed, what passes its input through (Identity, Dropout, Cast) and what computes shapes
/// left out, and the shape of every value for one probe batch.
/// </summary>
internal sealed class DataFlow
{
    private readonly Dictionary<string, string> _alias = [];
    private readonly Dictionary<string, List<OnnxNode>> _consumers = [];
    private readonly Dictionary<string, int[]> _shapes = [];

    /// <param name="probe">A batch (N, C, H, W); the graph is evaluated on it.</param>
    /// <exception cref="OnnxRefusal">A node cannot be evaluated.</exception>
    public DataFlow(OnnxGraph graph, OnnxTensor probe)
    {
        Input = graph.Inputs[0].Name;
        Constants = new Dictionary<string, OnnxTensor>(graph.Initializers);
        _shapes[Input] = probe.Shape;
        new GraphEvaluator(graph) { Observer = Add }.Run(probe, graph.Outputs[0].Name);
    }

    public string Input { get; }

    public Dictionary<string, OnnxTensor> Constants { get; }

    /// <summary>The nodes that read a value, directly or through what was left out.</summary>
    public IReadOnlyList<OnnxNode> Consumers(string value) => _consumers.TryGetValue(value, out var nodes) ? nodes : [];

    public int[] Shape(string value) => _shapes[value];

    /// <summary>The value that a node reads, seen through what was left out.</summary>
    public string Source(OnnxNode node, int index) => _alias.GetValueOrDefault(node.Input(index), node.Input(index));

    /// <summary>A constant input, or null where there is none or it depends on the images.</summary>
    public OnnxTensor? Constant(OnnxNode node, int index) => Constants.GetValueOrDefault(Source(node, index));

    private void Add(OnnxNode node, OnnxTensor result)
    {
        string output = node.Outputs[0];
        if (node.Inputs.All(name => name.Length == 0 || Constants.ContainsKey(name))) Constants[output] = result;
        else if (result.Integers is null) AddData(node, output, result);
    }

    private void AddData(OnnxNode node, string output, OnnxTensor result)
    {
        string source = Source(node, 0);
        if (node.OpType is "Identity" or "Dropout" or "Cast")
        {
            _alias[output] = source;
            return;
        }
        _shapes[output] = result.Shape;
        foreach (string input in Enumerable.Range(0, node.Inputs.Count).Select(i => Source(node, i)).Where(_shapes.ContainsKey).Distinct())
        {
            if (!_consumers.TryGetValue(input, out var nodes)) _consumers[input] = nodes = [];
            nodes.Add(node);
        }
    }
}
