using System.Numerics;

namespace NativeTrainer.PtxExecutor.Execution;

// The traversals of lane-wise instructions; the arithmetic is in operator structs. T is the lane's storage seen as the
// instruction's type, so that sizeof(T) is the slot's width.

internal interface IUnary<TIn, TOut>
{
    static abstract TOut Apply(TIn a);
}

internal interface IBinary<TIn, TOut>
{
    static abstract TOut Apply(TIn a, TIn b);
}

internal interface ITernary<TIn, TThird, TOut>
{
    static abstract TOut Apply(TIn a, TIn b, TThird c);
}

internal interface IShift<T>
{
    static abstract T Apply(T a, uint by);
}

internal interface IComparison<T>
{
    static abstract bool Holds(T a, T b);
}

internal sealed unsafe class Unary<TIn, TOut, TOp>(int d, int a) : Instruction
    where TIn : unmanaged where TOut : unmanaged where TOp : struct, IUnary<TIn, TOut>
{
    public override void Execute(Warp warp, uint mask)
    {
        var result = (TOut*)(warp.Registers + d);
        var first = (TIn*)(warp.Registers + a);
        if (mask == uint.MaxValue)
            for (int lane = 0; lane < 32; lane++) result[lane] = TOp.Apply(first[lane]);
        else
            for (; mask != 0; mask &= mask - 1)
            {
                int lane = BitOperations.TrailingZeroCount(mask);
                result[lane] = TOp.Apply(first[lane]);
            }
    }
}

internal sealed unsafe class Binary<TIn, TOut, TOp>(int d, int a, int b) : Instruction
    where TIn : unmanaged where TOut : unmanaged where TOp : struct, IBinary<TIn, TOut>
{
    public override void Execute(Warp warp, uint mask)
    {
        var result = (TOut*)(warp.Registers + d);
        var first = (TIn*)(warp.Registers + a);
        var second = (TIn*)(warp.Registers + b);
        if (mask == uint.MaxValue)
            for (int lane = 0; lane < 32; lane++) result[lane] = TOp.Apply(first[lane], second[lane]);
        else
            for (; mask != 0; mask &= mask - 1)
            {
                int lane = BitOperations.TrailingZeroCount(mask);
                result[lane] = TOp.Apply(first[lane], second[lane]);
            }
    }
}

internal sealed unsafe class Ternary<TIn, TThird, TOut, TOp>(int d, int a, int b, int c) : Instruction
    where TIn : unmanaged where TThird : unmanaged where TOut : unmanaged where TOp : struct, ITernary<TIn, TThird, TOut>
{
    public override void Execute(Warp warp, uint mask)
    {
        var result = (TOut*)(warp.Registers + d);
        var first = (TIn*)(warp.Registers + a);
        var second = (TIn*)(warp.Registers + b);
        var third = (TThird*)(warp.Registers + c);
        if (mask == uint.MaxValue)
            for (int lane = 0; lane < 32; lane++) result[lane] = TOp.Apply(first[lane], second[lane], third[lane]);
        else
            for (; mask != 0; mask &= mask - 1)
            {
                int lane = BitOperations.TrailingZeroCount(mask);
                result[lane] = TOp.Apply(first[lane], second[lane], third[lane]);
            }
    }
}

/// <summary>The second operand has 32 bits whatever the first has.</summary>
internal sealed unsafe class Shift<T, TOp>(int d, int a, int by) : Instruction
    where T : unmanaged where TOp : struct, IShift<T>
{
    public override void Execute(Warp warp, uint mask)
    {
        T* result = (T*)(warp.Registers + d), first = (T*)(warp.Registers + a);
        var second = (uint*)(warp.Registers + by);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            result[lane] = TOp.Apply(first[lane], second[lane]);
        }
    }
}

internal sealed unsafe class Compare<T, TComparison>(int p, int a, int b) : Instruction
    where T : unmanaged where TComparison : struct, IComparison<T>
{
    public override void Execute(Warp warp, uint mask)
    {
        var first = (T*)(warp.Registers + a);
        var second = (T*)(warp.Registers + b);
        uint holds = 0;
        for (int lane = 0; lane < 32; lane++)
            if (TComparison.Holds(first[lane], second[lane])) holds |= 1u << lane;
        Predicates.Merge(warp, p, holds, mask);
    }
}

