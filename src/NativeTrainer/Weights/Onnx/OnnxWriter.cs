using System.Runtime.InteropServices;
using Google.Protobuf;

namespace NativeTrainer.Weights.Onnx;

/// <summary>Writes a graph as an ONNX file of IR version 8, float32 weights as raw bytes. Source of the field numbers: onnx.proto of https://github.com/onnx/onnx.</summary>
internal static class OnnxWriter
{
    private const int IrVersion = 8, RawData = 9;

    /// <summary>An open dimension (-1) of an input or output has this name.</summary>
    private const string OpenDimension = "batch";

    private enum AttributeType
    {
        Float = 1, Int = 2, Text = 3, Ints = 7,
    }

    public static void Write(OnnxGraph graph, Stream to)
    {
        using var output = new CodedOutputStream(to, leaveOpen: true);
        Number(output, 1, IrVersion);
        Text(output, 2, graph.Producer);
        Graph(output, to, graph);
        Bytes(output, 8, Message(opset =>
        {
            Text(opset, 1, "");
            Number(opset, 2, graph.Opset);
        }));
        foreach (var (key, value) in graph.Metadata) Bytes(output, 14, Message(entry =>
        {
            Text(entry, 1, key);
            Text(entry, 2, value);
        }));
    }

    // The graph's length stands in front of it: weights are not copied to learn it.
    private static void Graph(CodedOutputStream output, Stream to, OnnxGraph graph)
    {
        byte[] structure = Message(content =>
        {
            foreach (var node in graph.Nodes) Bytes(content, 1, Node(node));
            Text(content, 2, "resnet");
            foreach (var input in graph.Inputs) Bytes(content, 11, Value(input));
            foreach (var result in graph.Outputs) Bytes(content, 12, Value(result));
        });
        var tensors = graph.Initializers.Select(pair => (Head: TensorHead(pair.Key, pair.Value), Tensor: pair.Value)).ToArray();
        int length = structure.Length;
        foreach (var (head, tensor) in tensors) length = checked(length + Field(5, TensorLength(head, tensor)));
        output.WriteTag(7, WireFormat.WireType.LengthDelimited);
        output.WriteLength(length);
        Plain(output, to, structure);
        foreach (var (head, tensor) in tensors)
        {
            output.WriteTag(5, WireFormat.WireType.LengthDelimited);
            output.WriteLength(TensorLength(head, tensor));
            Plain(output, to, head);
            Bytes(output, RawData, Raw(tensor));
        }
    }

    /// <summary>Fields that have their tags already.</summary>
    private static void Plain(CodedOutputStream output, Stream to, byte[] fields)
    {
        output.Flush();
        to.Write(fields);
    }

    private static byte[] Node(OnnxNode node) => Message(message =>
    {
        foreach (string input in node.Inputs) Text(message, 1, input);
        foreach (string output in node.Outputs) Text(message, 2, output);
        Text(message, 3, node.Name);
        Text(message, 4, node.OpType);
        foreach (var (name, attribute) in node.Attributes) Bytes(message, 5, Attribute(name, attribute));
    });

    /// <summary>The type follows from the member that is set; a plain zero is an integer.</summary>
    private static byte[] Attribute(string name, OnnxAttribute attribute) => Message(message =>
    {
        Text(message, 1, name);
        AttributeType type;
        if (attribute.Ints.Count > 0)
        {
            foreach (long value in attribute.Ints) Number(message, 8, value);
            type = AttributeType.Ints;
        }
        else if (attribute.Text.Length > 0)
        {
            Text(message, 4, attribute.Text);
            type = AttributeType.Text;
        }
        else if (attribute.Float != 0)
        {
            message.WriteTag(2, WireFormat.WireType.Fixed32);
            message.WriteFloat(attribute.Float);
            type = AttributeType.Float;
        }
        else
        {
            Number(message, 3, attribute.Int);
            type = AttributeType.Int;
        }
        Number(message, 20, (long)type);
    });

    private static byte[] TensorHead(string name, OnnxTensor tensor) => Message(message =>
    {
        foreach (int d in tensor.Shape) Number(message, 1, d);
        Number(message, 2, (long)(tensor.Integers is null ? OnnxElement.Float : OnnxElement.Int64));
        Text(message, 8, name);
    });

    private static int TensorLength(byte[] head, OnnxTensor tensor) => checked(head.Length + Field(RawData, tensor.Count * (tensor.Integers is null ? sizeof(float) : sizeof(long))));

    private static byte[] Raw(OnnxTensor tensor) => tensor.Integers is { } integers ? MemoryMarshal.AsBytes<long>(integers).ToArray() : MemoryMarshal.AsBytes<float>(tensor.Floats).ToArray();

    private static byte[] Value(OnnxValue value) => Message(message =>
    {
        Text(message, 1, value.Name);
        Bytes(message, 2, Message(type => Bytes(type, 1, Message(tensor =>
        {
            Number(tensor, 1, value.ElementType);
            Bytes(tensor, 2, Message(shape =>
            {
                foreach (int d in value.Dims!) Bytes(shape, 1, Message(dimension =>
                {
                    if (d >= 0) Number(dimension, 1, d);
                    else Text(dimension, 2, OpenDimension);
                }));
            }));
        }))));
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    /// <summary>Bytes of a field with its tag and length.</summary>
    private static int Field(int number, int length) => checked(CodedOutputStream.ComputeTagSize(number) + CodedOutputStream.ComputeLengthSize(length) + length);

    private static void Number(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Bytes(CodedOutputStream output, int field, byte[] value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
    }
}
