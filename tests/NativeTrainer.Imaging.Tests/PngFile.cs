using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace NativeTrainer.Imaging.Tests;

/// <summary>Writes PNG files byte by byte (PNG specification, third edition), so that tests know every sample that is in them.</summary>
internal sealed class PngFile
{
    private readonly List<byte> _bytes = [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n'];

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="bits">Per sample.</param>
    /// <param name="colorType">0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA.</param>
    public PngFile(int width, int height, byte bits, byte colorType)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, colorType);
        Chunk("IHDR", header);
    }

    public PngFile Chunk(string name, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        _bytes.AddRange(number);
        _bytes.AddRange(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        _bytes.AddRange(number);
        return this;
    }

    public byte[] Bytes => [.. _bytes];

    /// <summary>Rows of packed samples, without the filter byte.</summary>
    public byte[] Finish(params byte[][] rows)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (byte[] row in rows) zlib.Write([0, .. row]);
        }
        Chunk("IDAT", compressed.ToArray());
        Chunk("IEND", []);
        return [.. _bytes];
    }

    public static byte[] Deflate(byte[] data)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(data);
        return compressed.ToArray();
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
