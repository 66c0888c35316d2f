using System.Numerics;
using System.Runtime.InteropServices;
using NativeTrainer.PtxExecutor.Memory;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>
/// 32 threads in lockstep. Lanes that part at a branch form groups; the group with the lowest program counter runs, and groups that meet join again, so loops
/// and branches reconverge where the compiler placed the join.
/// </summary>
internal sealed unsafe class Warp : IDisposable
{
    public readonly byte* Registers;
    public readonly Launch Launch;
    public readonly int Index;

    /// <summary>Copies under way: closed groups, the oldest first, and the open one.</summary>
    public readonly List<List<PendingCopy>> ClosedCopies = [];
    public List<PendingCopy> OpenCopies = [];

    private readonly int[] _counters = new int[32];
    private readonly uint[] _masks = new uint[32];
    private int _groups;

    public Warp(Launch launch, int index)
    {
        (Launch, Index) = (launch, index);
        Registers = (byte*)NativeMemory.AlignedAlloc((nuint)launch.Program.FrameBytes, 64);
    }

    /// <summary>Lanes that have not left the kernel.</summary>
    public uint Live { get; private set; }

    public int FirstThread => Index * 32;

    public void Start(uint lanes)
    {
        Launch.Program.InitialiseFrame(this);
        Live = lanes;
        (_groups, _counters[0], _masks[0]) = (1, 0, lanes);
        ClosedCopies.Clear();
        OpenCopies = [];
    }

    /// <summary>Runs to the next barrier (true) or to the end (false).</summary>
    public bool Run()
    {
        var code = Launch.Program.Code;
        long executed = 0;
        while (_groups > 0)
        {
            int current = Lowest(), counter = _counters[current];
            uint mask = _masks[current];
            Remove(current);
            int other = _groups == 0 ? int.MaxValue : _counters[Lowest()];
            while (counter < other)
            {
                var instruction = code[counter];
                uint active = instruction.Guarded(this, mask);
                executed++;
                if (instruction.Flow == Flow.Next)
                {
                    if (active != 0) instruction.Execute(this, active);
                    counter++;
                }
                else if (instruction.Flow == Flow.Branch)
                {
                    int target = ((Branch)instruction).Target;
                    if (active == mask) counter = target;
                    else
                    {
                        counter++;
                        if (active == 0) continue;
                        mask &= ~active;
                        Add(Math.Max(target, counter), target >= counter ? active : mask);
                        if (target < counter) (counter, mask) = (target, active);
                        other = _counters[Lowest()];
                    }
                }
                else if (instruction.Flow == Flow.Exit)
                {
                    Live &= ~active;
                    mask &= ~active;
                    counter++;
                    if (mask == 0) break;
                }
                else
                {
                    if (active != Live) throw Fault(instruction, PtxFaultKind.Divergence, BitOperations.TrailingZeroCount(mask), $"{BitOperations.PopCount(active)} of the warp's {BitOperations.PopCount(Live)} threads are at the barrier");
                    Add(counter + 1, mask);
                    Launch.Counts.Instructions += executed;
                    return true;
                }
            }
            if (mask != 0) Add(counter, mask);
            if (executed > Launch.InstructionLimit) throw Fault(code[Math.Min(counter, code.Length - 1)], PtxFaultKind.NoEnd, 0, $"more than {Launch.InstructionLimit} instructions without a barrier");
        }
        Launch.Counts.Instructions += executed;
        return false;
    }

    public PtxFault Fault(Instruction instruction, PtxFaultKind kind, int lane, string detail)
        => new(kind, Launch.Program.Name, instruction.Line, instruction.Text, Launch.Block, FirstThread + lane, detail);

    public void Dispose() => NativeMemory.AlignedFree(Registers);

    private int Lowest()
    {
        int lowest = 0;
        for (int i = 1; i < _groups; i++)
            if (_counters[i] < _counters[lowest]) lowest = i;
        return lowest;
    }

    private void Add(int counter, uint mask)
    {
        for (int i = 0; i < _groups; i++)
        {
            if (_counters[i] != counter) continue;
            _masks[i] |= mask;
            return;
        }
        (_counters[_groups], _masks[_groups]) = (counter, mask);
        _groups++;
    }

    private void Remove(int group)
    {
        _groups--;
        (_counters[group], _masks[group]) = (_counters[_groups], _masks[_groups]);
    }
}

/// <summary>A cp.async of one lane: the bytes as they were when it set out, zeros included.</summary>
internal readonly record struct PendingCopy(int Shared, UInt128 Data, int Bytes);
