using System.Buffers.Binary;
using System.IO.Compression;

namespace NativeTrainer.Imaging;

/// <summary>
/// A PNG whose pixels are class numbers: gray of 1 to 16 bits, or palette indices as in Pascal VOC's masks, whose colours are left aside (PNG specification, third edition). It is read by
/// itself because decoders of pictures turn palettes into colours.
/// </summary>
/// <param name="Values">(height, width), row-major.</param>
public sealed record MaskFile(int Width, int Height, ushort[] Values)
{
    private enum Filter
    {
        None,
        Sub,
        Up,
        Average,
        Paeth,
    }

    private readonly record struct Header(int Width, int Height, int Bits);

    /// <exception cref="UserException">The file cannot be read or is no such PNG.</exception>
    public static MaskFile Read(string path)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read ({error.Message.TrimEnd('.')})", error);
        }
        try
        {
            return Parse(path, file);
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentOutOfRangeException or EndOfStreamException)
        {
            throw new UserException($"{path}: is a damaged PNG file: it is cut off or its pixels cannot be unpacked", error);
        }
    }

    private static MaskFile Parse(string path, byte[] file)
    {
        var signature = FileSignature.Of(file.AsSpan(0, Math.Min(file.Length, FileSignature.Length)));
        if (signature.Description != "PNG") throw new UserException($"{path}: is {(file.Length == 0 ? "empty" : signature.Description)}; a mask is a PNG whose pixels are class numbers. JPEG would blur them.");
        Header? header = null;
        using var packed = new MemoryStream();
        for (int at = 8; at + 8 <= file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            var name = file.AsSpan(at + 4, 4);
            var body = file.AsSpan(at + 8, length);
            if (name.SequenceEqual("IHDR"u8)) header = ReadHeader(path, body);
            else if (name.SequenceEqual("IDAT"u8)) packed.Write(body);
            else if (name.SequenceEqual("IEND"u8)) break;
            at += 12 + length;
        }
        if (header is not { } found) throw new InvalidDataException("no header");
        packed.Position = 0;
        return new MaskFile(found.Width, found.Height, Unpack(packed, found));
    }

    private static Header ReadHeader(string path, ReadOnlySpan<byte> body)
    {
        var header = new Header(BinaryPrimitives.ReadInt32BigEndian(body), BinaryPrimitives.ReadInt32BigEndian(body[4..]), body[8]);
        if (header.Width < 1 || header.Height < 1 || (long)header.Width * header.Height > ImageDecoder.MaxPixels) throw new UserException($"{path}: claims {header.Width}×{header.Height} pixels, which no mask has");
        if (body[9] is not (0 or 3)) throw new UserException($"{path}: is a colour picture; a mask has one number a pixel. Save it in gray or with a palette, whose indices are the classes.");
        if (body[12] != 0) throw new UserException($"{path}: is interlaced, which is not read for masks. Save it without interlacing.");
        return header;
    }

    private static ushort[] Unpack(Stream packed, Header header)
    {
        int rowBytes = (int)(((long)header.Width * header.Bits + 7) / 8), step = Math.Max(1, header.Bits / 8);
        var (row, before, values) = (new byte[rowBytes], new byte[rowBytes], new ushort[header.Width * header.Height]);
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        for (int y = 0; y < header.Height; y++)
        {
            var filter = (Filter)zlib.ReadByte();
            if (filter is < Filter.None or > Filter.Paeth) throw new InvalidDataException("unknown filter");
            zlib.ReadExactly(row);
            if (filter != Filter.None) Unfilter(filter, row, before, step);
            Expand(row, header.Bits, values.AsSpan(y * header.Width, header.Width));
            (row, before) = (before, row);
        }
        return values;
    }

    // Each byte is a difference to the bytes to the left, above and both.
    private static void Unfilter(Filter filter, byte[] row, byte[] above, int step)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= step ? row[i - step] : 0, up = above[i], corner = i >= step ? above[i - step] : 0;
            row[i] += (byte)(filter switch
            {
                Filter.Sub => left,
                Filter.Up => up,
                Filter.Average => (left + up) / 2,
                Filter.Paeth => Paeth(left, up, corner),
                _ => 0,
            });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int p = left + up - corner, a = Math.Abs(p - left), b = Math.Abs(p - up), c = Math.Abs(p - corner);
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    private static void Expand(ReadOnlySpan<byte> row, int bits, Span<ushort> values)
    {
        for (int x = 0; x < values.Length; x++)
        {
            int bit = x * bits;
            values[x] = bits == 16 ? BinaryPrimitives.ReadUInt16BigEndian(row[(2 * x)..]) : (ushort)((row[bit >> 3] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1));
        }
    }
}
