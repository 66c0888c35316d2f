using System.Buffers.Binary;
using System.Text;

namespace NativeTrainer.Imaging;

/// <summary>
/// EXIF's TIFF structure (EXIF 2.32, 4.6): a byte order and directories of 12-byte entries (tag, type, count, value or its place). Damaged entries are as missing ones.
/// </summary>
internal readonly ref struct ExifTiff
{
    public const ushort ExifDirectoryTag = 0x8769, TextType = 2, ShortType = 3;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _little;

    public ExifTiff(ReadOnlySpan<byte> bytes)
    {
        bool known = bytes.Length >= 8 && (bytes.StartsWith("II"u8) || bytes.StartsWith("MM"u8));
        _bytes = known ? bytes : [];
        _little = bytes.StartsWith("II"u8);
    }

    public bool IsEmpty => _bytes.IsEmpty;

    public uint FirstDirectory => IsEmpty ? 0 : UInt32(_bytes[4..]);

    /// <summary>The first entry of a tag; empty where there is none.</summary>
    public ReadOnlySpan<byte> Entry(uint directory, ushort tag)
    {
        if (IsEmpty || directory > _bytes.Length - 2) return [];
        int entries = UInt16(_bytes[(int)directory..]);
        for (int i = 0; i < entries; i++)
        {
            long at = directory + 2 + 12L * i;
            if (at + 12 > _bytes.Length) return [];
            var entry = _bytes.Slice((int)at, 12);
            if (UInt16(entry) == tag) return entry;
        }
        return [];
    }

    /// <summary>A text up to its zero byte, trimmed; null where it is missing, blank or lies outside.</summary>
    public string? Text(uint directory, ushort tag)
    {
        var entry = Entry(directory, tag);
        if (entry.IsEmpty || UInt16(entry[2..]) != TextType) return null;
        uint count = UInt32(entry[4..]), at = UInt32(entry[8..]);
        if (count > 4 && (at > _bytes.Length || count > _bytes.Length - at)) return null;
        var bytes = count <= 4 ? entry.Slice(8, (int)count) : _bytes.Slice((int)at, (int)count);
        int end = bytes.IndexOf((byte)0);
        string text = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]).Trim();
        return text.Length > 0 ? text : null;
    }

    public ushort UInt16(ReadOnlySpan<byte> bytes) => _little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    public uint UInt32(ReadOnlySpan<byte> bytes) => _little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
