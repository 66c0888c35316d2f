using System.Buffers.Binary;

namespace NativeTrainer.Imaging;

/// <summary>
/// Walks the markers of a JPEG file (ITU-T T.81, annex B) to find what the decoder underneath passes over in silence: a file without its end, and
/// markers in the entropy-coded data that cannot stand there. Damage that leaves no such trace is not seen.
/// </summary>
internal static class JpegMarkers
{
    private const byte EndOfImage = 0xD9, StartOfScan = 0xDA;

    public static DecodeFailure Check(ReadOnlySpan<byte> file)
    {
        int at = 2;
        bool inScan = false;
        while (true)
        {
            int next = file[at..].IndexOf((byte)0xFF);
            if (next < 0) return DecodeFailure.Truncated;
            at += next + 1;
            while (at < file.Length && file[at] == 0xFF) at++;
            if (at >= file.Length) return DecodeFailure.Truncated;
            byte marker = file[at++];
            if (marker == EndOfImage) return inScan ? DecodeFailure.None : DecodeFailure.Truncated;
            if (marker is 0 or 1 or (>= 0xD0 and <= 0xD7)) continue;
            if (inScan && !MayFollowScan(marker)) return DecodeFailure.Corrupt;
            if (marker == StartOfScan) inScan = true;
            if (at + 2 > file.Length) return DecodeFailure.Truncated;
            at += BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (at >= file.Length) return DecodeFailure.Truncated;
        }
    }

    // Tables, the next scan, a line count, comments and application data; frame headers come before the first scan only.
    private static bool MayFollowScan(byte marker) => marker is 0xC4 or 0xCC or 0xDA or 0xDB or 0xDC or 0xDD or 0xFE or (>= 0xE0 and <= 0xEF);
}
