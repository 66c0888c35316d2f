using NativeTrainer.PtxExecutor.Memory;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>A kernel's grid as it runs, block by block.</summary>
internal sealed class Launch(KernelProgram program, PtxMemory memory, Index3 grid, Index3 threads, byte[] parameters, PtxRange[] allowed) : IDisposable
{
    public readonly KernelProgram Program = program;
    public readonly PtxMemory Memory = memory;
    public readonly Index3 Grid = grid, Threads = threads;
    public readonly byte[] Parameters = parameters;
    public readonly PtxRange[] Allowed = allowed;
    public readonly SharedMemory Shared = new(program.SharedBytes);
    public readonly PtxCounts Counts = new();
    public readonly LastAccess[] LastAccesses = new LastAccess[program.Code.Length];

    public Index3 Block { get; private set; }

    /// <summary>Number of the running block among all blocks of the memory's launches, and of this launch's first.</summary>
    public uint Serial { get; private set; }

    public uint FirstSerial { get; private set; }

    /// <summary>Instructions of a warp from one barrier to the next; more count as a loop without end.</summary>
    public long InstructionLimit { get; init; } = 100_000_000;

    public void Run()
    {
        int count = checked((int)Threads.Count);
        var warps = Enumerable.Range(0, (count + 31) / 32).Select(i => new Warp(this, i)).ToArray();
        try
        {
            FirstSerial = Serial = Memory.TakeSerials(Grid.Count);
            for (int z = 0; z < Grid.Z; z++)
                for (int y = 0; y < Grid.Y; y++)
                    for (int x = 0; x < Grid.X; x++, Serial++)
                    {
                        Block = new(x, y, z);
                        RunBlock(warps, count);
                    }
        }
        finally
        {
            foreach (var warp in warps) warp.Dispose();
        }
    }

    public void Dispose() => Shared.Dispose();

    private void RunBlock(Warp[] warps, int threads)
    {
        Shared.NewBlock();
        foreach (var warp in warps)
        {
            int lanes = Math.Min(32, threads - warp.FirstThread);
            warp.Start(lanes == 32 ? uint.MaxValue : (1u << lanes) - 1);
        }
        while (true)
        {
            int waiting = 0;
            Warp? gone = null;
            foreach (var warp in warps)
            {
                if (warp.Run()) waiting++;
                else gone = warp;
            }
            if (waiting == 0) return;
            if (gone is not null)
                throw new PtxFault(PtxFaultKind.Deadlock, Program.Name, 0, "bar.sync", Block, gone.FirstThread, $"{waiting} of {warps.Length} warps wait at a barrier, the others have left the kernel");
            Shared.Barrier();
        }
    }
}
