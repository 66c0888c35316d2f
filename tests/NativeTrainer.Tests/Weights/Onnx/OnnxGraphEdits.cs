using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>Changes to a drawn graph that make it another network.</summary>
internal static class OnnxGraphEdits
{
    public static OnnxNode Node(this OnnxGraph graph, string name) => graph.Nodes.Single(node => node.Name == name);

    /// <summary>A new node between one of a node's inputs and the node.</summary>
    /// <param name="more">Further inputs of the new node.</param>
    public static OnnxNode Insert(this OnnxGraph graph, string before, string type, string name, int input = 0, params string[] more)
    {
        var reader = graph.Node(before);
        var node = new OnnxNode { OpType = type, Name = name, Inputs = { reader.Inputs[input] }, Outputs = { $"/{name}_output_0" } };
        node.Inputs.AddRange(more);
        graph.Nodes.Insert(graph.Nodes.IndexOf(reader), node);
        reader.Inputs[input] = node.Outputs[0];
        return node;
    }

    /// <summary>Takes a node out: what read it reads its first input.</summary>
    public static void Skip(this OnnxGraph graph, string name)
    {
        var skipped = graph.Node(name);
        graph.Nodes.Remove(skipped);
        foreach (var node in graph.Nodes)
            for (int i = 0; i < node.Inputs.Count; i++) if (node.Inputs[i] == skipped.Outputs[0]) node.Inputs[i] = skipped.Inputs[0];
    }

    public static void Set(this OnnxNode node, string attribute, params long[] values)
    {
        var list = new OnnxAttribute();
        list.Ints.AddRange(values);
        node.Attributes[attribute] = values.Length == 1 ? new OnnxAttribute { Int = values[0] } : list;
    }

    /// <summary>Replaces a weight by one of another shape.</summary>
    public static void Reshape(this OnnxGraph graph, string weight, params int[] shape)
    {
        var random = new Random(3);
        graph.Initializers[weight] = new OnnxTensor(shape, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => random.NextSingle() - 0.5f)]);
    }

    public static void Integers(this OnnxGraph graph, string name, params long[] values) => graph.Initializers[name] = new OnnxTensor([values.Length], null, values);
}
