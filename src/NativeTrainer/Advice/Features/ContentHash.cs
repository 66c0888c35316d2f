using System.Buffers.Binary;
using System.Security.Cryptography;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Features;

/// <summary>SHA-256 of a file's bytes (or of pixels that lie in no file of their own): equal for exact copies and for nothing else.</summary>
public readonly record struct ContentHash(UInt128 High, UInt128 Low)
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>Stands for a file that cannot be read.</summary>
    public bool IsNone => High == 0 && Low == 0;

    public static ContentHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(content, hash);
        return Read(hash);
    }

    /// <summary>Of a part of a picture: another one than the whole file's.</summary>
    /// <param name="region">Null is all of it.</param>
    public static ContentHash Of(ReadOnlySpan<byte> content, PixelRegion? region)
    {
        if (region is not { } part) return Of(content);
        Span<byte> whole = stackalloc byte[Size + 4 * sizeof(int)];
        Of(content).Write(whole);
        int[] numbers = [part.X, part.Y, part.Width, part.Height];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(whole[(Size + i * sizeof(int))..], numbers[i]);
        return Of(whole);
    }

    /// <summary>Of a picture in memory; another one than that of any file's bytes.</summary>
    public static ContentHash Of(RgbImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, image.Width);
        BinaryPrimitives.WriteInt32LittleEndian(size[4..], image.Height);
        hash.AppendData("RGB8"u8);
        hash.AppendData(size);
        hash.AppendData(image.Pixels);
        return Read(hash.GetHashAndReset());
    }

    /// <summary>64 hexadecimal digits, as sha256sum prints them.</summary>
    public override string ToString() => $"{High:x32}{Low:x32}";

    internal static ContentHash Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], Low);
    }
}
