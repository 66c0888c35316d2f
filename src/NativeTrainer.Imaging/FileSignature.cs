using System.Text;

namespace NativeTrainer.Imaging;

/// <summary>What a file is by its first bytes; names and extensions lie.</summary>
internal readonly record struct FileSignature(FileSignature.Kind Content, string Description)
{
    /// <summary>So many bytes from the start of a file decide.</summary>
    public const int Length = 64;

    public enum Kind
    {
        /// <summary>The decoder knows this picture format.</summary>
        Picture,

        /// <summary>A picture format that the decoder does not know.</summary>
        UnsupportedPicture,

        Other,
    }

    public bool IsJpeg => Description == Jpeg;

    private const string Jpeg = "JPEG";

    private static readonly (byte[] Magic, int Offset, Kind Content, string Description)[] Known =
    [
        ([0xFF, 0xD8, 0xFF], 0, Kind.Picture, Jpeg),
        ([0x89, .. "PNG\r\n"u8], 0, Kind.Picture, "PNG"),
        ([.. "GIF8"u8], 0, Kind.Picture, "GIF"),
        ([.. "WEBP"u8], 8, Kind.Picture, "WebP"),
        ([.. "BM"u8], 0, Kind.Picture, "BMP"),
        ([0, 0, 1, 0], 0, Kind.Picture, "ICO"),
        ([.. "II*\0"u8], 0, Kind.UnsupportedPicture, "TIFF"),
        ([.. "MM\0*"u8], 0, Kind.UnsupportedPicture, "TIFF"),
        ([.. "II+\0"u8], 0, Kind.UnsupportedPicture, "BigTIFF"),
        ([0, 0, 0, 12, .. "jP  "u8], 0, Kind.UnsupportedPicture, "JPEG 2000"),
        ([0xFF, 0x4F, 0xFF, 0x51], 0, Kind.UnsupportedPicture, "JPEG 2000"),
        ([0xFF, 0x0A], 0, Kind.UnsupportedPicture, "JPEG XL"),
        ([0, 0, 0, 12, .. "JXL "u8], 0, Kind.UnsupportedPicture, "JPEG XL"),
        ([.. "ftypavi"u8], 4, Kind.UnsupportedPicture, "AVIF"),
        ([.. "ftyphei"u8], 4, Kind.UnsupportedPicture, "HEIC"),
        ([.. "ftypmif1"u8], 4, Kind.UnsupportedPicture, "HEIC"),
        ([.. "8BPS"u8], 0, Kind.UnsupportedPicture, "Photoshop"),
        ([.. "qoif"u8], 0, Kind.UnsupportedPicture, "QOI"),
        ([.. "#?RADIANCE"u8], 0, Kind.UnsupportedPicture, "Radiance HDR"),
        ([.. "ftyp"u8], 4, Kind.Other, "a video"),
        ([0x1A, 0x45, 0xDF, 0xA3], 0, Kind.Other, "a video"),
        ([.. "version https://git-lfs"u8], 0, Kind.Other, "a Git LFS pointer, not the picture: run 'git lfs pull'"),
        ([.. "%PDF"u8], 0, Kind.Other, "a PDF document"),
        ([.. "PK"u8, 3, 4], 0, Kind.Other, "a ZIP archive"),
        ([0x1F, 0x8B], 0, Kind.Other, "a gzip archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], 0, Kind.Other, "a Windows compound file (such as Thumbs.db)"),
        ([0, 5, 0x16, 7], 0, Kind.Other, "macOS metadata (AppleDouble)"),
        ([0, 0, 0, 1, .. "Bud1"u8], 0, Kind.Other, "macOS folder metadata (.DS_Store)"),
    ];

    /// <param name="start">The file's first bytes, <see cref="Length"/> of them where it has so many.</param>
    public static FileSignature Of(ReadOnlySpan<byte> start)
    {
        foreach (var (magic, offset, content, description) in Known)
        {
            if (start.Length > offset && start[offset..].StartsWith(magic)) return new(content, description);
        }
        // PBM, PGM and PPM: 'P', a digit from 1 to 6 (7: PAM), white space.
        if (start is [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t', ..]) return new(Kind.UnsupportedPicture, "PNM");
        return new(Kind.Other, Text(start[..Math.Min(start.Length, Length)]));
    }

    private static string Text(ReadOnlySpan<byte> start)
    {
        foreach (byte value in start)
        {
            if (value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C)) return "no picture format that is known";
        }
        string text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith("<svg", StringComparison.OrdinalIgnoreCase)) return "an SVG drawing";
        if (text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return "a web page (HTML): the download failed";
        if (text.StartsWith('<')) return "an XML or HTML document";
        return text.Contains('\uFFFD') ? "no picture format that is known" : "text";
    }
}
