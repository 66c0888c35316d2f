namespace NativeTrainer.Imaging;

/// <summary>The Orientation tag of a file's first directory, which the decoder underneath reports for JPEG only.</summary>
internal static class ExifOrientation
{
    private const ushort OrientationTag = 0x0112;

    /// <returns>1 to 8 as in the EXIF specification 2.32, 4.6.4; 1 is upright.</returns>
    public static int Read(ReadOnlySpan<byte> file)
    {
        var tiff = new ExifTiff(ExifContainer.Find(file));
        var entry = tiff.Entry(tiff.FirstDirectory, OrientationTag);
        if (entry.IsEmpty) return 1;
        int value = tiff.UInt16(entry[2..]) == ExifTiff.ShortType ? tiff.UInt16(entry[8..]) : (int)Math.Min(tiff.UInt32(entry[8..]), 9);
        return value is >= 1 and <= 8 ? value : 1;
    }
}
