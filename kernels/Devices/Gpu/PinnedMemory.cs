using ILGPU.Runtime;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Memory of the host that stays where it is, so that a card copies from and to it by itself while the host goes on.</summary>
internal sealed unsafe class PinnedMemory : IDisposable
{
    private readonly PageLockedArray1D<byte> _memory;

    /// <exception cref="OutOfMemoryException">The driver does not give so much.</exception>
    public PinnedMemory(GpuDevice device, long bytes)
    {
        try
        {
            _memory = device.Accelerator.AllocatePageLocked1D<byte>(bytes, uninitialized: true);
        }
        catch (AcceleratorException error)
        {
            throw new OutOfMemoryException($"{device.Description}: its driver cannot pin {bytes / 1e6:F0} MB of the machine's memory ({error.Message}); use a smaller batch", error);
        }
        Start = (byte*)_memory.ArrayView.LoadEffectiveAddressAsPtr();
        Bytes = bytes;
    }

    public byte* Start { get; }

    public long Bytes { get; }

    /// <summary>Gives a copy of <paramref name="bytes"/> bytes to the stream; it is made later, from what then lies here.</summary>
    public void Send(AcceleratorStream stream, long start, TensorView destination, long destinationStart, long bytes)
        => destination.GpuBytes.SubView(destinationStart, bytes).CopyFromCPU(stream, ref Start[start], bytes);

    /// <summary>The way back.</summary>
    public void Fetch(AcceleratorStream stream, TensorView source, long start) => source.GpuBytes.CopyToCPU(stream, ref Start[start], source.Bytes);

    public void Dispose() => _memory.Dispose();
}
