using System.Buffers.Binary;

namespace NativeTrainer.TorchSharpPeer;

/// <summary>The full symbol table (.symtab, which also names what a library keeps to itself) of a 64-bit little-endian ELF file.</summary>
internal static class ElfSymbols
{
    private const int SectionBytes = 64, SymbolBytes = 24;
    private const uint SymbolTable = 2; // SHT_SYMTAB

    /// <returns>The symbol's address relative to where the library is loaded; null where it is not named.</returns>
    public static ulong? Find(string path, ReadOnlySpan<byte> name)
    {
        using var file = File.OpenHandle(path);
        var header = Read(file, 0, 64);
        long sections = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(60));
        var table = Read(file, sections, count * SectionBytes);
        for (int s = 0; s < count; s++)
        {
            var section = table.AsSpan(s * SectionBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != SymbolTable) continue;
            var symbols = Contents(file, section);
            byte[] names = Contents(file, table.AsSpan((int)BinaryPrimitives.ReadUInt32LittleEndian(section[40..]) * SectionBytes));
            for (int at = 0; at < symbols.Length; at += SymbolBytes)
            {
                var text = names.AsSpan((int)BinaryPrimitives.ReadUInt32LittleEndian(symbols.AsSpan(at)));
                if (text.Length > name.Length && text[name.Length] == 0 && text.StartsWith(name)) return BinaryPrimitives.ReadUInt64LittleEndian(symbols.AsSpan(at + 8));
            }
        }
        return null;
    }

    // Elf64_Shdr: offset at 24, size at 32.
    private static byte[] Contents(Microsoft.Win32.SafeHandles.SafeFileHandle file, ReadOnlySpan<byte> section)
        => Read(file, BinaryPrimitives.ReadInt64LittleEndian(section[24..]), checked((int)BinaryPrimitives.ReadInt64LittleEndian(section[32..])));

    private static byte[] Read(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, int count)
    {
        var bytes = new byte[count];
        for (int read = 0; read < count;)
        {
            int more = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            if (more == 0) throw new InvalidDataException("the ELF file ends too early");
            read += more;
        }
        return bytes;
    }
}
