using System.Runtime.InteropServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>The processor: a worker team and the widest vector instructions it has.</summary>
public sealed unsafe class CpuDevice : Device
{
    /// <summary>Opens the processor.</summary>
    /// <param name="threads">Kernel threads, 1 to 256; 0 takes all processors that the process may use.</param>
    public CpuDevice(int threads = 0) : this(threads, CpuIsaDetection.Best) { }

    internal CpuDevice(int threads, CpuIsa isa)
    {
        if (threads is < 0 or > 256) throw new ArgumentOutOfRangeException(nameof(threads), threads, "threads are 1 to 256, or 0 for all processors");
        Isa = isa;
        Team = new WorkerTeam(threads == 0 ? Math.Min(Environment.ProcessorCount, 256) : threads);
    }

    internal CpuDevice Requiring(DType activations) => Requiring(activations == DType.BFloat16 ? Precision.BFloat16 : Precision.Float32);

    /// <summary>This device, where it has the precision: the processor computes in float32.</summary>
    /// <exception cref="ArgumentException">Another precision.</exception>
    internal CpuDevice Requiring(Precision precision)
        => precision == Precision.Float32 ? this : throw new ArgumentException($"the processor computes in fp32; {precision.Name()} needs a GPU");

    public override string Description => $"CPU, {Isa switch { CpuIsa.Avx512 => "AVX-512", CpuIsa.Avx2 => "AVX2", _ => "128-bit vectors" }}, {Threads} thread{(Threads == 1 ? "" : "s")}";

    /// <summary>Number of threads that run kernels, the caller included.</summary>
    public int Threads => Team.Threads;

    internal CpuIsa Isa { get; }

    /// <summary>False computes every convolution by the direct method, for comparisons.</summary>
    internal bool Winograd { get; init; } = true;

    internal WorkerTeam Team { get; }

    public override Arena Allocate(long bytes) => new CpuArena(this, bytes);

    public override void Upload<T>(ReadOnlySpan<T> source, TensorView destination)
        => source.CopyTo(Span<T>(destination, source.Length, "upload"));

    public override void Download<T>(TensorView source, Span<T> destination)
        => Span<T>(source, destination.Length, "download").CopyTo(destination);

    public override void Copy(TensorView source, TensorView destination)
        => Span<byte>(source, checked((int)source.Bytes), "copy").CopyTo(Span<byte>(destination, checked((int)source.Bytes), "copy"));

    public override void FillBytes(TensorView destination, byte value)
        => NativeMemory.Fill(((CpuArena)destination.Arena).Start + destination.Offset, (nuint)destination.Bytes, value);

    public override void Synchronize() { }

    public override void Dispose() => Team.Dispose();

    private static Span<T> Span<T>(TensorView view, int count, string what) where T : unmanaged
    {
        if ((long)count * sizeof(T) != view.Bytes)
            throw new ArgumentException($"{what}: {count} elements of {sizeof(T)} bytes against a tensor {view} of {view.Bytes} bytes");
        return new Span<T>(((CpuArena)view.Arena).Start + view.Offset, count);
    }
}
