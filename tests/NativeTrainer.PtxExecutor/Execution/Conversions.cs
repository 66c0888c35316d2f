using System.Numerics;
using NativeTrainer.PtxExecutor.Parsing;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>cvt between any two scalar types, on raw bits.</summary>
internal static class Conversions
{
    /// <summary>The conversion, or null where it is not modelled.</summary>
    public static Func<ulong, ulong, ulong, ulong>? Function(PtxType to, PtxType from, string[] modifiers)
    {
        string rounding = modifiers.Length == 0 ? "" : modifiers[0];
        if (modifiers.Length > 1) return null;
        return (to.IsFloat(), from.IsFloat()) switch
        {
            (false, false) => (bits, _, _) => Truncate(Extend(bits, from), to),
            (false, true) => rounding is "rzi" or "rni" or "rmi" or "rpi" ? (bits, _, _) => ToInteger(Real(bits, from), to, rounding) : null,
            (true, false) when rounding is "rn" or "" => (bits, _, _) => from == PtxType.U64 ? Encode((ulong)bits, to) : Encode(Extend(bits, from), to),
            (true, true) when rounding is "rn" or "" => (bits, _, _) => EncodeReal(Real(bits, from), to),
            (true, true) when to == from && rounding is "rzi" or "rni" or "rmi" or "rpi" => (bits, _, _) => EncodeReal(Round(Real(bits, from), rounding), to),
            _ => null,
        };
    }

    /// <summary>float32 bits to bfloat16, ties to even; NaN as hardware gives it.</summary>
    public static uint Bf16(uint bits) => (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FFFu : bits + 0x7FFF + (bits >> 16 & 1) >> 16;

    private static long Extend(ulong bits, PtxType type)
    {
        int width = type.Bits();
        if (width == 64) return (long)bits;
        return type.IsSigned() ? (long)(bits << 64 - width) >> 64 - width : (long)(bits & (1UL << width) - 1);
    }

    /// <summary>Registers are wider than 8 and 16 bits: signed results fill them with the sign.</summary>
    private static ulong Truncate(long value, PtxType type) => type.Bits() switch
    {
        64 => (ulong)value,
        32 => (uint)value,
        16 => type.IsSigned() ? (uint)(short)value : (ushort)value,
        _ => type.IsSigned() ? (uint)(sbyte)value : (byte)value,
    };

    private static double Real(ulong bits, PtxType type) => type switch
    {
        PtxType.F64 => BitConverter.UInt64BitsToDouble(bits),
        PtxType.F16 => (double)BitConverter.UInt16BitsToHalf((ushort)bits),
        PtxType.BF16 => BitConverter.UInt32BitsToSingle((uint)bits << 16),
        _ => BitConverter.UInt32BitsToSingle((uint)bits),
    };

    private static ulong EncodeReal(double value, PtxType type) => type switch
    {
        PtxType.F64 => BitConverter.DoubleToUInt64Bits(value),
        PtxType.F32 => BitConverter.SingleToUInt32Bits((float)value),
        PtxType.F16 => BitConverter.HalfToUInt16Bits((Half)value),
        PtxType.BF16 => Bf16(BitConverter.SingleToUInt32Bits((float)value)),
        _ => throw new NotSupportedException(type.ToString()),
    };

    private static ulong Encode<T>(T value, PtxType type) where T : INumberBase<T> => type switch
    {
        PtxType.F64 => BitConverter.DoubleToUInt64Bits(double.CreateChecked(value)),
        PtxType.F32 => BitConverter.SingleToUInt32Bits(float.CreateChecked(value)),
        _ => throw new NotSupportedException(type.ToString()),
    };

    private static double Round(double value, string rounding) => rounding[1] switch
    {
        'z' => Math.Truncate(value),
        'n' => Math.Round(value, MidpointRounding.ToEven),
        'm' => Math.Floor(value),
        _ => Math.Ceiling(value),
    };

    /// <summary>Out of range clamps, NaN becomes 0 (PTX ISA, cvt).</summary>
    private static ulong ToInteger(double value, PtxType type, string rounding)
    {
        if (double.IsNaN(value)) return 0;
        double rounded = Round(value, rounding);
        return type switch
        {
            PtxType.S64 => (ulong)long.CreateSaturating(rounded),
            PtxType.U64 => ulong.CreateSaturating(rounded),
            PtxType.S32 => (uint)int.CreateSaturating(rounded),
            PtxType.U32 => uint.CreateSaturating(rounded),
            PtxType.S16 => (uint)short.CreateSaturating(rounded),
            PtxType.U16 => ushort.CreateSaturating(rounded),
            PtxType.S8 => (uint)sbyte.CreateSaturating(rounded),
            _ => byte.CreateSaturating(rounded),
        };
    }
}

internal struct SignExtend : IUnary<int, long>
{
    public static long Apply(int a) => a;
}

internal struct WidenFloat : IUnary<float, double>
{
    public static double Apply(float a) => a;
}

/// <summary>To the nearest with 10 bits of mantissa, ties away from zero.</summary>
internal struct RoundTf32 : IUnary<uint, uint>
{
    public static uint Apply(uint bits) => (bits & 0x7FFFFFFF) > 0x7F800000 ? bits : (bits + 0x1000) & ~0x1FFFu;
}

internal struct Exp2 : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Pow(2, a);
}

internal struct Log2 : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Log2(a);
}

internal struct ReciprocalSquareRoot : IUnary<float, float>
{
    public static float Apply(float a) => (float)(1 / Math.Sqrt(a));
}

internal struct Sine : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Sin(a);
}

internal struct Cosine : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Cos(a);
}
