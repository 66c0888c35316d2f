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
/// The pictures of one batch after another, written by the host: <see cref="Begin"/>, <see cref="Set"/> for each, <see cref="Send"/>. A card takes a batch while its
/// kernels still work on the one before. It allocates only where a batch has more pixels than any before. Calls come from one thread.
/// </summary>
public sealed unsafe class SourceBatch : SourceImages, IDisposable
{
    private readonly InputLane _lane;
    private long _used;

    /// <param name="device">Where the pictures go.</param>
    /// <param name="count">The batch size.</param>
    /// <param name="largestImage">Pixels of the largest picture expected, to allocate once; 0 grows as pictures come.</param>
    public SourceBatch(Device device, int count, long largestImage = 0) : base(default, count) => _lane = InputLane.Of(device, count * Room(Math.Max(largestImage, 1) * 3));

    /// <summary>Begins a batch; the pictures of the one before are gone.</summary>
    public void Begin()
    {
        _lane.Begin();
        _used = 0;
    }

    /// <summary>Copies picture <paramref name="index"/> behind those that were set before, in any order.</summary>
    /// <param name="index">0 ≤ index &lt; <see cref="SourceImages.Count"/>.</param>
    /// <param name="pixels">RGB, rows from the top, at least width·height·3 bytes; what follows is ignored.</param>
    /// <exception cref="ArgumentException">The array is shorter than the size says.</exception>
    public void Set(int index, byte[] pixels, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        long bytes = (long)width * height * 3;
        if (pixels.LongLength < bytes) throw new ArgumentException($"a picture of {width}×{height} has {bytes} bytes; the array holds {pixels.LongLength}", nameof(pixels));
        long end = _used + Room(bytes);
        if (end > _lane.Bytes) _lane.Grow(end + end / 4, _used);
        pixels.AsSpan(0, (int)bytes).CopyTo(new Span<byte>(_lane.Start + _used, (int)bytes));
        (Offsets[index], Widths[index], Heights[index]) = (_used, width, height);
        _used = end;
    }

    /// <summary>Ends the batch: kernels that are launched from now on see it.</summary>
    public void Send() => Pixels = _lane.Send(_used);

    public void Dispose() => _lane.Dispose();

    /// <summary>A picture's bytes and the one more that kernels may read.</summary>
    private static long Room(long bytes) => Arena.Align(bytes + 1);
}
