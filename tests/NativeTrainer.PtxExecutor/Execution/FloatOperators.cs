using System.Numerics;

namespace NativeTrainer.PtxExecutor.Execution;

internal struct DivideFloat<T> : IBinary<T, T> where T : IDivisionOperators<T, T, T>
{
    public static T Apply(T a, T b) => a / b;
}

/// <summary>fma and mad of floating-point types: one rounding.</summary>
internal struct FusedMultiplyAdd<T> : ITernary<T, T, T> where T : IFloatingPointIeee754<T>
{
    public static T Apply(T a, T b, T c) => T.FusedMultiplyAdd(a, b, c);
}

/// <summary>min and max return the operand that is a number, and order -0 below +0; two NaNs give the canonical NaN.</summary>
internal struct MinimumFloat<T> : IBinary<T, T> where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => CanonicalNaN.Of(T.MinNumber(a, b));
}

internal struct MaximumFloat<T> : IBinary<T, T> where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => CanonicalNaN.Of(T.MaxNumber(a, b));
}

/// <summary>min.NaN and max.NaN return the canonical NaN where an operand is NaN.</summary>
internal struct MinimumFloatOrNaN<T> : IBinary<T, T> where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => CanonicalNaN.Of(T.Min(a, b));
}

internal struct MaximumFloatOrNaN<T> : IBinary<T, T> where T : IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => CanonicalNaN.Of(T.Max(a, b));
}

internal struct NegateFloat<T> : IUnary<T, T> where T : IUnaryNegationOperators<T, T>
{
    public static T Apply(T a) => -a;
}

internal struct AbsoluteFloat<T> : IUnary<T, T> where T : INumberBase<T>
{
    public static T Apply(T a) => T.Abs(a);
}

internal struct SquareRoot<T> : IUnary<T, T> where T : IRootFunctions<T>
{
    public static T Apply(T a) => T.Sqrt(a);
}

internal struct Reciprocal<T> : IUnary<T, T> where T : INumberBase<T>
{
    public static T Apply(T a) => T.One / a;
}

internal static class CanonicalNaN
{
    public static T Of<T>(T value) where T : IBinaryFloatingPointIeee754<T>
    {
        if (!T.IsNaN(value)) return value;
        if (typeof(T) == typeof(float)) return (T)(object)BitConverter.UInt32BitsToSingle(0x7FFF_FFFF);
        if (typeof(T) == typeof(double)) return (T)(object)BitConverter.UInt64BitsToDouble(0x7FFF_FFFF_FFFF_FFFF);
        return value;
    }
}

internal struct FloatEqual<T> : IComparison<T> where T : IBinaryFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => a == b;
}

/// <summary>ne is false where an operand is NaN; .NET's != would be true.</summary>
internal struct FloatNotEqual<T> : IComparison<T> where T : IBinaryFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => a < b || a > b;
}

/// <summary>equ, neu, ltu, …: the comparison holds too where an operand is NaN.</summary>
internal struct OrUnordered<T, TComparison> : IComparison<T> where T : IBinaryFloatingPointIeee754<T> where TComparison : struct, IComparison<T>
{
    public static bool Holds(T a, T b) => T.IsNaN(a) || T.IsNaN(b) || TComparison.Holds(a, b);
}

/// <summary>num: both are numbers.</summary>
internal struct BothNumbers<T> : IComparison<T> where T : IBinaryFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => !T.IsNaN(a) && !T.IsNaN(b);
}

/// <summary>nan: one is not.</summary>
internal struct AnyNaN<T> : IComparison<T> where T : IBinaryFloatingPointIeee754<T>
{
    public static bool Holds(T a, T b) => T.IsNaN(a) || T.IsNaN(b);
}
