using System.Buffers.Binary;
using System.Text;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Photos made into what dirty data sets hold.</summary>
internal static class SpoiledPicture
{
    /// <summary>Luma and colour times <paramref name="factor"/>.</summary>
    public static RgbImage Darker(RgbImage image, double factor) => Each(image, p => p * factor);

    /// <summary>All levels drawn towards white.</summary>
    public static RgbImage Overexposed(RgbImage image) => Each(image, p => 255 - (255 - p) * 0.04);

    /// <summary>Enlarged from a twenty-fourth of its sides.</summary>
    public static RgbImage Blurred(RgbImage image)
    {
        var resizer = new Resizer();
        return resizer.Resize(resizer.Resize(image, Math.Max(image.Width / 24, 1), Math.Max(image.Height / 24, 1)), image.Width, image.Height);
    }

    public static RgbImage Gray(RgbImage image)
    {
        var pixels = new byte[image.Pixels.Length];
        for (int i = 0; i < pixels.Length; i += 3) pixels.AsSpan(i, 3).Fill((byte)((77 * image.Pixels[i] + 150 * image.Pixels[i + 1] + 29 * image.Pixels[i + 2]) >> 8));
        return new RgbImage(pixels, image.Width, image.Height);
    }

    /// <summary>One blue-gray tone with a little noise.</summary>
    public static RgbImage Blank(ulong key)
    {
        const int width = 320, height = 240;
        var pixels = new byte[width * height * 3];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i % 3) switch { 0 => 110, 1 => 125, _ => 150 } + CounterRandom.Below(key, (ulong)i, 3));
        return new RgbImage(pixels, width, height);
    }

    /// <summary>With the short side at so many pixels.</summary>
    public static RgbImage ShortSide(RgbImage image, int side)
    {
        var (width, height) = Resizer.FitShortSide(image.Width, image.Height, side);
        return new Resizer().Resize(image, width, height);
    }

    /// <summary>Nine times as wide as high.</summary>
    public static RgbImage Strip(RgbImage image) => new Resizer().Resize(image.Cut(new PixelRegion(0, image.Height / 3, image.Width, Math.Max(image.Height / 4, 1))), 900, 100);

    /// <summary>The n-th of three frames of a camera that moves across the photo: each shows 60 % of its width.</summary>
    public static RgbImage Frame(RgbImage image, int n) => image.Cut(new PixelRegion(n * image.Width / 5, n * image.Height / 16, image.Width * 3 / 5, image.Height * 7 / 8));

    /// <summary>A JPEG file with EXIF data (Exif 2.3): camera and time.</summary>
    public static byte[] Taken(ReadOnlySpan<byte> jpeg, string make, string model, DateTime taken)
    {
        // Offsets count from the byte order: two directories, then the texts.
        var (makeText, modelText, timeText) = (Text(make), Text(model), Text(taken.ToString("yyyy:MM:dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)));
        const int first = 8, second = first + 2 + 3 * 12 + 4, texts = second + 2 + 12 + 4;
        var tiff = new byte[texts + makeText.Length + modelText.Length + timeText.Length];
        "II*\0"u8.CopyTo(tiff);
        tiff[4] = first;
        tiff[first] = 3;
        tiff[second] = 1;
        int at = texts;
        Entry(first + 2, 0x010F, 2, makeText);
        Entry(first + 14, 0x0110, 2, modelText);
        Write(first + 26, 0x8769, 4, 1, second);
        Entry(second + 2, 0x9003, 2, timeText);
        var head = new byte[10];
        ((ReadOnlySpan<byte>)[0xFF, 0xE1]).CopyTo(head);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)(tiff.Length + 8));
        "Exif\0\0"u8.CopyTo(head.AsSpan(4));
        return [.. jpeg[..2], .. head, .. tiff, .. jpeg[2..]];

        void Entry(int place, ushort tag, ushort type, byte[] text)
        {
            Write(place, tag, type, text.Length, at);
            text.CopyTo(tiff, at);
            at += text.Length;
        }

        void Write(int place, ushort tag, ushort type, int count, int value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(place), tag);
            BinaryPrimitives.WriteUInt16LittleEndian(tiff.AsSpan(place + 2), type);
            BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(place + 4), count);
            BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(place + 8), value);
        }
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text + "\0");

    private static RgbImage Each(RgbImage image, Func<double, double> change)
    {
        byte[] table = [.. Enumerable.Range(0, 256).Select(p => (byte)Math.Clamp(change(p) + 0.5, 0, 255))];
        return new RgbImage([.. image.Pixels.Select(p => table[p])], image.Width, image.Height);
    }
}
