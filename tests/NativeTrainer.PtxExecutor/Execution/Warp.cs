using System.Numerics;
using System.Runtime.InteropServices;
using NativeTrainer.PtxExecutor.Memory;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>
/// 32 threads in lockstep. Where lanes part at a branch, one side runs up to the branch's join, then the other, then both together: a stack of
/// (program counter, lanes, join), as in Fung et al. 2007 (Dynamic warp formation), which describes it as the usual way.
/// </summary>
internal sealed unsafe class Warp : IDisposable
{
    public readonly byte* Registers;
    public readonly Launch Launch;
    public readonly int Index;

    /// <summary>Copies under way: closed groups, the oldest first, and the open one.</summary>
    public readonly List<List<PendingCopy>> ClosedCopies = [];
    public List<PendingCopy> OpenCopies = [];

    private readonly Stack<(int Counter, uint Lanes, int Join)> _paths = new();

    public Warp(Launch launch, int index)
    {
        (Launch, Index) = (launch, index);
        Registers = (byte*)NativeMemory.AlignedAlloc((nuint)launch.Program.FrameBytes, 64);
    }

    /// <summary>Lanes that have not left the kernel.</summary>
    public uint Live { get; private set; }

    /// <summary>Lanes that entered it: a last warp may be short.</summary>
    public uint Started { get; private set; }

    public int FirstThread => Index * 32;

    public void Start(uint lanes)
    {
        Launch.Program.InitialiseFrame(this);
        Live = Started = lanes;
        _paths.Clear();
        _paths.Push((0, lanes, Launch.Program.Code.Length));
        ClosedCopies.Clear();
        OpenCopies = [];
    }

    /// <summary>Runs to the next barrier (true) or to the end (false).</summary>
    public bool Run()
    {
        var code = Launch.Program.Code;
        long executed = 0;
        while (_paths.TryPop(out var path))
        {
            var (counter, mask, join) = path;
            mask &= Live;
            while (mask != 0 && counter != join)
            {
                var instruction = code[counter];
                uint active = instruction.Guarded(this, mask);
                executed++;
                switch (instruction.Flow)
                {
                    case Flow.Next:
                        if (active != 0) instruction.Execute(this, active);
                        counter++;
                        break;
                    case Flow.Branch:
                        var branch = (Branch)instruction;
                        if (active == mask) counter = branch.Target;
                        else if (active == 0) counter++;
                        else
                        {
                            // All meet at the join; of the two ways there, the one that falls through runs first.
                            if (branch.Join != join) _paths.Push((branch.Join, mask, join));
                            _paths.Push((branch.Target, active, branch.Join));
                            (counter, mask, join) = (counter + 1, mask & ~active, branch.Join);
                        }
                        break;
                    case Flow.Exit:
                        Live &= ~active;
                        mask &= ~active;
                        counter++;
                        break;
                    default:
                        if (active != Started) throw Fault(instruction, PtxFaultKind.Divergence, BitOperations.TrailingZeroCount(mask), $"{BitOperations.PopCount(active)} of the warp's {BitOperations.PopCount(Started)} threads are at the barrier");
                        _paths.Push((counter + 1, mask, join));
                        Launch.Counts.Instructions += executed;
                        return true;
                }
                if (executed > Launch.InstructionLimit) throw Fault(instruction, PtxFaultKind.NoEnd, 0, $"more than {Launch.InstructionLimit} instructions without a barrier");
            }
        }
        Launch.Counts.Instructions += executed;
        return false;
    }

    public PtxFault Fault(Instruction instruction, PtxFaultKind kind, int lane, string detail)
        => new(kind, Launch.Program.Name, instruction.Line, instruction.Text, Launch.Block, FirstThread + lane, detail);

    public void Dispose() => NativeMemory.AlignedFree(Registers);
}

/// <summary>A cp.async of one lane: the bytes as they were when it set out, zeros included.</summary>
internal readonly record struct PendingCopy(int Shared, UInt128 Data, int Bytes);
