using System.Buffers.Binary;
using System.Text;

namespace NativeTrainer.Imaging.Tests;

internal static class TiffBytes
{
    /// <summary>
    /// A JPEG file of no picture, whose EXIF data say when and with what it was taken: IFD0 (Make, Model, a pointer) and the directory it points to
    /// (DateTimeOriginal, its fraction). Null leaves a tag out.
    /// </summary>
    public static byte[] JpegTakenAt(string? time, string? fraction, string? make, string? model, bool littleEndian)
    {
        (ushort Tag, string? Text)[] first = [(0x010F, make), (0x0110, model)], second = [(0x9003, time), (0x9291, fraction)];
        first = [.. first.Where(t => t.Text is not null)];
        second = [.. second.Where(t => t.Text is not null)];
        int secondAt = 8 + 2 + 12 * (first.Length + 1) + 4, texts = secondAt + 2 + 12 * second.Length + 4;
        var tiff = new byte[texts + 400];
        Encoding.ASCII.GetBytes(littleEndian ? "II" : "MM").CopyTo(tiff, 0);
        Put16(2, 42);
        Put32(4, 8);
        Put16(8, first.Length + 1);
        int at = 10;
        foreach (var (tag, text) in first) PutText(tag, text!);
        Put16(at, 0x8769);
        Put16(at + 2, 4);
        Put32(at + 4, 1);
        Put32(at + 8, secondAt);
        Put16(secondAt, second.Length);
        at = secondAt + 2;
        foreach (var (tag, text) in second) PutText(tag, text!);
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)((tiff.Length + 8) >> 8), (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff, 0xFF, 0xD9];

        void PutText(ushort tag, string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text + "\0");
            Put16(at, tag);
            Put16(at + 2, 2);
            Put32(at + 4, bytes.Length);
            if (bytes.Length <= 4) bytes.CopyTo(tiff, at + 8);
            else
            {
                Put32(at + 8, texts);
                bytes.CopyTo(tiff, texts);
                texts += bytes.Length;
            }
            at += 12;
        }

        void Put16(int place, int value)
        {
            if (littleEndian) BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(place), (ushort)value);
            else BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(place), (ushort)value);
        }

        void Put32(int place, int value)
        {
            if (littleEndian) BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(place), value);
            else BinaryPrimitives.WriteInt32BigEndian(tiff.AsSpan(place), value);
        }
    }

    /// <summary>The smallest TIFF structure with one entry: Orientation, SHORT, count 1.</summary>
    public static byte[] WithOrientation(int orientation, bool littleEndian)
    {
        var tiff = new byte[26];
        Encoding.ASCII.GetBytes(littleEndian ? "II" : "MM").CopyTo(tiff, 0);
        Put16(2, 42);
        Put32(4, 8);
        Put16(8, 1);
        Put16(10, 0x0112);
        Put16(12, 3);
        Put32(14, 1);
        Put16(18, orientation);
        return tiff;

        void Put16(int at, int value)
        {
            if (littleEndian) BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(at), (ushort)value);
            else BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(at), (ushort)value);
        }

        void Put32(int at, int value)
        {
            if (littleEndian) BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(at), value);
            else BinaryPrimitives.WriteInt32BigEndian(tiff.AsSpan(at), value);
        }
    }
}
