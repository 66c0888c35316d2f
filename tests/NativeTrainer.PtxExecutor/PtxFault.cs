namespace NativeTrainer.PtxExecutor;

/// <summary>What a kernel did wrong.</summary>
public enum PtxFaultKind
{
    /// <summary>An address in no buffer, or an access that reaches over a buffer's end.</summary>
    OutOfBounds,

    /// <summary>An address that is no multiple of the access's size (of the whole vector, for vectors).</summary>
    Misaligned,

    /// <summary>A read of bytes that nobody wrote, or that an unfinished cp.async will write.</summary>
    Unwritten,

    /// <summary>A write to read-only memory.</summary>
    ReadOnly,

    /// <summary>Two accesses of different threads to one byte with nothing that orders them, at least one a write, not both atomic.</summary>
    Race,

    /// <summary>An instruction that needs the whole warp (or all lanes of its mask) ran in a part of it.</summary>
    Divergence,

    /// <summary>Threads wait at barriers that nobody can complete.</summary>
    Deadlock,

    /// <summary>The kernel ran <c>trap</c>.</summary>
    Trap,

    /// <summary>The instruction limit of the launch was reached.</summary>
    NoEnd,

    /// <summary>Operands for which PTX defines no result: a barrier's number, a shuffle from an inactive lane.</summary>
    InvalidOperand,
}

/// <summary>A finding in a kernel's execution: what, where in the PTX, in which block and thread, at which address.</summary>
public sealed class PtxFault : Exception
{
    internal PtxFault(PtxFaultKind kind, string kernel, int line, string text, Index3 block, int thread, string detail, string? buffer = null, long offset = 0)
        : base($"{kind} in {kernel}, PTX line {line}: {text}\n  block {block}, thread {thread}: {detail}")
    {
        Kind = kind;
        Kernel = kernel;
        Line = line;
        Text = text;
        Block = block;
        Thread = thread;
        Buffer = buffer;
        Offset = offset;
    }

    public PtxFaultKind Kind { get; }

    public string Kernel { get; }

    /// <summary>The line in the PTX text, from 1.</summary>
    public int Line { get; }

    public string Text { get; }

    public Index3 Block { get; }

    /// <summary>The thread's linear index in its block.</summary>
    public int Thread { get; }

    /// <summary>The buffer or shared variable that was touched, where there is one.</summary>
    public string? Buffer { get; }

    /// <summary>The first byte of the access, from the start of <see cref="Buffer"/>.</summary>
    public long Offset { get; }
}

/// <summary>A grid's or a block's extent, or an index in it.</summary>
public readonly record struct Index3(int X, int Y = 1, int Z = 1)
{
    public long Count => (long)X * Y * Z;

    public static implicit operator Index3(int x) => new(x);

    public override string ToString() => $"({X}, {Y}, {Z})";
}
