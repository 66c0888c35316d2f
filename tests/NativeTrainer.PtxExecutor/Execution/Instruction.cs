namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>Where a register, literal or special register lies in a warp's register file.</summary>
/// <param name="Offset">In bytes from the file's start.</param>
/// <param name="Width">
/// Bytes of one lane: 4 (all types up to 32 bits, zero-extended) or 8; lane l lies at Offset + l · Width.
/// 0 is a predicate: one 32-bit mask with a bit per lane.
/// </param>
internal readonly record struct Slot(int Offset, int Width);

/// <summary>What an instruction does to the program counter.</summary>
internal enum Flow : byte
{
    Next, Branch, Exit, Barrier,
}

/// <summary>One decoded instruction, applied to the lanes of a mask at once.</summary>
internal abstract class Instruction
{
    /// <summary>Its place in the kernel.</summary>
    public int Index { get; set; }

    public int Line { get; set; }

    public string Text { get; set; } = "";

    /// <summary>The guard predicate's offset, or -1 where the instruction is unconditional.</summary>
    public int Guard { get; set; } = -1;

    public bool GuardNegated { get; set; }

    public Flow Flow { get; protected init; }

    /// <param name="mask">The active lanes whose guard holds; never 0.</param>
    public abstract void Execute(Warp warp, uint mask);

    /// <summary>The lanes of a mask for which the guard holds.</summary>
    public unsafe uint Guarded(Warp warp, uint mask)
    {
        if (Guard < 0) return mask;
        uint predicate = *(uint*)(warp.Registers + Guard);
        return mask & (GuardNegated ? ~predicate : predicate);
    }
}

internal sealed class Branch : Instruction
{
    public Branch() => Flow = Flow.Branch;

    public required int Target { get; init; }

    /// <summary>Where lanes that take it meet those that do not.</summary>
    public int Join { get; set; }

    public override void Execute(Warp warp, uint mask) { }
}

internal sealed class Exit : Instruction
{
    public Exit() => Flow = Flow.Exit;

    public override void Execute(Warp warp, uint mask) { }
}

internal sealed class Barrier : Instruction
{
    public Barrier() => Flow = Flow.Barrier;

    public override void Execute(Warp warp, uint mask) { }
}

/// <summary>Fences and hints: nothing to do where a warp's accesses take effect in order.</summary>
internal sealed class NoOperation : Instruction
{
    public override void Execute(Warp warp, uint mask) { }
}
