using System.Runtime.InteropServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Native, 64-byte aligned memory outside the garbage collector's heap.</summary>
internal sealed unsafe class CpuArena : Arena
{
    private byte* _start;

    public CpuArena(CpuDevice device, long bytes) : base(device, bytes)
    {
        try
        {
            _start = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment);
        }
        catch (OutOfMemoryException)
        {
            throw new OutOfMemoryException($"the CPU device could not get {bytes / 1e6:F0} MB; use a smaller batch or image size");
        }
        NativeMemory.Clear(_start, (nuint)bytes);
        GC.AddMemoryPressure(Math.Max(bytes, 1));
        device.Account(bytes);
    }

    ~CpuArena() => Free();

    public byte* Start => _start != null ? _start : throw new ObjectDisposedException(nameof(CpuArena), "the tensor's arena was disposed");

    public override void Dispose()
    {
        if (_start != null) Device.Account(-Bytes);
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_start == null) return;
        NativeMemory.AlignedFree(_start);
        _start = null;
        GC.RemoveMemoryPressure(Math.Max(Bytes, 1));
    }
}
