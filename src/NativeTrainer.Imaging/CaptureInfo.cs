using System.Globalization;

namespace NativeTrainer.Imaging;

/// <summary>When and with what a picture was taken, as its EXIF data say.</summary>
/// <param name="Taken">DateTimeOriginal with its fraction of a second, in the camera's local time; null where it is missing or no date.</param>
/// <param name="Make">The camera's maker; null where it is missing.</param>
/// <param name="Model">The camera's model; null where it is missing.</param>
public sealed record CaptureInfo(DateTime? Taken, string? Make, string? Model)
{
    private const ushort MakeTag = 0x010F, ModelTag = 0x0110, TakenTag = 0x9003, TakenFractionTag = 0x9291;

    public static CaptureInfo None { get; } = new(null, null, null);

    /// <summary>Maker and model; null where both are missing.</summary>
    public string? Camera => Make is null && Model is null ? null : $"{Make} {Model}".Trim();

    /// <param name="file">A picture file's contents: JPEG, WebP or PNG.</param>
    public static CaptureInfo Of(ReadOnlySpan<byte> file)
    {
        var tiff = new ExifTiff(ExifContainer.Find(file));
        if (tiff.IsEmpty) return None;
        string? make = tiff.Text(tiff.FirstDirectory, MakeTag), model = tiff.Text(tiff.FirstDirectory, ModelTag);
        var pointer = tiff.Entry(tiff.FirstDirectory, ExifTiff.ExifDirectoryTag);
        DateTime? taken = null;
        if (!pointer.IsEmpty)
        {
            uint directory = tiff.UInt32(pointer[8..]);
            string? digits = tiff.Text(directory, TakenFractionTag);
            string fraction = digits is not null && digits.All(char.IsAsciiDigit) ? digits[..Math.Min(digits.Length, 7)] : "";
            string text = $"{tiff.Text(directory, TakenTag)}.{(fraction.Length > 0 ? fraction : "0")}";
            if (DateTime.TryParseExact(text, "yyyy:MM:dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) taken = time;
        }
        return taken is null && make is null && model is null ? None : new CaptureInfo(taken, make, model);
    }
}
