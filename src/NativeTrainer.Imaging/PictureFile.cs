using System.Buffers;

namespace NativeTrainer.Imaging;

/// <summary>A file's bytes in memory that is lent: dispose it to give the memory back.</summary>
public readonly struct PictureFile : IDisposable
{
    private readonly byte[]? _lent;
    private readonly int _length;

    private PictureFile(byte[]? lent, int length, DecodeResult? failure) => (_lent, _length, Failure) = (lent, length, failure);

    /// <summary>Why it cannot be read; null where it was.</summary>
    public DecodeResult? Failure { get; }

    public ReadOnlySpan<byte> Bytes => _lent.AsSpan(0, _length);

    /// <summary>Reads a whole file. What cannot be read gives a <see cref="Failure"/>, never an exception.</summary>
    public static PictureFile Read(string path)
    {
        byte[]? bytes = null;
        try
        {
            using var file = File.OpenHandle(path);
            long length = RandomAccess.GetLength(file);
            if (length > Array.MaxLength) return Failed(DecodeFailure.TooLarge, $"has {length} bytes, too many for a picture");
            bytes = ArrayPool<byte>.Shared.Rent((int)length);
            int read = 0;
            while (read < length)
            {
                int count = RandomAccess.Read(file, bytes.AsSpan(read, (int)length - read), read);
                if (count == 0) break;
                read += count;
            }
            return new PictureFile(bytes, read, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (bytes is not null) ArrayPool<byte>.Shared.Return(bytes);
            return Failed(DecodeFailure.Unreadable, Directory.Exists(path) ? "is a folder" : $"cannot be read ({exception.Message})");
        }
    }

    public void Dispose()
    {
        if (_lent is not null) ArrayPool<byte>.Shared.Return(_lent);
    }

    private static PictureFile Failed(DecodeFailure failure, string reason) => new(null, 0, DecodeResult.Failed(failure, reason));
}
