using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Work that splits into numbered chunks. Which worker runs a chunk is left open, so results must not depend on it.</summary>
internal interface IChunkBody
{
    /// <param name="chunk">0 ≤ chunk &lt; the count given to <see cref="WorkerTeam.For"/>.</param>
    /// <param name="worker">0 ≤ worker &lt; <see cref="WorkerTeam.Threads"/>; picks this thread's scratch memory.</param>
    void Run(int chunk, int worker);
}

/// <summary>
/// A fixed set of threads that run the chunks of one loop at a time; the caller is worker 0. Chunks are handed out by an atomic
/// counter. Results are the same for any number of threads because the chunks, not the threads, decide how work is split.
/// Idle workers spin for some microseconds, then sleep. A call allocates nothing.
/// </summary>
internal sealed unsafe class WorkerTeam : IDisposable
{
    private const int SpinsBeforeSleep = 4000;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _sleeping;
    private byte** _scratch;
    private long _scratchBytes;

    // One loop's work. Workers pick it up when _generation changes.
    private delegate*<void*, int, int, void> _run;
    private void* _body;
    private int _chunks;
    private int _next;
    private int _busy;
    private int _generation;
    private volatile bool _stop;
    private Exception? _failure;

    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _scratch = (byte**)NativeMemory.AllocZeroed((nuint)threads, (nuint)sizeof(byte*));
        _threads = new Thread[threads - 1];
        _sleeping = new int[threads];
        _wake = Enumerable.Range(0, threads).Select(_ => new SemaphoreSlim(0)).ToArray();
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"nativetrainer worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Makes sure that <see cref="Scratch"/> holds at least <paramref name="bytes"/> per worker. For plan time: it may allocate.</summary>
    public void ReserveScratch(long bytes)
    {
        if (bytes <= _scratchBytes) return;
        for (int i = 0; i < Threads; i++)
        {
            NativeMemory.AlignedFree(_scratch[i]);
            _scratch[i] = (byte*)NativeMemory.AlignedAlloc((nuint)Arena.Align(bytes), 4096);
        }
        _scratchBytes = Arena.Align(bytes);
    }

    /// <summary>A worker's private memory, page-aligned; its contents last until that worker's next chunk.</summary>
    public byte* Scratch(int worker) => _scratch[worker];

    /// <summary>All workers' private memory, for bodies to index; the table moves never, what it points to only in <see cref="ReserveScratch"/>.</summary>
    public byte** ScratchTable => _scratch;

    /// <summary>Runs chunks 0 … <paramref name="chunks"/> − 1 and returns when all are done.</summary>
    public void For<TBody>(int chunks, TBody body) where TBody : unmanaged, IChunkBody
    {
        if (chunks <= 1 || _threads.Length == 0)
        {
            for (int chunk = 0; chunk < chunks; chunk++) body.Run(chunk, 0);
            return;
        }
        _run = &Invoke<TBody>;
        _body = &body;
        _chunks = chunks;
        _next = 0;
        Volatile.Write(ref _busy, _threads.Length);
        Interlocked.Increment(ref _generation);
        WakeSleepers();
        Drain(0);
        var spin = new SpinWait();
        while (Volatile.Read(ref _busy) > 0) spin.SpinOnce(-1);
        if (_failure is { } failure)
        {
            _failure = null;
            throw new InvalidOperationException("a kernel failed on a worker thread", failure);
        }
    }

    public void Dispose()
    {
        if (_stop) return;
        _stop = true;
        Interlocked.Increment(ref _generation);
        WakeSleepers();
        foreach (var thread in _threads) thread.Join();
        foreach (var wake in _wake) wake.Dispose();
        for (int i = 0; i < Threads; i++) NativeMemory.AlignedFree(_scratch[i]);
        NativeMemory.Free(_scratch);
        _scratch = null;
    }

    private static void Invoke<TBody>(void* body, int chunk, int worker) where TBody : unmanaged, IChunkBody
        => Unsafe.AsRef<TBody>(body).Run(chunk, worker);

    private void WakeSleepers()
    {
        for (int worker = 1; worker < Threads; worker++)
        {
            if (Volatile.Read(ref _sleeping[worker]) != 0) _wake[worker].Release();
        }
    }

    private void Drain(int worker)
    {
        try
        {
            int chunk;
            while ((chunk = Interlocked.Increment(ref _next) - 1) < _chunks) _run(_body, chunk, worker);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            Volatile.Write(ref _next, _chunks);
        }
    }

    private void Loop(int worker)
    {
        int seen = 0;
        while (true)
        {
            seen = Await(worker, seen);
            if (_stop) return;
            Drain(worker);
            Interlocked.Decrement(ref _busy);
        }
    }

    private int Await(int worker, int seen)
    {
        for (int spin = 0; spin < SpinsBeforeSleep; spin++)
        {
            int now = Volatile.Read(ref _generation);
            if (now != seen) return now;
            Thread.SpinWait(4);
        }
        while (true)
        {
            // The caller raises the generation and then reads the flag; here it is the other way round, so one of the two sees the other.
            // A permit too many only makes this worker look once more.
            Interlocked.Exchange(ref _sleeping[worker], 1);
            if (Volatile.Read(ref _generation) == seen) _wake[worker].Wait();
            Interlocked.Exchange(ref _sleeping[worker], 0);
            int now = Volatile.Read(ref _generation);
            if (now != seen) return now;
        }
    }
}
