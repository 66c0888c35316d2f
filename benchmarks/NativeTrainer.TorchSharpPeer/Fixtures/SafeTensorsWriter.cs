using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace NativeTrainer.TorchSharpPeer.Fixtures;

/// <summary>A safetensors file in the making (8 bytes of header length, JSON header, data), independent of NativeTrainer's own.</summary>
internal sealed class SafeTensorsWriter
{
    private readonly JsonObject _header = [];
    private readonly MemoryStream _data = new();

    public SafeTensorsWriter(string metadataKey, string metadataValue) => _header["__metadata__"] = new JsonObject { [metadataKey] = metadataValue };

    public void Add<T>(string name, long[] shape, T[] values) where T : unmanaged
    {
        if (shape.Aggregate(1L, (a, b) => a * b) != values.Length) throw new ArgumentException($"{name}: {values.Length} values for ({string.Join(", ", shape)})");
        string type = values switch { float[] => "F32", double[] => "F64", long[] => "I64", byte[] => "U8", _ => throw new ArgumentException($"no type name for {typeof(T)}") };
        long start = _data.Position;
        _data.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        _header[name] = new JsonObject
        {
            ["dtype"] = type,
            ["shape"] = new JsonArray([.. shape.Select(extent => JsonValue.Create(extent))]),
            ["data_offsets"] = new JsonArray(start, _data.Position),
        };
    }

    public void Save(string path)
    {
        byte[] header = Encoding.UTF8.GetBytes(_header.ToJsonString());
        int padded = (header.Length + 7) / 8 * 8; // data starts aligned; the format allows trailing spaces
        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        file.Write(length);
        file.Write(header);
        file.Write(Encoding.ASCII.GetBytes(new string(' ', padded - header.Length)));
        _data.WriteTo(file);
    }
}
