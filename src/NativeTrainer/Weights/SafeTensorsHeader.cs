using System.Text;
using System.Text.Json;
using NativeTrainer.Imaging;

namespace NativeTrainer.Weights;

/// <summary>
/// The JSON header of a safetensors file: <c>{"__metadata__": {string: string}, name: {"dtype", "shape", "data_offsets": [begin, end]}}</c>,
/// offsets counted from the end of the header. The data must be covered without holes or overlaps, as the format demands.
/// Source: https://huggingface.co/docs/safetensors.
/// </summary>
internal static class SafeTensorsHeader
{
    /// <summary>The reference implementation's limit; a longer header is a damaged file or an attack.</summary>
    public const long MaxLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    public readonly record struct Placed(TensorEntry Entry, long Begin, long End);

    public static byte[] Write(IReadOnlyList<TensorEntry> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long begin = 0;
            foreach (var tensor in tensors)
            {
                long end = begin + tensor.Bytes;
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                json.WriteStartArray("shape");
                foreach (int extent in tensor.Shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                begin = end;
            }
            json.WriteEndObject();
        }
        // Spaces up to a multiple of 8 keep the data aligned for readers that map the file.
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    /// <summary>Parses and checks a header; the tensors come back in the order of their data.</summary>
    public static (List<Placed> Tensors, Dictionary<string, string> Metadata) Parse(string path, byte[] header, long dataLength)
    {
        var tensors = new List<Placed>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var document = ParseJson(path, header);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw Bad(path, "its header is not a JSON object");
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!names.Add(property.Name)) throw Bad(path, $"its header names '{property.Name}' twice");
            if (property.Name == MetadataKey) ReadMetadata(path, property.Value, metadata);
            else tensors.Add(ReadTensor(path, property.Name, property.Value, dataLength));
        }
        tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        CheckCover(path, tensors, dataLength);
        return (tensors, metadata);
    }

    private static JsonDocument ParseJson(string path, byte[] header)
    {
        try
        {
            // Invalid UTF-8 in names would otherwise surface later, as an exception of another kind.
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(header);
            return JsonDocument.Parse(header);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new UserException($"{path}: the safetensors header is not valid JSON. The file is damaged or of another format.", error);
        }
    }

    private static void ReadMetadata(string path, JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Bad(path, $"{MetadataKey} is not a JSON object");
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String) throw Bad(path, $"the metadata '{property.Name}' is not a string");
            metadata[property.Name] = property.Value.GetString()!;
        }
    }

    private static Placed ReadTensor(string path, string name, JsonElement element, long dataLength)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Bad(path, $"tensor {name} is not described by a JSON object");
        if (!element.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw Bad(path, $"tensor {name} has no dtype");
        string typeName = dtype.GetString()!;
        if (!Enum.TryParse(typeName, out TensorType type) || type.ToString() != typeName)
            throw new UserException($"{path}: tensor {name} has the dtype {typeName}; supported are {string.Join(", ", Enum.GetNames<TensorType>())}.");

        long[] shape = ReadLongs(path, name, element, "shape");
        if (shape.Any(extent => extent is < 0 or > int.MaxValue)) throw Bad(path, $"tensor {name} has the impossible shape ({string.Join(", ", shape)})");
        var entry = new TensorEntry(name, type, Array.ConvertAll(shape, extent => (int)extent));

        long[] offsets = ReadLongs(path, name, element, "data_offsets");
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0]) throw Bad(path, $"tensor {name} has unusable data_offsets");
        if (offsets[1] > dataLength)
            throw Bad(path, $"tensor {name} ends at byte {offsets[1]} of the data, but there are only {dataLength}; it is truncated, fetch or convert it again");
        if (BytesOf(path, entry) != offsets[1] - offsets[0])
            throw Bad(path, $"tensor {name} of shape ({string.Join(", ", shape)}) and dtype {type} occupies {offsets[1] - offsets[0]} bytes");
        return new Placed(entry, offsets[0], offsets[1]);
    }

    private static long BytesOf(string path, TensorEntry entry)
    {
        try
        {
            return entry.Bytes;
        }
        catch (OverflowException)
        {
            throw Bad(path, $"tensor {entry.Name} has the impossible shape ({string.Join(", ", entry.Shape)})");
        }
    }

    private static long[] ReadLongs(string path, string name, JsonElement element, string key)
    {
        if (!element.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array) throw Bad(path, $"tensor {name} has no {key}");
        var values = new long[array.GetArrayLength()];
        int i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out values[i++])) throw Bad(path, $"tensor {name} has an unusable {key}");
        }
        return values;
    }

    private static void CheckCover(string path, List<Placed> tensors, long dataLength)
    {
        long covered = 0;
        string previous = "the header";
        foreach (var (entry, begin, end) in tensors)
        {
            if (begin < covered) throw Bad(path, $"tensor {entry.Name} overlaps {previous}");
            if (begin > covered) throw Bad(path, $"there is a hole of {begin - covered} bytes before tensor {entry.Name}");
            covered = end;
            previous = entry.Name;
        }
        if (covered != dataLength) throw Bad(path, $"{dataLength - covered} bytes after the last tensor belong to none");
    }

    private static UserException Bad(string path, string reason) => new($"{path}: not a valid safetensors file: {reason}.");
}
