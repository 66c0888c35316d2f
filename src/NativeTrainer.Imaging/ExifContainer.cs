using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace NativeTrainer.Imaging;

/// <summary>
/// Finds the TIFF structure of EXIF in JPEG (APP1), WebP (EXIF chunk) and PNG (eXIf chunk, or ImageMagick's "Raw profile type exif" text).
/// Damaged metadata mean none: a picture is not lost for its metadata.
/// </summary>
internal static class ExifContainer
{
    /// <returns>From the byte order on; empty where the file has none.</returns>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) return FromJpeg(file);
        if (file.StartsWith("RIFF"u8)) return FromWebp(file);
        return file.StartsWith((ReadOnlySpan<byte>)[0x89, .. "PNG"u8]) ? FromPng(file) : [];
    }

    private static ReadOnlySpan<byte> FromJpeg(ReadOnlySpan<byte> file)
    {
        int at = 2;
        while (at + 4 <= file.Length)
        {
            if (file[at] != 0xFF || file[at + 1] == 0xFF)
            {
                at++;
                continue;
            }
            byte marker = file[at + 1];
            if (marker is 0xDA or 0xD9) break;
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (marker == 0xE1 && at + 2 + length <= file.Length && length >= 8)
            {
                var segment = file.Slice(at + 4, length - 2);
                if (segment.StartsWith("Exif\0"u8)) return segment[6..];
            }
            at += 2 + Math.Max(length, 2);
        }
        return [];
    }

    private static ReadOnlySpan<byte> FromWebp(ReadOnlySpan<byte> file)
    {
        int at = 12;
        while (at + 8 <= file.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (length > file.Length - at - 8) return [];
            var chunk = file.Slice(at + 8, (int)length);
            // Some writers keep JPEG's prefix.
            if (file.Slice(at, 4).SequenceEqual("EXIF"u8)) return chunk.StartsWith("Exif\0\0"u8) ? chunk[6..] : chunk;
            at += 8 + (int)length + (int)(length & 1);
        }
        return [];
    }

    private static ReadOnlySpan<byte> FromPng(ReadOnlySpan<byte> file)
    {
        int at = 8;
        while (at + 12 <= file.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12) return [];
            var name = file.Slice(at + 4, 4);
            var chunk = file.Slice(at + 8, (int)length);
            if (name.SequenceEqual("eXIf"u8)) return chunk;
            if (name.SequenceEqual("zTXt"u8) && chunk.StartsWith("Raw profile type exif\0\0"u8)) return FromRawProfile(Inflate(chunk[23..]));
            if (name.SequenceEqual("tEXt"u8) && chunk.StartsWith("Raw profile type exif\0"u8)) return FromRawProfile(Encoding.Latin1.GetString(chunk[22..]));
            at += 12 + (int)length;
        }
        return [];
    }

    // The first directory stands near the start; the bound keeps a compressed bomb small.
    private static string Inflate(ReadOnlySpan<byte> compressed)
    {
        try
        {
            using var inflate = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
            var text = new byte[64 * 1024];
            int count = inflate.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return Encoding.Latin1.GetString(text, 0, count);
        }
        catch (InvalidDataException)
        {
            return "";
        }
    }

    // ImageMagick's form: "\nexif\n   <length>\n<hexadecimal>", the bytes with JPEG's "Exif\0\0" before them.
    private static ReadOnlySpan<byte> FromRawProfile(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length < 3 || !int.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)) return [];
        string digits = string.Concat(lines[2..]);
        var exif = new byte[digits.Length / 2];
        if (Convert.FromHexString(digits.AsSpan(0, exif.Length * 2), exif, out _, out _) != OperationStatus.Done) return [];
        return exif.AsSpan().StartsWith("Exif\0\0"u8) ? exif.AsSpan(6) : exif;
    }
}
