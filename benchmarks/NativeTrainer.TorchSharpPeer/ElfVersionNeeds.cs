using System.Buffers.Binary;
using System.Text;

namespace NativeTrainer.TorchSharpPeer;

/// <summary>
/// The symbol versions that a 64-bit little-endian ELF file asks of its libraries (.gnu.version_r; Linux Standard Base 5.0, core, 10.7).
/// A version marked weak is reported and not fatal when the library lacks it.
/// </summary>
internal sealed class ElfVersionNeeds
{
    private const uint VersionNeedSection = 0x6FFF_FFFE; // SHT_GNU_verneed
    private const ushort WeakFlag = 2;                   // VER_FLG_WEAK

    private readonly byte[] _file;

    public ElfVersionNeeds(byte[] file)
    {
        if (file.Length < 64 || !file.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        _file = file;
    }

    /// <summary>Marks every need for <paramref name="version"/> (such as GLIBCXX_3.4.32) weak, in place; gives how many there were.</summary>
    public int MarkWeak(string version)
    {
        int marked = 0;
        foreach (var (offset, name) in Auxiliaries())
        {
            if (name != version) continue;
            ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(offset + 4));
            BinaryPrimitives.WriteUInt16LittleEndian(_file.AsSpan(offset + 4), (ushort)(flags | WeakFlag));
            marked++;
        }
        return marked;
    }

    // Elf64_Vernaux, one per (library, version): hash u32, flags u16, other u16, name u32, next u32.
    private IEnumerable<(int Offset, string Name)> Auxiliaries()
    {
        // Elf64_Shdr: 64 bytes; type at 4, offset at 24, link at 40, info (here: number of libraries) at 44.
        int sections = (int)U64(40), count = U16(60);
        for (int s = 0; s < count; s++)
        {
            int header = sections + 64 * s;
            if (U32(header + 4) != VersionNeedSection) continue;
            int names = (int)U64(sections + 64 * (int)U32(header + 40) + 24);
            int need = (int)U64(header + 24);
            for (uint library = 0; library < U32(header + 44); library++)
            {
                // Elf64_Verneed: version u16, aux count u16, file u32, aux offset u32, next u32; offsets from the record's start.
                int aux = need + (int)U32(need + 8);
                for (int a = 0; a < U16(need + 2); a++)
                {
                    yield return (aux, Text(names + (int)U32(aux + 8)));
                    aux += (int)U32(aux + 12);
                }
                need += (int)U32(need + 12);
            }
        }
    }

    private string Text(int offset) => Encoding.ASCII.GetString(_file.AsSpan(offset, _file.AsSpan(offset).IndexOf((byte)0)));

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(offset));

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(offset));
}
