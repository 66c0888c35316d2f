using System.Buffers;
using System.Runtime.InteropServices;

namespace NativeTrainer.PtxExecutor.Memory;

/// <summary>
/// A block's shared memory, with a note per byte of the warp that wrote and that read it last and when. Time is counted in barriers: accesses of two warps
/// with no barrier between them are not ordered, so if one of them writes, it is a race. Accesses of one warp count as ordered.
/// A byte that a cp.async will write is pending until its own thread has waited for it.
/// </summary>
internal sealed unsafe class SharedMemory : IDisposable
{
    private const uint Pending = 1u << 31;
    private const int WarpBits = 6, SeveralWarps = 63, Atomically = 62;

    public readonly byte* Data;
    public readonly int Bytes;

    private readonly uint[] _writers, _readers;
    private uint _epoch = 1, _firstEpoch = 1;

    public SharedMemory(int bytes)
    {
        Bytes = bytes;
        Data = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), 1024);
        // Hundreds of kilobytes at every launch: pooled, or the garbage collector has much to do.
        (_writers, _readers) = (ArrayPool<uint>.Shared.Rent(bytes), ArrayPool<uint>.Shared.Rent(bytes));
        Array.Clear(_writers);
        Array.Clear(_readers);
    }

    /// <summary>All that was written is forgotten.</summary>
    public void NewBlock()
    {
        _firstEpoch = ++_epoch;
        new Span<byte>(Data, Bytes).Fill(0xDB);
    }

    public void Barrier()
    {
        if (++_epoch < Pending >> WarpBits) return;
        throw new InvalidOperationException("more barriers than the executor can count");
    }

    /// <summary>What is wrong with a read, or null.</summary>
    public Finding? Read(int at, int count, int warp)
    {
        uint mine = Cell(warp);
        var writers = _writers.AsSpan(at, count);
        // Nearly always one writer, from before the last barrier.
        if (!Cells.AllAre(writers, writers[0]) || writers[0] >= _epoch << WarpBits || writers[0] < _firstEpoch << WarpBits)
        {
            foreach (uint writer in writers)
            {
                if (writer == mine) continue;
                if (writer >= Pending) return Finding.Unwritten("a cp.async to it has not been waited for");
                uint time = writer >> WarpBits;
                if (time < _firstEpoch) return Finding.Unwritten("nobody in this block wrote it before");
                if (time == _epoch) return Finding.Race($"{Name(writer)} wrote it, with no barrier between");
            }
        }
        var readers = _readers.AsSpan(at, count);
        if (Cells.AllAre(readers, mine)) return null;
        for (int i = 0; i < readers.Length; i++)
        {
            if (readers[i] == mine) continue;
            readers[i] = readers[i] >> WarpBits == _epoch ? _epoch << WarpBits | SeveralWarps : mine;
        }
        return null;
    }

    public Finding? Write(int at, int count, int warp) => Write(at, count, warp, Cell(warp));

    /// <summary>An atomic change: in order with others of any warp, not with plain accesses between the same barriers.</summary>
    public Finding? Change(int at, int count, int warp)
    {
        uint mine = Cell(warp), atomic = Cell(Atomically);
        var writers = _writers.AsSpan(at, count);
        foreach (uint writer in writers)
        {
            if (writer >= Pending) return Finding.Race("a cp.async to it is under way");
            if (writer >> WarpBits < _firstEpoch) return Finding.Unwritten("nobody in this block wrote it before");
            if (writer != mine && writer != atomic && writer >> WarpBits == _epoch) return Finding.Race($"warp {writer & SeveralWarps} wrote it, with no barrier between");
        }
        if (ReadByOthers(at, count, mine) is { } reader) return reader;
        writers.Fill(atomic);
        return null;
    }

    /// <summary>A cp.async sets out; nobody may touch the bytes until <see cref="Arrive"/>.</summary>
    public Finding? SetOut(int at, int count, int warp) => Write(at, count, warp, Pending | (uint)warp);

    /// <summary>The thread that started a copy has waited for it; others see it after a barrier.</summary>
    public void Arrive(int at, int count, int warp) => Cells.Fill(_writers.AsSpan(at, count), Cell(warp));

    public void Dispose()
    {
        NativeMemory.AlignedFree(Data);
        ArrayPool<uint>.Shared.Return(_writers);
        ArrayPool<uint>.Shared.Return(_readers);
    }

    private uint Cell(int warp) => _epoch << WarpBits | (uint)warp;

    private Finding? Write(int at, int count, int warp, uint cell)
    {
        uint mine = Cell(warp);
        var writers = _writers.AsSpan(at, count);
        // Nearly always one writer, from before the last barrier.
        if (!Cells.AllAre(writers, writers[0]) || writers[0] >= _epoch << WarpBits)
        {
            foreach (uint writer in writers)
            {
                if (writer >= Pending) return Finding.Race("a cp.async to it is under way");
                if (writer != mine && writer >> WarpBits == _epoch) return Finding.Race($"{Name(writer)} wrote it too, with no barrier between");
            }
        }
        if (ReadByOthers(at, count, mine) is { } reader) return reader;
        Cells.Fill(writers, cell);
        return null;
    }

    private Finding? ReadByOthers(int at, int count, uint mine)
    {
        var readers = _readers.AsSpan(at, count);
        if (Cells.AllAre(readers, readers[0]) && (readers[0] == mine || readers[0] < _epoch << WarpBits)) return null;
        foreach (uint reader in readers)
            if (reader != mine && reader >> WarpBits == _epoch) return Finding.Race($"{Name(reader)} read it, with no barrier between");
        return null;
    }

    private static string Name(uint cell) => (cell & SeveralWarps) switch
    {
        SeveralWarps => "several warps",
        Atomically => "an atomic change",
        uint warp => $"warp {warp}",
    };
}
