using ILGPU;
using ILGPU.Runtime;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Device memory.</summary>
internal sealed class GpuArena : Arena
{
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _memory;

    public GpuArena(GpuDevice device, long bytes) : base(device, bytes)
    {
        try
        {
            _memory = device.Accelerator.Allocate1D<byte>(Math.Max(bytes, 1));
        }
        catch (AcceleratorException error)
        {
            string free = device.FreeBytes is long left ? $", {left / 1e6:F0} MB are free" : "";
            throw new OutOfMemoryException($"{device.Description} has not the {bytes / 1e6:F0} MB that were asked for{free} ({error.Message})", error);
        }
        _memory.View.MemSet(device.Stream, 0);
        device.Account(bytes);
    }

    public ArrayView<T> Elements<T>(long offset, long count) where T : unmanaged
        => ((ArrayView<byte>)_memory.View).SubView(offset, count * ArrayView<T>.ElementSize).Cast<T>();

    public override void Dispose()
    {
        if (_memory.IsDisposed) return;
        Device.Synchronize();
        Device.Account(-Bytes);
        _memory.Dispose();
    }
}
