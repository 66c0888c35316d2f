using System.Runtime.InteropServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Native, 64-byte aligned memory outside the garbage collector's heap. Large ones lie on huge pages where the system has them.</summary>
internal sealed unsafe partial class CpuArena : Arena
{
    /// <summary>Of Linux on x64 and usually arm64.</summary>
    private const long HugePage = 2 << 20;

    private const int AdviseHugePages = 14; // MADV_HUGEPAGE

    private byte* _start;
    private void* _allocated;

    public CpuArena(CpuDevice device, long bytes) : base(device, bytes)
    {
        // Memory that comes from the system is zero already and is touched first by the threads that use it.
        long alignment = bytes >= HugePage ? HugePage : Alignment;
        try
        {
            _allocated = NativeMemory.AllocZeroed((nuint)(bytes + alignment));
        }
        catch (OutOfMemoryException)
        {
            throw new OutOfMemoryException($"the CPU device could not get {bytes / 1e6:F0} MB; use a smaller batch or image size");
        }
        _start = (byte*)(((nint)_allocated + (nint)alignment - 1) & -(nint)alignment);
        // Fewer page faults and fewer misses of the address cache; a system that does not know the advice ignores it.
        if (bytes >= HugePage && OperatingSystem.IsLinux()) _ = Advise(_start, (nuint)(bytes / HugePage * HugePage), AdviseHugePages);
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
        NativeMemory.Free(_allocated);
        _start = null;
        GC.RemoveMemoryPressure(Math.Max(Bytes, 1));
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
