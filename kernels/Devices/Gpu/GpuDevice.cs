using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>
/// An ILGPU accelerator: an NVIDIA card, or in tests ILGPU's simulator. Kernels and copies go to one stream, in order; a second stream
/// brings the next batch's input (<see cref="InputLane"/>). Only <see cref="Download"/> and <see cref="Synchronize"/> wait for the card.
/// </summary>
public class GpuDevice : Device
{
    private readonly Context _context;
    private readonly List<Arena> _kept = [];
    private readonly Dictionary<(MethodInfo Kernel, int Threads), object> _kernels = [];
    private readonly UploadRing _uploads;

    private protected GpuDevice(Context context, Accelerator accelerator)
    {
        _context = context;
        Accelerator = accelerator;
        (Stream, CopyStream) = (accelerator.CreateStream(), accelerator.CreateStream());
        StepValues = new StepValues(this);
        _uploads = new UploadRing(this);
    }

    public override string Description => Accelerator.Name;

    internal Accelerator Accelerator { get; }

    internal AcceleratorStream Stream { get; }

    internal AcceleratorStream CopyStream { get; }

    public override int StepsAhead => 1;

    /// <summary>Scalars that change from step to step.</summary>
    internal StepValues StepValues { get; }

    /// <summary>Whether kernels may use <see cref="Ptx"/>'s copies and matrix products: a card of architecture 8.0 or later.</summary>
    internal virtual bool HasTensorCores => false;

    /// <summary>Blocks that keep the card busy are counted in multiples of this.</summary>
    internal int Multiprocessors => Accelerator.NumMultiprocessors;

    /// <summary>ILGPU's simulator with one small multiprocessor (256 threads in warps of 32): for tests, at tiny shapes.</summary>
    internal static GpuDevice Simulator() => new(SimulatorContext(out var accelerator), accelerator);

    private protected static Context SimulatorContext(out Accelerator accelerator)
    {
        var context = Context.Create(builder =>
        {
            GpuContext.Configure(builder);
            builder.CPU(new CPUDevice(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: 8, numMultiprocessors: 1));
        });
        accelerator = context.CreateCPUAccelerator(0);
        return context;
    }

    public override Arena Allocate(long bytes) => new GpuArena(this, bytes);

    public override void Upload<T>(ReadOnlySpan<T> source, TensorView destination)
    {
        RequireSize<T>(source.Length, destination, "upload");
        _uploads.Send(MemoryMarshal.AsBytes(source), destination);
    }

    public override Readback OpenReadback(int count, int depth) => new GpuReadback(this, count, depth);

    public override unsafe void Download<T>(TensorView source, Span<T> destination)
    {
        RequireSize<T>(destination.Length, source, "download");
        fixed (T* start = destination)
        {
            // ILGPU does not pin what it copies to.
            if (start != null) source.GpuBytes.CopyToCPU(Stream, ref *(byte*)start, source.Bytes);
            Synchronize();
        }
    }

    public override void Copy(TensorView source, TensorView destination)
    {
        if (source.Bytes != destination.Bytes) throw new ArgumentException($"copy: {source} of {source.Bytes} bytes against {destination} of {destination.Bytes} bytes");
        if (!SkipsLaunches) destination.GpuBytes.CopyFrom(Stream, source.GpuBytes);
    }

    public override void FillBytes(TensorView destination, byte value)
    {
        if (!SkipsLaunches) destination.GpuBytes.MemSet(Stream, value);
    }

    public override void Synchronize() => Guarded(static device => device.Stream.Synchronize());

    public override void Dispose()
    {
        StepValues.Dispose();
        foreach (var arena in _kept) arena.Dispose();
        _uploads.Dispose();
        CopyStream.Dispose();
        Stream.Dispose();
        Accelerator.Dispose();
        _context.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An event of this device's streams.</summary>
    internal virtual GpuEvent CreateEvent() => new();

    /// <summary>For devices that watch their memory: a copy that went past <see cref="Upload"/>.</summary>
    internal virtual void NoteWritten(TensorView tensor) { }

    /// <summary>Whether launches and copies are left out: a recording makes them.</summary>
    internal bool SkipsLaunches { get; private set; }

    /// <summary>Whether <see cref="BeginRecording"/> works here.</summary>
    private protected virtual bool Records => false;

    public override void Repeat(RepeatedWork work)
    {
        // The first run loads modules, which no recording may.
        if (!Records || work.Runs++ == 0)
        {
            work.Run();
            return;
        }
        StepValues.Together = true;
        try
        {
            if (work.Recording is null)
            {
                BeginRecording();
                work.Run();
                work.Recording = EndRecording();
            }
            else
            {
                // Nothing is launched: the plans only write the values of this step.
                SkipsLaunches = true;
                work.Run();
            }
        }
        finally
        {
            SkipsLaunches = false;
            StepValues.Together = false;
        }
        StepValues.Send();
        work.Recording.Launch();
    }

    private protected virtual void BeginRecording() => throw new NotSupportedException();

    private protected virtual GpuRecording EndRecording() => throw new NotSupportedException();

    /// <summary>A little memory for a plan's tables and sums, for as long as the device lives.</summary>
    internal TensorView Keep(int bytes)
    {
        _kept.Add(Allocate(bytes));
        return _kept[^1].View(0, new Shape(bytes), DType.UInt8);
    }

    /// <summary>A kernel, compiled for this device once; plans load theirs when they are made.</summary>
    /// <param name="kernel">A static method of explicitly grouped code; all it needs is in its one argument.</param>
    /// <param name="threads">Threads of a block, 1 to 1024.</param>
    internal GpuKernel<TArguments> Load<TArguments>(Action<TArguments> kernel, int threads) where TArguments : struct
    {
        if (_kernels.TryGetValue((kernel.Method, threads), out object? known)) return (GpuKernel<TArguments>)known;
        var loaded = Compile(kernel, threads);
        _kernels.Add((kernel.Method, threads), loaded);
        return loaded;
    }

    internal virtual GpuKernel<TArguments> Compile<TArguments>(Action<TArguments> kernel, int threads) where TArguments : struct
        => new IlgpuKernel<TArguments>(this, kernel, threads);

    /// <summary>A card that fails does so at some later call; this names it.</summary>
    internal void Guarded(Action<GpuDevice> action)
    {
        try
        {
            action(this);
        }
        catch (AcceleratorException error)
        {
            throw new DeviceException($"{Description} failed: {error.Message}", error);
        }
    }

    private static unsafe void RequireSize<T>(int count, TensorView view, string what) where T : unmanaged
    {
        if ((long)count * sizeof(T) != view.Bytes)
            throw new ArgumentException($"{what}: {count} elements of {sizeof(T)} bytes against a tensor {view} of {view.Bytes} bytes");
    }
}
