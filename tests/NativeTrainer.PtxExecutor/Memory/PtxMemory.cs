namespace NativeTrainer.PtxExecutor.Memory;

/// <summary>Bytes that a launch may touch: [Start, End).</summary>
public readonly record struct PtxRange(long Start, long End);

/// <summary>
/// Global memory: host memory under its own addresses, with a note per byte of who wrote and who read it last. Blocks of a launch run at any time and in any
/// order, so a byte that one block writes and another reads or writes in the same launch is a race; and a byte that nobody wrote may not be read.
/// </summary>
public sealed class PtxMemory
{
    private readonly List<PtxSegment> _segments = [];
    private uint _serial = PtxSegment.WrittenBefore;

    /// <summary>Adds host memory; its bytes count as never written. What was registered there before is gone.</summary>
    public void Register(nint address, long bytes)
    {
        _segments.RemoveAll(s => s.Start < address + bytes && address < s.End);
        _segments.Add(new PtxSegment(address, bytes));
    }

    /// <summary>The host wrote these bytes.</summary>
    public void MarkWritten(nint address, long bytes) => Mark(address, bytes, PtxSegment.WrittenBefore);

    /// <summary>These bytes hold nothing: the next read before a write is a fault.</summary>
    public void MarkUnwritten(nint address, long bytes) => Mark(address, bytes, 0);

    internal PtxSegment? Find(long address)
    {
        // What was registered last is asked for most.
        for (int i = _segments.Count - 1; i >= 0; i--)
            if (address >= _segments[i].Start && address < _segments[i].End) return _segments[i];
        return null;
    }

    /// <summary>Serial numbers for the blocks of a launch; returns the first.</summary>
    internal uint TakeSerials(long blocks)
    {
        if (_serial + blocks >= PtxSegment.SeveralBlocks)
        {
            foreach (var segment in _segments) segment.ForgetBlocks();
            _serial = PtxSegment.WrittenBefore;
        }
        uint first = _serial + 1;
        _serial += checked((uint)blocks);
        return first;
    }

    private void Mark(nint address, long bytes, uint cell)
    {
        if (bytes == 0) return;
        var segment = Find(address) ?? throw new ArgumentException("the memory was not registered", nameof(address));
        segment.Writers.AsSpan((int)(address - segment.Start), checked((int)bytes)).Fill(cell);
    }
}

/// <summary>One piece of global memory.</summary>
internal sealed class PtxSegment(nint address, long bytes)
{
    /// <summary>A writer's cell: 0 nobody, 1 before this launch's blocks, else a block's serial. A reader's: the last block's serial, with the upper bit if there were others.</summary>
    public const uint WrittenBefore = 1, SeveralBlocks = 1u << 31;

    public readonly long Start = address, End = address + bytes;
    public readonly uint[] Writers = new uint[checked((int)bytes)], Readers = new uint[checked((int)bytes)];

    public void ForgetBlocks()
    {
        for (int i = 0; i < Writers.Length; i++) Writers[i] = Math.Min(Writers[i], WrittenBefore);
        Array.Clear(Readers);
    }

    /// <summary>Notes a read of block <paramref name="serial"/> in a launch whose first block is <paramref name="first"/>; returns what is wrong, or null.</summary>
    public Finding? Read(long at, int count, uint serial, uint first)
    {
        int start = (int)(at - Start);
        var writers = Writers.AsSpan(start, count);
        uint writer = writers[0];
        // Nearly always one writer from before the launch, or this block itself.
        if (!Cells.AllAre(writers, writer) || (writer != serial && (writer == 0 || writer >= first)))
        {
            foreach (uint one in writers)
            {
                if (one == 0) return Finding.Unwritten("nobody wrote it before");
                if (one >= first && one != serial) return Finding.Race($"block {one - first} of the same launch wrote it");
            }
        }
        var readers = Readers.AsSpan(start, count);
        if (Cells.AllAre(readers, serial)) return null;
        for (int i = 0; i < readers.Length; i++)
        {
            uint last = readers[i] & ~SeveralBlocks;
            readers[i] = last < first ? serial : last == serial ? readers[i] : serial | SeveralBlocks;
        }
        return null;
    }

    public Finding? Write(long at, int count, uint serial, uint first)
    {
        int start = (int)(at - Start);
        Span<uint> writers = Writers.AsSpan(start, count), readers = Readers.AsSpan(start, count);
        uint writer = writers[0], reader = readers[0];
        if (!Cells.AllAre(writers, writer) || !Cells.AllAre(readers, reader) || (writer >= first && writer != serial) || ((reader & ~SeveralBlocks) >= first && reader != serial))
        {
            foreach (uint one in writers)
                if (one >= first && one != serial) return Finding.Race($"block {one - first} of the same launch wrote it too");
            foreach (uint one in readers)
                if ((one & ~SeveralBlocks) >= first && one != serial) return Finding.Race($"block {((one & ~SeveralBlocks) == serial ? "another" : ((one & ~SeveralBlocks) - first).ToString())} of the same launch read it");
        }
        Cells.Fill(writers, serial);
        return null;
    }
}
