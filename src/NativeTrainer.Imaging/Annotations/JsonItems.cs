using System.Buffers;
using System.Text.Json;

namespace NativeTrainer.Imaging.Annotations;

/// <summary>
/// Reads a JSON file of any size item by item: the elements of the root array, or of arrays that are members of the root object. Memory holds one item
/// and a buffer; members that are not wanted flow through.
/// </summary>
internal sealed class JsonItems
{
    /// <summary>No item of an annotation tool comes near; a file that has one is something else.</summary>
    private const int MaxItemBytes = 256 * 1024 * 1024;

    private const int FirstBuffer = 256 * 1024;

    private readonly string _path;
    private readonly Func<string, bool> _wanted;
    private readonly Action<string, JsonElement> _item;
    private string? _member; // The array that the reader is in; "" is the root's.
    private string _name = ""; // The root's member that comes next.

    private JsonItems(string path, Func<string, bool> wanted, Action<string, JsonElement> item) => (_path, _wanted, _item) = (path, wanted, item);

    /// <param name="path">The file.</param>
    /// <param name="wanted">Which members of a root object are arrays to read. A root array is always read, as member "".</param>
    /// <param name="item">Gets each element, which is gone when it returns.</param>
    /// <exception cref="UserException">The file cannot be read, is not JSON, or a wanted member is not an array.</exception>
    public static void Read(string path, Func<string, bool> wanted, Action<string, JsonElement> item)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            new JsonItems(path, wanted, item).Read(stream, ref buffer);
        }
        catch (JsonException error)
        {
            throw NotJson(path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read ({error.Message})", error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static UserException NotJson(string path, JsonException error)
    {
        string place = error.LineNumber is long line ? $"{path} line {line + 1}" : path;
        int tail = error.Message.IndexOf(" LineNumber", StringComparison.Ordinal);
        string reason = (tail > 0 ? error.Message[..tail] : error.Message).TrimEnd('.', ' ', '|');
        return new UserException($"{place}: is not valid JSON ({reason}). The file may be cut off; export it again.", error);
    }

    private void Read(Stream stream, ref byte[] buffer)
    {
        var state = new JsonReaderState();
        int start = 0, end = 0;
        bool first = true, final = false;
        while (!final)
        {
            if (start > 0) buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length) Grow(ref buffer, end);
            int count = stream.ReadAtLeast(buffer.AsSpan(end), buffer.Length - end, throwOnEndOfStream: false);
            final = end + count < buffer.Length;
            end += count;
            if (first && buffer.AsSpan(0, end).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) start = 3;
            first = false;
            var reader = new Utf8JsonReader(buffer.AsSpan(start, end - start), final, state);
            Consume(ref reader);
            (start, state) = (start + (int)reader.BytesConsumed, reader.CurrentState);
        }
    }

    private void Grow(ref byte[] buffer, int used)
    {
        if (used >= MaxItemBytes) throw new UserException($"{_path}: holds one item of more than {MaxItemBytes >> 20} MiB, so it is no annotation file.");
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    // As many tokens and whole items as the buffer holds.
    private void Consume(ref Utf8JsonReader reader)
    {
        while (true)
        {
            var before = reader;
            if (!reader.Read()) return;
            if (_member is not null)
            {
                if (reader.TokenType == JsonTokenType.EndArray) _member = null;
                else if (!TryItem(ref reader))
                {
                    reader = before;
                    return;
                }
                continue;
            }
            if (reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.StartArray) _member = "";
            if (reader.CurrentDepth != 1) continue;
            if (reader.TokenType == JsonTokenType.PropertyName) _name = reader.GetString()!;
            else if (reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray) && _wanted(_name)) StartMember(reader.TokenType);
        }
    }

    private void StartMember(JsonTokenType token)
    {
        if (token == JsonTokenType.Null) return;
        if (token != JsonTokenType.StartArray) throw new UserException($"{_path}: its member '{_name}' is not a list. Export it again.");
        _member = _name;
    }

    private bool TryItem(ref Utf8JsonReader reader)
    {
        if (!JsonDocument.TryParseValue(ref reader, out var document)) return false;
        using (document) _item(_member!, document.RootElement);
        return true;
    }
}
