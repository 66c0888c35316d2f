using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace NativeTrainer.Tests.Parity;

/// <summary>A safetensors fixture: tensors of F32, F64, I64 and U8 by name. Written apart from the product's reader, which it is to check.</summary>
internal sealed class FixtureFile
{
    private readonly byte[] _file;
    private readonly JsonElement _header;
    private readonly int _data;

    public FixtureFile(string name)
    {
        _file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Parity", "Fixtures", name + ".safetensors"));
        int header = checked((int)BinaryPrimitives.ReadInt64LittleEndian(_file));
        _header = JsonDocument.Parse(_file.AsMemory(8, header)).RootElement;
        _data = 8 + header;
        Description = JsonDocument.Parse(_header.GetProperty("__metadata__").GetProperty("fixture").GetString()!).RootElement;
    }

    /// <summary>What the fixture says of itself: network, optimizer, seed.</summary>
    public JsonElement Description { get; }

    public IEnumerable<string> Names => _header.EnumerateObject().Select(p => p.Name).Where(name => name != "__metadata__");

    public int[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(v => v.GetInt32())];

    /// <summary>A tensor's elements, row-major; its storage type must be <typeparamref name="T"/>.</summary>
    public T[] Read<T>(string name) where T : unmanaged
    {
        var tensor = _header.GetProperty(name);
        string expected = default(T) switch { float => "F32", double => "F64", long => "I64", _ => "U8" };
        Assert.Equal(expected, tensor.GetProperty("dtype").GetString());
        int start = tensor.GetProperty("data_offsets")[0].GetInt32(), end = tensor.GetProperty("data_offsets")[1].GetInt32();
        var values = MemoryMarshal.Cast<byte, T>(_file.AsSpan(_data + start, end - start)).ToArray();
        Assert.Equal(Shape(name).Aggregate(1, (a, b) => a * b), values.Length);
        return values;
    }

    public double Scalar(string name) => Assert.Single(Read<double>(name));
}
