using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace NativeTrainer.Advice.Features;

/// <summary>
/// One file of a cache, written once and never changed: the records' bytes one after the other, then a table (content hash, offset, length, check),
/// then a footer (count, check of the table, magic). Numbers are little-endian; a check is the first 8 bytes of a SHA-256.
/// </summary>
internal sealed class CacheSegment : IDisposable
{
    public const string Extension = ".segment";

    private const int EntryBytes = ContentHash.Size + 8 + 4 + 8, FooterBytes = 4 + 8 + 8;
    private const ulong Magic = 0x3147455345434654; // "TFCESEG1"

    private readonly SafeFileHandle _file;

    private CacheSegment(string path, SafeFileHandle file, Entry[] entries) => (Path, _file, Entries) = (path, file, entries);

    public string Path { get; }

    public Entry[] Entries { get; }

    public long Bytes => RandomAccess.GetLength(_file);

    /// <returns>Null where the file is damaged or has gone.</returns>
    public static CacheSegment? Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (ReadTable(file) is { } entries) return new CacheSegment(path, file, entries);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As good as damaged: what it held is computed again.
        }
        file?.Dispose();
        return null;
    }

    /// <summary>A record's bytes, from any thread; null where they are damaged.</summary>
    public byte[]? Read(in Entry entry)
    {
        var bytes = new byte[entry.Length];
        try
        {
            if (!Fill(_file, bytes, entry.Offset)) return null;
        }
        catch (IOException)
        {
            return null;
        }
        return Check(entry.Key, bytes) == entry.Check ? bytes : null;
    }

    public static void Write(Stream stream, IEnumerable<(ContentHash Key, byte[] Bytes)> records)
    {
        var table = new MemoryStream();
        Span<byte> line = stackalloc byte[EntryBytes];
        long offset = 0;
        int count = 0;
        foreach (var (key, bytes) in records)
        {
            stream.Write(bytes);
            key.Write(line);
            BinaryPrimitives.WriteInt64LittleEndian(line[ContentHash.Size..], offset);
            BinaryPrimitives.WriteInt32LittleEndian(line[(ContentHash.Size + 8)..], bytes.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(line[(ContentHash.Size + 12)..], Check(key, bytes));
            table.Write(line);
            offset += bytes.Length;
            count++;
        }
        var entries = table.GetBuffer().AsSpan(0, (int)table.Length);
        Span<byte> footer = stackalloc byte[FooterBytes];
        BinaryPrimitives.WriteInt32LittleEndian(footer, count);
        BinaryPrimitives.WriteUInt64LittleEndian(footer[4..], Check(default, entries));
        BinaryPrimitives.WriteUInt64LittleEndian(footer[12..], Magic);
        stream.Write(entries);
        stream.Write(footer);
    }

    public void Dispose() => _file.Dispose();

    private static Entry[]? ReadTable(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        Span<byte> footer = stackalloc byte[FooterBytes];
        if (length < FooterBytes || !Fill(file, footer, length - FooterBytes) || BinaryPrimitives.ReadUInt64LittleEndian(footer[12..]) != Magic) return null;
        int count = BinaryPrimitives.ReadInt32LittleEndian(footer);
        long start = length - FooterBytes - (long)count * EntryBytes;
        if (count < 0 || start < 0 || (long)count * EntryBytes > Array.MaxLength) return null;
        var table = new byte[count * EntryBytes];
        if (!Fill(file, table, start) || Check(default, table) != BinaryPrimitives.ReadUInt64LittleEndian(footer[4..])) return null;
        var entries = new Entry[count];
        for (int i = 0; i < count; i++)
        {
            var line = table.AsSpan(i * EntryBytes, EntryBytes);
            var entry = entries[i] = new Entry(ContentHash.Read(line), BinaryPrimitives.ReadInt64LittleEndian(line[ContentHash.Size..]),
                BinaryPrimitives.ReadInt32LittleEndian(line[(ContentHash.Size + 8)..]), BinaryPrimitives.ReadUInt64LittleEndian(line[(ContentHash.Size + 12)..]));
            if (entry.Length < 0 || entry.Offset < 0 || entry.Offset + entry.Length > start) return null;
        }
        return entries;
    }

    private static bool Fill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0) return false;
            bytes = bytes[read..];
            offset += read;
        }
        return true;
    }

    private static ulong Check(ContentHash key, ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[ContentHash.Size];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash) ^ (ulong)key.Low;
    }

    /// <summary>Where a record lies.</summary>
    public readonly record struct Entry(ContentHash Key, long Offset, int Length, ulong Check);
}
