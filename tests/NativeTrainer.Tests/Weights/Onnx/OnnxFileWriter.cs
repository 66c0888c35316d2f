using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using NativeTrainer.Weights.Onnx;

namespace NativeTrainer.Tests.Weights.Onnx;

/// <summary>How a file holds the values of its tensors.</summary>
internal enum TensorStorage
{
    /// <summary>Little-endian bytes in <c>raw_data</c>, as PyTorch writes.</summary>
    Raw,

    /// <summary><c>float_data</c> and <c>int64_data</c>, as ONNX's own helpers write.</summary>
    Typed,

    /// <summary>A second file, <c>NAME.data</c>.</summary>
    External,

    /// <summary>float16 as bytes.</summary>
    Half,

    /// <summary>float16 in <c>int32_data</c>.</summary>
    HalfTyped,
}

/// <summary>Writes a graph as an ONNX file. Source of the field numbers: onnx.proto of https://github.com/onnx/onnx.</summary>
internal sealed class OnnxFileWriter(TensorStorage storage, string path)
{
    private readonly MemoryStream _external = new();

    public static void Write(OnnxGraph graph, string path, TensorStorage storage = TensorStorage.Raw)
    {
        var writer = new OnnxFileWriter(storage, path);
        File.WriteAllBytes(path, writer.Model(graph));
        if (writer._external.Length > 0) File.WriteAllBytes($"{path}.data", writer._external.ToArray());
    }

    private byte[] Model(OnnxGraph graph)
    {
        // Files of that time list their initialisers among the inputs too.
        int version = graph.Opset < 9 ? 3 : graph.Opset <= 17 ? 8 : 10;
        return Message(model =>
        {
            Number(model, 1, version);
            Text(model, 2, "test");
            Bytes(model, 7, Message(content =>
            {
                foreach (var node in graph.Nodes) Bytes(content, 1, Node(node));
                Text(content, 2, "graph");
                foreach (var (name, tensor) in graph.Initializers) Bytes(content, 5, Tensor(name, tensor));
                foreach (var input in graph.Inputs) Bytes(content, 11, Value(input));
                if (version == 3) foreach (var (name, tensor) in graph.Initializers) Bytes(content, 11, Value(new OnnxValue(name, ElementType(tensor), tensor.Shape)));
                foreach (var output in graph.Outputs) Bytes(content, 12, Value(output));
            }));
            Bytes(model, 8, Message(opset =>
            {
                Text(opset, 1, "");
                Number(opset, 2, graph.Opset);
            }));
        });
    }

    private byte[] Node(OnnxNode node) => Message(message =>
    {
        foreach (string input in node.Inputs) Text(message, 1, input);
        foreach (string output in node.Outputs) Text(message, 2, output);
        Text(message, 3, node.Name);
        Text(message, 4, node.OpType);
        foreach (var (name, attribute) in node.Attributes) Bytes(message, 5, Attribute(name, attribute));
        Text(message, 7, node.Domain);
    });

    /// <summary>The attribute's type follows from the member that is set; a plain zero is an integer.</summary>
    private byte[] Attribute(string name, OnnxAttribute attribute) => Message(message =>
    {
        const int type = 20;
        Text(message, 1, name);
        if (attribute.Tensor is { } tensor)
        {
            Bytes(message, 5, Tensor("", tensor));
            Number(message, type, 4);
        }
        else if (attribute.Ints.Count > 0)
        {
            foreach (long value in attribute.Ints) Number(message, 8, value);
            Number(message, type, 7);
        }
        else if (attribute.Text.Length > 0)
        {
            Text(message, 4, attribute.Text);
            Number(message, type, 3);
        }
        else if (attribute.Float != 0)
        {
            message.WriteTag(2, WireFormat.WireType.Fixed32);
            message.WriteFloat(attribute.Float);
            Number(message, type, 1);
        }
        else
        {
            Number(message, 3, attribute.Int);
            Number(message, type, 2);
        }
    });

    private byte[] Tensor(string name, OnnxTensor tensor) => Message(message =>
    {
        foreach (int d in tensor.Shape) Number(message, 1, d);
        Number(message, 2, ElementType(tensor));
        Text(message, 8, name);
        if (storage == TensorStorage.Typed && tensor.Floats is { } floats)
        {
            message.WriteTag(4, WireFormat.WireType.LengthDelimited);
            message.WriteBytes(ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(floats)));
        }
        else if (storage == TensorStorage.Typed) foreach (long value in tensor.Integers!) Number(message, 7, value);
        else if (storage == TensorStorage.HalfTyped && tensor.Floats is { } halves) foreach (float value in halves) Number(message, 5, BitConverter.HalfToUInt16Bits((Half)value));
        else if (storage == TensorStorage.External && tensor.Floats is not null) External(message, Raw(tensor));
        else Bytes(message, 9, Raw(tensor));
    });

    private void External(CodedOutputStream message, byte[] data)
    {
        void Entry(string key, string value) => Bytes(message, 13, Message(entry =>
        {
            Text(entry, 1, key);
            Text(entry, 2, value);
        }));
        Entry("location", $"{Path.GetFileName(path)}.data");
        Entry("offset", $"{_external.Length}");
        Entry("length", $"{data.Length}");
        Number(message, 14, 1);
        _external.Write(data);
    }

    private byte[] Raw(OnnxTensor tensor)
    {
        if (tensor.Integers is { } integers) return MemoryMarshal.AsBytes<long>(integers).ToArray();
        if (storage != TensorStorage.Half) return MemoryMarshal.AsBytes<float>(tensor.Floats).ToArray();
        var bytes = new byte[2 * tensor.Count];
        for (int i = 0; i < tensor.Count; i++) BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)tensor.Floats![i]);
        return bytes;
    }

    private int ElementType(OnnxTensor tensor) => tensor.Integers is not null ? 7 : storage is TensorStorage.Half or TensorStorage.HalfTyped ? 10 : 1;

    private static byte[] Value(OnnxValue value) => Message(message =>
    {
        Text(message, 1, value.Name);
        Bytes(message, 2, Message(type => Bytes(type, 1, Message(tensor =>
        {
            Number(tensor, 1, value.ElementType);
            if (value.Dims is null) return;
            Bytes(tensor, 2, Message(shape =>
            {
                foreach (int d in value.Dims) Bytes(shape, 1, Message(dimension =>
                {
                    if (d >= 0) Number(dimension, 1, d);
                    else Text(dimension, 2, "batch");
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
        output.WriteBytes(ByteString.CopyFrom(value));
    }
}
