using System.Numerics;
using NativeTrainer.PtxExecutor.Memory;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>The address operand: a register of either width (or an absolute address) plus a constant.</summary>
internal readonly unsafe record struct AddressSlot(Slot Base, long Offset)
{
    public long Of(Warp warp, int lane)
        => (Base.Width == 8 ? ((long*)(warp.Registers + Base.Offset))[lane] : ((uint*)(warp.Registers + Base.Offset))[lane]) + Offset;
}

/// <summary>Where an instruction found its last access: kept by the launch, for kernels are shared between devices and threads.</summary>
internal struct LastAccess
{
    public int Range;
    public PtxSegment? Segment;
}

/// <summary>Checked addresses of global memory.</summary>
internal static class GlobalAccess
{
    /// <summary>Where the bytes lie, after all checks.</summary>
    public static unsafe byte* At(Warp warp, Instruction instruction, long address, int bytes, int alignment, int lane, bool write)
    {
        var launch = warp.Launch;
        ref var last = ref launch.LastAccesses[instruction.Index];
        if ((address & alignment - 1) != 0) throw warp.Fault(instruction, PtxFaultKind.Misaligned, lane, $"address {address:x} is no multiple of {alignment}");
        if (last.Range >= launch.Allowed.Length || !Inside(launch.Allowed[last.Range], address, bytes))
        {
            last.Range = Array.FindIndex(launch.Allowed, range => Inside(range, address, bytes));
            if (last.Range < 0)
            {
                last.Range = 0;
                throw warp.Fault(instruction, PtxFaultKind.OutOfBounds, lane, $"{bytes} bytes at {Describe(launch, address)} are in no argument");
            }
        }
        if (last.Segment is null || address < last.Segment.Start || address >= last.Segment.End) last.Segment = launch.Memory.Find(address) ?? throw new InvalidOperationException("an argument is in no registered memory");
        Finding? found = write ? last.Segment.Write(address, bytes, launch.Serial, launch.FirstSerial) : last.Segment.Read(address, bytes, launch.Serial, launch.FirstSerial);
        if (found is { } wrong) throw warp.Fault(instruction, wrong.Kind, lane, $"{(write ? "write to" : "read of")} {Describe(launch, address)}: {wrong.Text}");
        if (write) launch.Counts.BytesWritten += bytes;
        else launch.Counts.BytesRead += bytes;
        return (byte*)address;
    }

    private static bool Inside(PtxRange range, long address, int bytes) => address >= range.Start && address + bytes <= range.End;

    private static string Describe(Launch launch, long address)
    {
        long Distance(PtxRange range) => address < range.Start ? range.Start - address : Math.Max(0, address - range.End);
        if (launch.Allowed.Length > 0)
        {
            int nearest = Enumerable.Range(0, launch.Allowed.Length).MinBy(i => Distance(launch.Allowed[i]));
            var range = launch.Allowed[nearest];
            return $"argument {nearest} + {address - range.Start} (it has {range.End - range.Start} bytes)";
        }
        return $"address {address:x}";
    }
}

/// <summary>Checked addresses of shared memory.</summary>
internal static class SharedAccess
{
    public static unsafe byte* At(Warp warp, Instruction instruction, long address, int bytes, int alignment, int lane, bool write)
    {
        var shared = warp.Launch.Shared;
        Require(warp, instruction, address, bytes, alignment, lane);
        Finding? found = write ? shared.Write((int)address, bytes, warp.Index) : shared.Read((int)address, bytes, warp.Index);
        if (found is { } wrong) throw Fault(warp, instruction, address, lane, write, wrong);
        return shared.Data + address;
    }

    public static void Require(Warp warp, Instruction instruction, long address, int bytes, int alignment, int lane)
    {
        if ((address & alignment - 1) != 0) throw warp.Fault(instruction, PtxFaultKind.Misaligned, lane, $"shared address {address} is no multiple of {alignment}");
        if (address < 0 || address + bytes > warp.Launch.Shared.Bytes)
            throw warp.Fault(instruction, PtxFaultKind.OutOfBounds, lane, $"{bytes} bytes at shared address {address} of {warp.Launch.Shared.Bytes}");
    }

    public static PtxFault Fault(Warp warp, Instruction instruction, long address, int lane, bool write, Finding wrong)
        => warp.Fault(instruction, wrong.Kind, lane, $"{(write ? "write to" : "read of")} shared address {address}: {wrong.Text}");
}

/// <summary>ld.global and ld.shared, scalars and vectors.</summary>
internal sealed unsafe class Load(bool shared, Slot[] d, int elementBytes, bool signed, AddressSlot address) : Instruction
{
    private readonly bool _words = elementBytes == 4 && Array.TrueForAll(d, slot => slot.Width == 4);

    public override void Execute(Warp warp, uint mask)
    {
        int bytes = elementBytes * d.Length;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            long at = address.Of(warp, lane);
            byte* source = shared ? SharedAccess.At(warp, this, at, bytes, bytes, lane, false) : GlobalAccess.At(warp, this, at, bytes, bytes, lane, false);
            if (_words)
            {
                for (int i = 0; i < d.Length; i++) ((uint*)(warp.Registers + d[i].Offset))[lane] = ((uint*)source)[i];
                continue;
            }
            foreach (var slot in d)
            {
                Lanes.Write(warp, slot, lane, Lanes.Element(source, elementBytes, signed));
                source += elementBytes;
            }
        }
    }
}

