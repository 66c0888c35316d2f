using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

/// <summary>
/// Decoded pictures of any sizes in one UInt8 tensor: picture i is (Heights[i], Widths[i], 3), RGB, rows without gaps, from byte Offsets[i].
/// At least one more byte follows every picture in the tensor, because kernels read a pixel as four bytes.
/// </summary>
public class SourceImages
{
    /// <param name="pixels">The tensor, one dimension.</param>
    /// <param name="count">Number of pictures; offsets and sizes start at 0 and are the caller's to set.</param>
    public SourceImages(TensorView pixels, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Pixels = pixels;
        (Offsets, Widths, Heights) = (new long[count], new int[count], new int[count]);
    }

    public TensorView Pixels { get; protected set; }

    public int Count => Offsets.Length;

    public long[] Offsets { get; }

    public int[] Widths { get; }

    public int[] Heights { get; }
}

/// <summary>
/// The staging buffer of a batch: kept for the whole run and written anew for each batch. Its slots are equal and as large as the largest picture
/// so far; it allocates only when a larger one comes. Calls come from one thread.
/// </summary>
public sealed class SourceBatch : SourceImages, IDisposable
{
    private readonly Device _device;
    private Arena _arena;
    private long _slotBytes;

    /// <param name="device">Where the pictures go.</param>
    /// <param name="count">Slots: the batch size.</param>
    /// <param name="largestImage">Pixels of the largest picture expected, to allocate once; 0 grows as pictures come.</param>
    public SourceBatch(Device device, int count, long largestImage = 0) : base(default, count)
    {
        _device = device;
        _arena = Reserve(Math.Max(largestImage, 1) * 3);
    }

    /// <summary>Copies a picture into slot <paramref name="index"/>.</summary>
    /// <param name="index">0 ≤ index &lt; <see cref="SourceImages.Count"/>.</param>
    /// <param name="pixels">RGB, rows from the top, at least width·height·3 bytes; what follows is ignored.</param>
    /// <exception cref="ArgumentException">The array is shorter than the size says.</exception>
    public void Set(int index, byte[] pixels, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        long bytes = (long)width * height * 3;
        if (pixels.LongLength < bytes) throw new ArgumentException($"a picture of {width}×{height} has {bytes} bytes; the array holds {pixels.LongLength}", nameof(pixels));
        if (bytes >= _slotBytes) Grow(bytes);
        _device.Upload<byte>(pixels.AsSpan(0, (int)bytes), Pixels.Slice(Offsets[index], new Shape((int)bytes)));
        (Widths[index], Heights[index]) = (width, height);
    }

    public void Dispose() => _arena.Dispose();

    private Arena Reserve(long imageBytes)
    {
        // The byte more is the one that kernels may read past a picture.
        _slotBytes = Arena.Align(imageBytes + 1);
        var arena = _device.Allocate(_slotBytes * Count);
        Pixels = arena.View(0, new Shape(checked((int)(_slotBytes * Count))), DType.UInt8);
        for (int i = 0; i < Count; i++) Offsets[i] = i * _slotBytes;
        return arena;
    }

    private void Grow(long bytes)
    {
        var (old, oldPixels, oldSlot) = (_arena, Pixels, _slotBytes);
        _arena = Reserve(bytes + bytes / 4);
        for (int i = 0; i < Count; i++)
        {
            if (Widths[i] == 0) continue;
            var shape = new Shape(Widths[i] * Heights[i] * 3);
            _device.Copy(oldPixels.Slice(i * oldSlot, shape), Pixels.Slice(Offsets[i], shape));
        }
        old.Dispose();
    }
}
