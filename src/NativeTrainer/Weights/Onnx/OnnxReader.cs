using Google.Protobuf;
using NativeTrainer.Imaging;

namespace NativeTrainer.Weights.Onnx;

/// <summary>
/// Reads ONNX files. Source: onnx.proto of https://github.com/onnx/onnx (field numbers below are its); only what inference needs is kept.
/// </summary>
internal static class OnnxReader
{
    private const int LengthDelimited = 2;

    /// <exception cref="UserException">The file is missing, damaged, or no ONNX file.</exception>
    public static OnnxGraph Read(string path)
    {
        if (Directory.Exists(path)) throw new UserException($"{path}: is a folder; give the .onnx file in it");
        if (!File.Exists(path)) throw new UserException($"{path}: there is no such file");
        try
        {
            using var file = File.OpenRead(path);
            RefuseOtherFormats(path, file);
            using var input = new CodedInputStream(file, leaveOpen: true);
            var graph = ReadModel(path, input);
            if (graph.Nodes.Count == 0) throw new UserException($"{path}: holds no ONNX graph; is it another kind of file?");
            return graph;
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new UserException($"{path}: is not a whole ONNX file ({error.Message.Split('.')[0]}); download or export it again", error);
        }
        catch (OverflowException error)
        {
            throw new UserException($"{path}: holds sizes that no tensor has; download or export it again", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read ({error.Message})", error);
        }
    }

    private static void RefuseOtherFormats(string path, FileStream file)
    {
        var start = new byte[9];
        int count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (count == 0) throw new UserException($"{path}: the file is empty; download it again");
        GitLfsPointer.Refuse(path, start);
        if (start.AsSpan().StartsWith("PK\u0003\u0004"u8)) throw new UserException($"{path}: is a zip or PyTorch file; export the model with torch.onnx.export first");
        if (start.AsSpan().TrimStart("\r\n\t "u8).StartsWith("<"u8)) throw new UserException($"{path}: is an HTML page, not weights; download the file itself");
        file.Position = 0;
    }

    private static OnnxGraph ReadModel(string path, CodedInputStream input)
    {
        var graph = new OnnxGraph { Path = path };
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 2: graph.Producer = input.ReadString(); break;
                case 7: ReadGraph(graph, input.ReadBytes().CreateCodedInput()); break;
                case 8: ReadOpset(graph, input.ReadBytes().CreateCodedInput()); break;
                case 14:
                    var (key, value) = OnnxTensorReader.ReadEntry(input.ReadBytes().CreateCodedInput());
                    graph.Metadata[key] = value;
                    break;
                default: input.SkipLastField(); break;
            }
        }
        graph.Inputs.RemoveAll(value => graph.Initializers.ContainsKey(value.Name));
        return graph;
    }

    private static void ReadOpset(OnnxGraph graph, CodedInputStream input)
    {
        (string domain, long version) = ("", 0);
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: domain = input.ReadString(); break;
                case 2: version = input.ReadInt64(); break;
                default: input.SkipLastField(); break;
            }
        }
        if (domain is "" or "ai.onnx") graph.Opset = version;
    }

    private static void ReadGraph(OnnxGraph graph, CodedInputStream input)
    {
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: graph.Nodes.Add(ReadNode(graph.Path, input.ReadBytes().CreateCodedInput())); break;
                case 5:
                    var (name, tensor) = OnnxTensorReader.Read(graph.Path, input.ReadBytes().CreateCodedInput());
                    graph.Initializers[name] = tensor;
                    break;
                case 11: graph.Inputs.Add(ReadValue(input.ReadBytes().CreateCodedInput())); break;
                case 12: graph.Outputs.Add(ReadValue(input.ReadBytes().CreateCodedInput())); break;
                default: input.SkipLastField(); break;
            }
        }
    }

    private static OnnxNode ReadNode(string path, CodedInputStream input)
    {
        var node = new OnnxNode();
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: node.Inputs.Add(input.ReadString()); break;
                case 2: node.Outputs.Add(input.ReadString()); break;
                case 3: node.Name = input.ReadString(); break;
                case 4: node.OpType = input.ReadString(); break;
                case 5: ReadAttribute(path, node, input.ReadBytes().CreateCodedInput()); break;
                case 7: node.Domain = input.ReadString(); break;
                default: input.SkipLastField(); break;
            }
        }
        return node;
    }

    private static void ReadAttribute(string path, OnnxNode node, CodedInputStream input)
    {
        string name = "";
        var attribute = new OnnxAttribute();
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: name = input.ReadString(); break;
                case 2: attribute.Float = input.ReadFloat(); break;
                case 3: attribute.Int = input.ReadInt64(); break;
                case 4: attribute.Text = input.ReadBytes().ToStringUtf8(); break;
                case 5: attribute.Tensor = OnnxTensorReader.Read(path, input.ReadBytes().CreateCodedInput()).Tensor; break;
                case 7: ReadRepeated(input, tag, s => attribute.Floats.Add(s.ReadFloat())); break;
                case 8: ReadRepeated(input, tag, s => attribute.Ints.Add(s.ReadInt64())); break;
                default: input.SkipLastField(); break;
            }
        }
        node.Attributes[name] = attribute;
    }

    // ValueInfoProto { name, TypeProto { Tensor { elem_type, TensorShapeProto { Dimension { dim_value | dim_param } } } } }
    private static OnnxValue ReadValue(CodedInputStream input)
    {
        (string name, int type, List<int>? dims) = ("", 0, null);
        Walk(input, (field, value) =>
        {
            if (field == 1) name = value.ReadString();
            else if (field == 2) Walk(value.ReadBytes().CreateCodedInput(), (_, tensor) => Walk(tensor.ReadBytes().CreateCodedInput(), (part, content) =>
            {
                if (part == 1) type = content.ReadInt32();
                else if (part == 2) dims = ReadDims(content.ReadBytes().CreateCodedInput());
                else content.SkipLastField();
            }));
            else value.SkipLastField();
        });
        return new OnnxValue(name, type, dims?.ToArray());
    }

    private static List<int> ReadDims(CodedInputStream input)
    {
        var dims = new List<int>();
        Walk(input, (_, dimension) =>
        {
            int size = -1;
            Walk(dimension.ReadBytes().CreateCodedInput(), (field, value) =>
            {
                if (field == 1) size = (int)Math.Clamp(value.ReadInt64(), -1, int.MaxValue);
                else value.SkipLastField();
            });
            dims.Add(size);
        });
        return dims;
    }

    private static void Walk(CodedInputStream input, Action<int, CodedInputStream> field)
    {
        while (input.ReadTag() is var tag and not 0) field(WireFormat.GetTagFieldNumber(tag), input);
    }

    /// <summary>A repeated number: packed, or one by one.</summary>
    internal static void ReadRepeated(CodedInputStream input, uint tag, Action<CodedInputStream> one)
    {
        if ((int)WireFormat.GetTagWireType(tag) != LengthDelimited)
        {
            one(input);
            return;
        }
        var packed = input.ReadBytes().CreateCodedInput();
        while (!packed.IsAtEnd) one(packed);
    }
}
