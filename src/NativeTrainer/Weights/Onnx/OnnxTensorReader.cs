using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using NativeTrainer.Imaging;

namespace NativeTrainer.Weights.Onnx;

/// <summary>TensorProto: shape, type, and values in one of three forms: typed fields, raw bytes, or a file beside the model.</summary>
internal static class OnnxTensorReader
{
    public static (string Name, OnnxTensor Tensor) Read(string path, CodedInputStream input)
    {
        string name = "";
        var dims = new List<int>();
        var type = OnnxElement.Float;
        ByteString? raw = null;
        bool external = false;
        var floats = new List<float>();
        var integers = new List<long>();
        var location = new Dictionary<string, string>();
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: OnnxReader.ReadRepeated(input, tag, s => dims.Add(checked((int)s.ReadInt64()))); break;
                case 2: type = (OnnxElement)input.ReadInt32(); break;
                case 4: OnnxReader.ReadRepeated(input, tag, s => floats.Add(s.ReadFloat())); break;
                case 5: OnnxReader.ReadRepeated(input, tag, s => integers.Add(s.ReadInt32())); break;
                case 7: OnnxReader.ReadRepeated(input, tag, s => integers.Add(s.ReadInt64())); break;
                case 8: name = input.ReadString(); break;
                case 9: raw = input.ReadBytes(); break;
                case 10: OnnxReader.ReadRepeated(input, tag, s => floats.Add((float)s.ReadDouble())); break;
                case 13:
                    var (key, value) = ReadEntry(input.ReadBytes().CreateCodedInput());
                    location[key] = value;
                    break;
                case 14: external = input.ReadInt32() == 1; break;
                default: input.SkipLastField(); break;
            }
        }
        if (dims.Any(d => d < 0)) throw new UserException($"{path}: tensor '{name}' has the shape ({string.Join(", ", dims)}); the file is damaged");
        long count = dims.Aggregate(1L, (product, d) => checked(product * d));
        int[] shape = [.. dims];
        if (external) return (name, Decode(path, name, type, shape, count, ReadExternal(path, name, location, checked(count * Width(path, name, type)))));
        if (raw is not null) return (name, Decode(path, name, type, shape, count, raw.Span));
        Width(path, name, type);
        if (type == OnnxElement.Float16) floats.AddRange(integers.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits)));
        if (type == OnnxElement.BFloat16) floats.AddRange(integers.Select(bits => BitConverter.Int32BitsToSingle((int)bits << 16)));
        bool real = type is OnnxElement.Float or OnnxElement.Double or OnnxElement.Float16 or OnnxElement.BFloat16;
        if ((real ? floats.Count : integers.Count) != count)
            throw new UserException($"{path}: tensor '{name}' has {(real ? floats.Count : integers.Count)} values for the shape ({string.Join(", ", shape)}); the file is damaged");
        return (name, real ? new OnnxTensor(shape, [.. floats]) : new OnnxTensor(shape, null, [.. integers]));
    }

    /// <summary>StringStringEntryProto.</summary>
    internal static (string Key, string Value) ReadEntry(CodedInputStream input)
    {
        (string key, string value) = ("", "");
        while (input.ReadTag() is var tag and not 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: key = input.ReadString(); break;
                case 2: value = input.ReadString(); break;
                default: input.SkipLastField(); break;
            }
        }
        return (key, value);
    }

    private static byte[] ReadExternal(string path, string name, Dictionary<string, string> location, long expected)
    {
        string relative = location.GetValueOrDefault("location") ?? "";
        if (relative.Contains('\0')) throw new UserException($"{path}: tensor '{name}' names no file for its data; the file is damaged");
        string folder = Path.GetFullPath(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string file = Path.GetFullPath(Path.Combine(folder, relative));
        if (relative.Length == 0 || !file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new UserException($"{path}: tensor '{name}' names the outside file '{relative}'; data beside the model or below it is read only");
        if (!File.Exists(file)) throw new UserException($"{path}: its weights are in '{relative}', which is not there; put that file beside the model");
        long offset = Number(location, "offset", 0), length = Number(location, "length", expected);
        using var stream = File.OpenRead(file);
        if (length != expected || offset < 0 || offset > stream.Length - length)
            throw new UserException($"{file}: tensor '{name}' needs {expected} bytes at {offset}, the file has {stream.Length}; download it again");
        var bytes = new byte[length];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static long Number(Dictionary<string, string> location, string key, long otherwise)
        => location.TryGetValue(key, out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : otherwise;

    private static int Width(string path, string name, OnnxElement type) => type switch
    {
        OnnxElement.UInt8 or OnnxElement.Int8 or OnnxElement.Bool => 1,
        OnnxElement.UInt16 or OnnxElement.Int16 or OnnxElement.Float16 or OnnxElement.BFloat16 => 2,
        OnnxElement.Float or OnnxElement.Int32 => 4,
        OnnxElement.Int64 or OnnxElement.Double => 8,
        _ => throw new UserException($"{path}: tensor '{name}' has the element type {(int)type}, which is not read; export the model in float32 or float16"),
    };

    private static OnnxTensor Decode(string path, string name, OnnxElement type, int[] shape, long count, ReadOnlySpan<byte> bytes)
    {
        int width = Width(path, name, type);
        if (bytes.Length != count * width)
            throw new UserException($"{path}: tensor '{name}' ({string.Join(", ", shape)}) has {bytes.Length} bytes, it needs {count * width}; the file is damaged");
        if (type is OnnxElement.Float or OnnxElement.Double or OnnxElement.Float16 or OnnxElement.BFloat16)
        {
            var floats = new float[count];
            for (int i = 0; i < floats.Length; i++) floats[i] = Real(type, bytes[(i * width)..]);
            return new OnnxTensor(shape, floats);
        }
        var integers = new long[count];
        for (int i = 0; i < integers.Length; i++) integers[i] = Whole(type, bytes[(i * width)..]);
        return new OnnxTensor(shape, null, integers);
    }

    private static float Real(OnnxElement type, ReadOnlySpan<byte> bytes) => type switch
    {
        OnnxElement.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        OnnxElement.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        OnnxElement.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
    };

    private static long Whole(OnnxElement type, ReadOnlySpan<byte> bytes) => type switch
    {
        OnnxElement.Int8 => (sbyte)bytes[0],
        OnnxElement.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        OnnxElement.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        OnnxElement.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        OnnxElement.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => bytes[0],
    };
}
