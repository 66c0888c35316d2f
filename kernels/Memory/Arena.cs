using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels;

/// <summary>One block of a device's memory, zeroed when made. Tensors are views of it; disposing it ends them all.</summary>
public abstract class Arena(Device device, long bytes) : IDisposable
{
    /// <summary>Every view starts at a multiple of this many bytes (a cache line, and one AVX-512 register).</summary>
    public const int Alignment = 64;

    public Device Device { get; } = device;

    public long Bytes { get; } = bytes;

    /// <summary>The smallest multiple of <see cref="Alignment"/> that holds <paramref name="bytes"/>.</summary>
    public static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>A tensor at <paramref name="offset"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The view does not fit, or its offset is not aligned to its element.</exception>
    public TensorView View(long offset, Shape shape, DType type = DType.Float32)
    {
        long bytes = shape.Count * type.SizeInBytes();
        if (offset < 0 || offset % type.SizeInBytes() != 0 || offset + bytes > Bytes)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"a {type} tensor {shape} needs {bytes} bytes; the arena has {Bytes}");
        return new TensorView(this, offset, shape, type);
    }

    public abstract void Dispose();
}
