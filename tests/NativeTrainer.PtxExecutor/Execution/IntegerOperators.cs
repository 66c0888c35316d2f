using System.Numerics;
using System.Runtime.CompilerServices;

namespace NativeTrainer.PtxExecutor.Execution;

// Two's-complement arithmetic that wraps; T is int, uint, long, ulong, and short or ushort through Narrow.

internal struct Add<T> : IBinary<T, T> where T : IAdditionOperators<T, T, T>
{
    public static T Apply(T a, T b) => unchecked(a + b);
}

internal struct Subtract<T> : IBinary<T, T> where T : ISubtractionOperators<T, T, T>
{
    public static T Apply(T a, T b) => unchecked(a - b);
}

internal struct Multiply<T> : IBinary<T, T> where T : IMultiplyOperators<T, T, T>
{
    public static T Apply(T a, T b) => unchecked(a * b);
}

internal struct MultiplyAdd<T> : ITernary<T, T, T> where T : INumberBase<T>
{
    public static T Apply(T a, T b, T c) => unchecked(a * b + c);
}

internal struct WidenSigned : IBinary<int, long>, ITernary<int, long, long>
{
    public static long Apply(int a, int b) => (long)a * b;

    public static long Apply(int a, int b, long c) => (long)a * b + c;
}

internal struct WidenUnsigned : IBinary<uint, ulong>, ITernary<uint, ulong, ulong>
{
    public static ulong Apply(uint a, uint b) => (ulong)a * b;

    public static ulong Apply(uint a, uint b, ulong c) => (ulong)a * b + c;
}

/// <summary>Division by zero is left open by PTX; all ones (and the dividend as remainder) is what NVIDIA's hardware gives.</summary>
internal struct Divide<T> : IBinary<T, T> where T : IBinaryInteger<T>
{
    // The least value divided by -1 wraps to itself; .NET would throw.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply(T a, T b) => b == T.Zero ? T.AllBitsSet : b == T.AllBitsSet && T.AllBitsSet < T.Zero ? unchecked(-a) : a / b;
}

internal struct Remainder<T> : IBinary<T, T> where T : IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply(T a, T b) => b == T.Zero ? a : b == T.AllBitsSet && T.AllBitsSet < T.Zero ? T.Zero : a % b;
}

internal struct MinimumInteger<T> : IBinary<T, T> where T : IComparisonOperators<T, T, bool>
{
    public static T Apply(T a, T b) => b < a ? b : a;
}

internal struct MaximumInteger<T> : IBinary<T, T> where T : IComparisonOperators<T, T, bool>
{
    public static T Apply(T a, T b) => b > a ? b : a;
}

internal struct Negate<T> : IUnary<T, T> where T : IUnaryNegationOperators<T, T>
{
    public static T Apply(T a) => unchecked(-a);
}

internal struct AbsoluteInteger<T> : IUnary<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a) => a < T.Zero ? unchecked(-a) : a;
}

internal struct And<T> : IBinary<T, T> where T : IBitwiseOperators<T, T, T>
{
    public static T Apply(T a, T b) => a & b;
}

internal struct Or<T> : IBinary<T, T> where T : IBitwiseOperators<T, T, T>
{
    public static T Apply(T a, T b) => a | b;
}

internal struct Xor<T> : IBinary<T, T> where T : IBitwiseOperators<T, T, T>
{
    public static T Apply(T a, T b) => a ^ b;
}

internal struct Not<T> : IUnary<T, T> where T : IBitwiseOperators<T, T, T>
{
    public static T Apply(T a) => ~a;
}

/// <summary>Shifts by the width or more leave no bit; a signed right shift, copies of the sign.</summary>
internal struct ShiftLeft<T> : IShift<T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, uint by) => by >= 8 * a.GetByteCount() ? T.Zero : a << (int)by;
}

internal struct ShiftRight<T> : IShift<T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, uint by) => by < 8 * a.GetByteCount() ? a >> (int)by : T.IsNegative(a) ? T.AllBitsSet : T.Zero;
}

/// <summary>16-bit arithmetic in 32-bit lanes, of which only the lower half counts.</summary>
internal struct NarrowUnsigned<TOp> : IBinary<uint, uint> where TOp : struct, IBinary<ushort, ushort>
{
    public static uint Apply(uint a, uint b) => TOp.Apply((ushort)a, (ushort)b);
}

internal struct NarrowSigned<TOp> : IBinary<uint, uint> where TOp : struct, IBinary<short, short>
{
    public static uint Apply(uint a, uint b) => (ushort)TOp.Apply((short)a, (short)b);
}

internal struct Equal<T> : IComparison<T> where T : IEqualityOperators<T, T, bool>
{
    public static bool Holds(T a, T b) => a == b;
}

internal struct NotEqual<T> : IComparison<T> where T : IEqualityOperators<T, T, bool>
{
    public static bool Holds(T a, T b) => a != b;
}

internal struct Less<T> : IComparison<T> where T : IComparisonOperators<T, T, bool>
{
    public static bool Holds(T a, T b) => a < b;
}

internal struct LessOrEqual<T> : IComparison<T> where T : IComparisonOperators<T, T, bool>
{
    public static bool Holds(T a, T b) => a <= b;
}

internal struct Greater<T> : IComparison<T> where T : IComparisonOperators<T, T, bool>
{
    public static bool Holds(T a, T b) => a > b;
}

internal struct GreaterOrEqual<T> : IComparison<T> where T : IComparisonOperators<T, T, bool>
{
    public static bool Holds(T a, T b) => a >= b;
}

/// <summary>The upper half of the double-width product.</summary>
internal struct MultiplyHigh<T> : IBinary<T, T> where T : IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.IsNegative(T.AllBitsSet)
        ? T.CreateTruncating(Int128.CreateChecked(a) * Int128.CreateChecked(b) >> 8 * a.GetByteCount())
        : T.CreateTruncating(UInt128.CreateChecked(a) * UInt128.CreateChecked(b) >> 8 * a.GetByteCount());
}