/// <summary>setp with a third predicate: p = compare(a, b) op [!]c.</summary>
internal sealed unsafe class CombinedCompare(Instruction compare, int p, int c, bool negated, Func<uint, uint, uint> function) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        uint third = *(uint*)(warp.Registers + c);
        compare.Execute(warp, mask);
        Predicates.Merge(warp, p, function(*(uint*)(warp.Registers + p), negated ? ~third : third), mask);
    }
}

/// <summary>mov, and set-if-else of whole lanes.</summary>
internal sealed unsafe class Move<T>(int d, int a) : Instruction where T : unmanaged
{
    public override void Execute(Warp warp, uint mask)
    {
        var result = (T*)(warp.Registers + d);
        var first = (T*)(warp.Registers + a);
        if (mask == uint.MaxValue) new ReadOnlySpan<T>(first, 32).CopyTo(new Span<T>(result, 32));
        else
            for (; mask != 0; mask &= mask - 1)
            {
                int lane = BitOperations.TrailingZeroCount(mask);
                result[lane] = first[lane];
            }
    }
}

/// <summary>selp: a where the predicate holds, else b.</summary>
internal sealed unsafe class SelectByPredicate<T>(int d, int a, int b, int p) : Instruction where T : unmanaged
{
    public override void Execute(Warp warp, uint mask)
    {
        var result = (T*)(warp.Registers + d);
        var first = (T*)(warp.Registers + a);
        var second = (T*)(warp.Registers + b);
        uint predicate = *(uint*)(warp.Registers + p);
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            result[lane] = (predicate >> lane & 1) != 0 ? first[lane] : second[lane];
        }
    }
}

/// <summary>Any rarer lane-wise function, on the raw bits of its operands.</summary>
internal sealed class LaneFunction(Slot d, Slot a, Slot b, Slot c, Func<ulong, ulong, ulong, ulong> function) : Instruction
{
    public override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            Lanes.Write(warp, d, lane, function(Lanes.Read(warp, a, lane), Lanes.Read(warp, b, lane), Lanes.Read(warp, c, lane)));
        }
    }
}

/// <summary>Logic on predicates: all lanes in one word.</summary>
internal sealed unsafe class PredicateLogic(int d, int a, int b, Func<uint, uint, uint> function) : Instruction
{
    public override void Execute(Warp warp, uint mask)
        => Predicates.Merge(warp, d, function(*(uint*)(warp.Registers + a), *(uint*)(warp.Registers + b)), mask);
}

internal static unsafe class Predicates
{
    /// <summary>Writes the lanes of the mask, leaves the rest.</summary>
    public static void Merge(Warp warp, int offset, uint value, uint mask)
    {
        var predicate = (uint*)(warp.Registers + offset);
        *predicate = *predicate & ~mask | value & mask;
    }
}

/// <summary>Raw bits of one lane of a slot.</summary>
internal static unsafe class Lanes
{
    public static ulong Read(Warp warp, Slot slot, int lane) => slot.Width switch
    {
        4 => ((uint*)(warp.Registers + slot.Offset))[lane],
        8 => ((ulong*)(warp.Registers + slot.Offset))[lane],
        _ => *(uint*)(warp.Registers + slot.Offset) >> lane & 1,
    };

    /// <summary>An element in memory, extended to 64 bits.</summary>
    public static ulong Element(byte* at, int bytes, bool signed) => bytes switch
    {
        4 => signed ? (ulong)*(int*)at : *(uint*)at,
        8 => *(ulong*)at,
        2 => signed ? (ulong)*(short*)at : *(ushort*)at,
        _ => signed ? (ulong)*(sbyte*)at : *at,
    };

    public static void Write(Warp warp, Slot slot, int lane, ulong value)
    {
        if (slot.Width == 4) ((uint*)(warp.Registers + slot.Offset))[lane] = (uint)value;
        else if (slot.Width == 8) ((ulong*)(warp.Registers + slot.Offset))[lane] = value;
        else Predicates.Merge(warp, slot.Offset, value != 0 ? uint.MaxValue : 0, 1u << lane);
    }
}
