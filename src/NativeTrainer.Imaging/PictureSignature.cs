using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace NativeTrainer.Imaging;

/// <summary>What is kept of a picture to find its copies: about 2.5 KB.</summary>
/// <param name="Content">First 16 bytes of SHA-256 of the file, or of size and pixels where there is no file.</param>
/// <param name="Thumbnail">What copies are told from look-alikes by.</param>
/// <param name="Hash">What copies are looked up by.</param>
/// <param name="Capture">When and with what it was taken.</param>
public sealed record PictureSignature(UInt128 Content, GrayThumbnail Thumbnail, PerceptualHash Hash, CaptureInfo Capture)
{
    private const int ContentBytes = 16, ThumbnailBytes = GrayThumbnail.Side * GrayThumbnail.Side;

    /// <summary>Decoding to this short side loses nothing that a signature needs.</summary>
    public static DecodeTarget Target { get; } = new(2 * GrayThumbnail.Side);

    /// <param name="file">The file's contents.</param>
    /// <param name="image">What was decoded from it.</param>
    /// <param name="resizer">Of the calling thread; null makes one.</param>
    public static PictureSignature Of(ReadOnlySpan<byte> file, RgbImage image, Resizer? resizer = null)
        => Of(SHA256.HashData(file), image, CaptureInfo.Of(file), resizer);

    /// <summary>Of pixels without a file.</summary>
    public static PictureSignature Of(RgbImage image, Resizer? resizer = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"RGB {image.Width} {image.Height}\n"));
        hash.AppendData(image.Pixels);
        return Of(hash.GetHashAndReset(), image, CaptureInfo.None, resizer);
    }

    /// <summary>Reads and decodes a sample's file; null where that gives no picture.</summary>
    public static PictureSignature? Read(Sample sample, Resizer? resizer = null)
    {
        if (sample.Pixels is { } pixels) return Of(sample.Crop?.Within(pixels.Width, pixels.Height) is { } part ? pixels.Cut(part) : pixels, resizer);
        using var file = PictureFile.Read(sample.Path);
        if (file.Failure is not null || ImageDecoder.Decode(file.Bytes, Target with { Region = sample.Crop }).Image is not { } image) return null;
        // Two crops of one file are two pictures.
        return sample.Crop is null ? Of(file.Bytes, image, resizer) : Of(image, resizer) with { Capture = CaptureInfo.Of(file.Bytes) };
    }

    /// <summary>For a cache: content, thumbnail, and as text the time and the camera. The hash is made again from the thumbnail.</summary>
    public byte[] ToBytes()
    {
        byte[] capture = Encoding.UTF8.GetBytes($"{Capture.Taken?.Ticks}\n{Capture.Make}\n{Capture.Model}");
        var bytes = new byte[ContentBytes + ThumbnailBytes + capture.Length];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, Content);
        Thumbnail.Pixels.CopyTo(bytes, ContentBytes);
        capture.CopyTo(bytes, ContentBytes + ThumbnailBytes);
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null where the bytes are something else.</summary>
    public static PictureSignature? FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ContentBytes + ThumbnailBytes) return null;
        string[] capture = Encoding.UTF8.GetString(bytes[(ContentBytes + ThumbnailBytes)..]).Split('\n');
        if (capture.Length != 3) return null;
        DateTime? taken = long.TryParse(capture[0], out long ticks) && ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTime(ticks) : null;
        var thumbnail = new GrayThumbnail(bytes.Slice(ContentBytes, ThumbnailBytes).ToArray());
        var info = new CaptureInfo(taken, Text(capture[1]), Text(capture[2]));
        return new PictureSignature(BinaryPrimitives.ReadUInt128LittleEndian(bytes), thumbnail, PerceptualHash.Of(thumbnail), info);

        static string? Text(string text) => text.Length > 0 ? text : null;
    }

    private static PictureSignature Of(byte[] content, RgbImage image, CaptureInfo capture, Resizer? resizer)
    {
        var thumbnail = GrayThumbnail.Of(image, resizer);
        return new PictureSignature(BinaryPrimitives.ReadUInt128LittleEndian(content), thumbnail, PerceptualHash.Of(thumbnail), capture);
    }
}