/// <summary>st.global and st.shared.</summary>
internal sealed unsafe class Store(bool shared, Slot[] values, int elementBytes, AddressSlot address) : Instruction
{
    private readonly bool _words = elementBytes == 4 && Array.TrueForAll(values, slot => slot.Width == 4);

    public override void Execute(Warp warp, uint mask)
    {
        int bytes = elementBytes * values.Length;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            long at = address.Of(warp, lane);
            byte* target = shared ? SharedAccess.At(warp, this, at, bytes, bytes, lane, true) : GlobalAccess.At(warp, this, at, bytes, bytes, lane, true);
            if (_words)
            {
                for (int i = 0; i < values.Length; i++) ((uint*)target)[i] = ((uint*)(warp.Registers + values[i].Offset))[lane];
                continue;
            }
            foreach (var slot in values)
            {
                ulong value = Lanes.Read(warp, slot, lane);
                if (elementBytes == 4) *(uint*)target = (uint)value;
                else if (elementBytes == 8) *(ulong*)target = value;
                else if (elementBytes == 2) *(ushort*)target = (ushort)value;
                else *target = (byte)value;
                target += elementBytes;
            }
        }
    }
}

/// <summary>atom.shared.add and red.shared.add on 32-bit integers; lanes go in order.</summary>
internal sealed unsafe class AddAtomically(Slot? d, AddressSlot address, Slot value) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        var shared = warp.Launch.Shared;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            long at = address.Of(warp, lane);
            SharedAccess.Require(warp, this, at, sizeof(uint), sizeof(uint), lane);
            if (shared.Change((int)at, sizeof(uint), warp.Index) is { } wrong) throw SharedAccess.Fault(warp, this, at, lane, true, wrong);
            uint* target = (uint*)(shared.Data + at);
            uint old = *target;
            *target = old + (uint)Lanes.Read(warp, value, lane);
            if (d is { } slot) Lanes.Write(warp, slot, lane, old);
        }
    }
}

/// <summary>ld.param of the kernel: every lane gets the same bytes.</summary>
internal sealed unsafe class LoadParameter(Slot[] d, int elementBytes, bool signed, int offset) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        var parameters = warp.Launch.Parameters;
        if (offset < 0 || offset + elementBytes * d.Length > parameters.Length)
            throw warp.Fault(this, PtxFaultKind.OutOfBounds, BitOperations.TrailingZeroCount(mask), $"parameter byte {offset} of {parameters.Length}");
        fixed (byte* start = parameters)
        {
            for (int i = 0; i < d.Length; i++)
            {
                ulong value = Lanes.Element(start + offset + i * elementBytes, elementBytes, signed);
                for (uint lanes = mask; lanes != 0; lanes &= lanes - 1) Lanes.Write(warp, d[i], BitOperations.TrailingZeroCount(lanes), value);
            }
        }
    }
}

/// <summary>cp.async of 4, 8 or 16 bytes, of which the first <c>read</c> come from global memory and the rest are zero. The data land when the thread waits.</summary>
internal sealed unsafe class CopyAsync(AddressSlot target, AddressSlot source, int bytes, Slot? read) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            int count = read is { } slot ? (int)Lanes.Read(warp, slot, lane) : bytes;
            if (count < 0 || count > bytes) throw warp.Fault(this, PtxFaultKind.InvalidOperand, lane, $"{count} bytes of {bytes}");
            long from = source.Of(warp, lane), to = target.Of(warp, lane);
            UInt128 data = 0;
            if ((from & bytes - 1) != 0) throw warp.Fault(this, PtxFaultKind.Misaligned, lane, $"address {from:x} is no multiple of {bytes}");
            if (count > 0) Buffer.MemoryCopy(GlobalAccess.At(warp, this, from, count, bytes, lane, false), &data, 16, count);
            SharedAccess.Require(warp, this, to, bytes, bytes, lane);
            if (warp.Launch.Shared.SetOut((int)to, bytes, warp.Index) is { } wrong) throw SharedAccess.Fault(warp, this, to, lane, true, wrong);
            warp.OpenCopies.Add(new((int)to, data, bytes));
        }
    }
}

/// <summary>cp.async.commit_group, by the whole warp.</summary>
internal sealed class CommitCopies : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        Whole(this, warp, mask);
        warp.ClosedCopies.Add(warp.OpenCopies);
        warp.OpenCopies = [];
    }

    public static void Whole(Instruction instruction, Warp warp, uint mask)
    {
        if (mask != warp.Live) throw warp.Fault(instruction, PtxFaultKind.Divergence, BitOperations.TrailingZeroCount(mask), "runs in a part of the warp");
    }
}

/// <summary>cp.async.wait_group N (all groups but the latest N have landed) and wait_all (the open one too: N = -1).</summary>
internal sealed unsafe class WaitForCopies(int pending) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        CommitCopies.Whole(this, warp, mask);
        int done = warp.ClosedCopies.Count - Math.Max(pending, 0);
        for (int group = 0; group < done; group++) Land(warp, warp.ClosedCopies[group]);
        if (done > 0) warp.ClosedCopies.RemoveRange(0, done);
        if (pending >= 0) return;
        Land(warp, warp.OpenCopies);
        warp.OpenCopies.Clear();
    }

    private static void Land(Warp warp, List<PendingCopy> copies)
    {
        var shared = warp.Launch.Shared;
        foreach (var copy in copies)
        {
            var data = copy.Data;
            Buffer.MemoryCopy(&data, shared.Data + copy.Shared, copy.Bytes, copy.Bytes);
            shared.Arrive(copy.Shared, copy.Bytes, warp.Index);
        }
    }
}
