using System.Buffers.Binary;
using System.Text;

namespace NativeTrainer.Imaging.Tests;

internal static class ExifTiff
{
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
