namespace NativeTrainer.Kernels.Devices;

/// <summary>Where tensors live and kernels run. Calls on one device come from one thread and take effect in order.</summary>
public abstract class Device : IDisposable
{
    /// <summary>For people: processor, instruction set and threads, or the card's name.</summary>
    public abstract string Description { get; }

    /// <summary>Bytes of arenas that are alive.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>The most that <see cref="AllocatedBytes"/> has been.</summary>
    public long PeakAllocatedBytes { get; private set; }

    /// <summary>Memory that nobody has taken, where the device tells: cards do.</summary>
    public virtual long? FreeBytes => null;

    /// <summary>What it computes in, the fastest first; float32 is always among them.</summary>
    public virtual IReadOnlyList<Precision> Precisions => [Precision.Float32];

    /// <summary>Opens <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>, or with <c>auto</c> the first NVIDIA card, else the processor.</summary>
    /// <param name="name">The device's name as on the command line.</param>
    /// <param name="threads">CPU threads for kernels, 1 to 256; 0 takes all processors that the process may use.</param>
    /// <exception cref="ArgumentException">The name is unknown or the device cannot be used; the message says why.</exception>
    public static Device Open(string name = "auto", int threads = 0) => name switch
    {
        "cpu" => new CpuDevice(threads),
        "auto" => CudaDriver.Problem() is null ? CudaCards.Open("cuda") : new CpuDevice(threads),
        _ => CudaCards.Open(name),
    };

    /// <summary>Zeroed memory for tensors.</summary>
    /// <exception cref="OutOfMemoryException">The memory is not there; the message gives the size.</exception>
    public abstract Arena Allocate(long bytes);

    /// <summary>Host to device; lengths must agree.</summary>
    public abstract void Upload<T>(ReadOnlySpan<T> source, TensorView destination) where T : unmanaged;

    /// <summary>Device to host; waits for earlier kernels; lengths must agree.</summary>
    public abstract void Download<T>(TensorView source, Span<T> destination) where T : unmanaged;

    /// <summary>A way for values to the host that the device need not be waited for.</summary>
    /// <param name="count">Float32 values of a transfer.</param>
    /// <param name="depth">Transfers that may be under way, at least 1.</param>
    public virtual Readback OpenReadback(int count, int depth) => new HostReadback(this, count, depth);

    /// <summary>Steps that a training loop starts before it reads the loss of the first: a card computes while the host prepares what follows.</summary>
    public virtual int StepsAhead => 0;

    /// <summary>Copies bytes between tensors of one device; byte counts must agree.</summary>
    public abstract void Copy(TensorView source, TensorView destination);

    /// <summary>Sets every byte; 0xFF makes float32 NaN.</summary>
    public abstract void FillBytes(TensorView destination, byte value);

    /// <summary>
    /// Runs work whose kernels and tensors are the same each time; only the scalars that change from step to step may differ. A card records its launches
    /// once and then starts them all with one call.
    /// </summary>
    public virtual void Repeat(RepeatedWork work) => work.Run();

    /// <summary>Returns when all earlier kernels are done.</summary>
    public abstract void Synchronize();

    public abstract void Dispose();

    /// <summary>For arenas: bytes taken (positive) or given back.</summary>
    internal void Account(long bytes)
    {
        AllocatedBytes += bytes;
        PeakAllocatedBytes = Math.Max(PeakAllocatedBytes, AllocatedBytes);
    }

    /// <summary>For an op's plan switch: the op has no kernel for this device.</summary>
    internal NotSupportedException Lacks(string op) => new($"{op} has no kernel for {Description}");
}
