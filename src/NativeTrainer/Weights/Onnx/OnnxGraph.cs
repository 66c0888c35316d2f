namespace NativeTrainer.Weights.Onnx;

/// <summary>A tensor of an ONNX file or of its evaluation: either real numbers (float16 and double are converted) or integers.</summary>
internal sealed record OnnxTensor(int[] Shape, float[]? Floats, long[]? Integers = null)
{
    public int Count => Floats?.Length ?? Integers!.Length;

    public float[] Real(OnnxNode node) => Floats ?? throw new OnnxRefusal(node, "gets integers where it needs real numbers");

    public long[] Whole(OnnxNode node) => Integers ?? throw new OnnxRefusal(node, "gets real numbers where it needs integers");

    public override string ToString() => $"({string.Join(", ", Shape)})";
}

/// <summary>TensorProto.DataType.</summary>
internal enum OnnxElement
{
    Float = 1, UInt8 = 2, Int8 = 3, UInt16 = 4, Int16 = 5, Int32 = 6, Int64 = 7, Bool = 9, Float16 = 10, Double = 11, BFloat16 = 16,
}

/// <summary>An attribute: the member that its type names is set.</summary>
internal sealed record OnnxAttribute
{
    public float Float { get; set; }

    public long Int { get; set; }

    public string Text { get; set; } = "";

    public List<float> Floats { get; } = [];

    public List<long> Ints { get; } = [];

    public OnnxTensor? Tensor { get; set; }
}

/// <summary>One operator of the graph.</summary>
internal sealed record OnnxNode
{
    public string Name { get; set; } = "";

    public string OpType { get; set; } = "";

    public string Domain { get; set; } = "";

    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public Dictionary<string, OnnxAttribute> Attributes { get; } = [];

    public long Int(string name, long otherwise) => Attributes.TryGetValue(name, out var a) ? a.Int : otherwise;

    public float Float(string name, float otherwise) => Attributes.TryGetValue(name, out var a) ? a.Float : otherwise;

    public string Text(string name, string otherwise) => Attributes.TryGetValue(name, out var a) ? a.Text : otherwise;

    public int[]? Ints(string name) => Attributes.TryGetValue(name, out var a) ? [.. a.Ints.Select(v => (int)Math.Clamp(v, int.MinValue, int.MaxValue))] : null;

    /// <summary>An optional input's name; empty where it is absent.</summary>
    public string Input(int index) => index < Inputs.Count ? Inputs[index] : "";

    /// <summary>For messages: the operator with its name, or with its output's where it has none.</summary>
    public override string ToString() => $"{OpType} '{(Name.Length > 0 ? Name : Outputs.FirstOrDefault())}'";
}

/// <summary>A graph's input or output.</summary>
/// <param name="Dims">-1 where the file leaves a dimension open; null where it says nothing.</param>
internal sealed record OnnxValue(string Name, int ElementType, int[]? Dims);

/// <summary>What an ONNX file holds, as far as inference of convolutional networks needs it.</summary>
internal sealed class OnnxGraph
{
    public required string Path { get; init; }

    public long Opset { get; set; }

    public string Producer { get; set; } = "";

    /// <summary>In topological order, as the format demands.</summary>
    public List<OnnxNode> Nodes { get; } = [];

    public Dictionary<string, OnnxTensor> Initializers { get; } = [];

    /// <summary>Without those that are initialisers too (IR version 3 and some tools list them twice).</summary>
    public List<OnnxValue> Inputs { get; } = [];

    public List<OnnxValue> Outputs { get; } = [];

    /// <summary>The model's <c>metadata_props</c>.</summary>
    public Dictionary<string, string> Metadata { get; } = [];
}

/// <summary>A node that a ResNet does not have, or not there: the reason for refusing a file.</summary>
internal sealed class OnnxRefusal(OnnxNode node, string reason) : Exception($"{node} {reason}");
