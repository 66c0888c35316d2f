using System.Numerics;
using NativeTrainer.PtxExecutor.Parsing;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>Instructions that compute each lane from itself.</summary>
internal sealed class ArithmeticDecoder(StatementDecoder statement, string[] parts, IReadOnlyList<Operand> operands, Func<PtxSyntaxException> unknown)
{
    private PtxType Type => PtxTypes.TryParse(parts[^1], out var type) ? type : throw unknown();

    private bool Has(string part) => Array.IndexOf(parts, part, 1) > 0;

    public Instruction Decode()
    {
        if (Has("ftz") || Has("sat") || Has("cc")) throw unknown();
        return parts[0] switch
        {
            "mov" => Move(),
            "cvta" => Move(),
            "selp" => Select(),
            "setp" => Compare(),
            "testp" => TestNaN(),
            "cvt" => Convert(),
            "and" or "or" or "xor" or "not" when Type == PtxType.Pred => PredicateLogic(),
            _ => Type switch
            {
                PtxType.F32 => Float<float>(),
                PtxType.F64 => Float<double>(),
                _ when Type.IsInteger() => Integer(),
                _ => throw unknown(),
            },
        };
    }

    private int At(int index, PtxType type) => statement.Operand(index, type).Offset;

    private Instruction Move()
    {
        var type = Type;
        if (type == PtxType.Pred) return new PredicateLogic(At(0, type), At(1, type), At(1, type), (a, _) => a);
        Slot d = statement.Operand(0, type), a = statement.Operand(1, type);
        // A 32-bit special register may be read as 64 bits wide never; widths agree otherwise.
        if (d.Width != a.Width) throw unknown();
        return d.Width == 8 ? new Move<ulong>(d.Offset, a.Offset) : new Move<uint>(d.Offset, a.Offset);
    }

    private Instruction Select()
    {
        var type = Type;
        int d = At(0, type), a = At(1, type), b = At(2, type), p = At(3, PtxType.Pred);
        return type.Bits() == 64 ? new SelectByPredicate<ulong>(d, a, b, p) : new SelectByPredicate<uint>(d, a, b, p);
    }

    private PredicateLogic PredicateLogic()
    {
        int d = At(0, PtxType.Pred), a = At(1, PtxType.Pred), b = parts[0] == "not" ? a : At(2, PtxType.Pred);
        return new PredicateLogic(d, a, b, parts[0] switch
        {
            "and" => (x, y) => x & y,
            "or" => (x, y) => x | y,
            "xor" => (x, y) => x ^ y,
            _ => (x, _) => ~x,
        });
    }

    private Instruction Compare()
    {
        if (parts.Length == 4 && operands is [_, _, _, NameOperand third])
        {
            var compare = Compare(Type, At(0, PtxType.Pred), At(1, Type), At(2, Type));
            return new CombinedCompare(compare, At(0, PtxType.Pred), statement.Register(third with { Negated = false }).Offset, third.Negated, parts[2] switch
            {
                "and" => (x, y) => x & y,
                "or" => (x, y) => x | y,
                "xor" => (x, y) => x ^ y,
                _ => throw unknown(),
            });
        }
        return parts.Length == 3 ? Compare(Type, At(0, PtxType.Pred), At(1, Type), At(2, Type)) : throw unknown();
    }

    private Instruction Compare(PtxType type, int p, int a, int b)
    {
        return type switch
        {
            PtxType.F32 => CompareFloat<float>(p, a, b),
            PtxType.F64 => CompareFloat<double>(p, a, b),
            PtxType.S32 => CompareInteger<int>(p, a, b),
            PtxType.U32 or PtxType.B32 or PtxType.U16 or PtxType.B16 => CompareInteger<uint>(p, a, b),
            PtxType.S64 => CompareInteger<long>(p, a, b),
            PtxType.U64 or PtxType.B64 => CompareInteger<ulong>(p, a, b),
            _ => throw unknown(),
        };
    }

    private Instruction CompareInteger<T>(int p, int a, int b) where T : unmanaged, IBinaryInteger<T> => parts[1] switch
    {
        "eq" => new Compare<T, Equal<T>>(p, a, b),
        "ne" => new Compare<T, NotEqual<T>>(p, a, b),
        "lt" or "lo" => new Compare<T, Less<T>>(p, a, b),
        "le" or "ls" => new Compare<T, LessOrEqual<T>>(p, a, b),
        "gt" or "hi" => new Compare<T, Greater<T>>(p, a, b),
        "ge" or "hs" => new Compare<T, GreaterOrEqual<T>>(p, a, b),
        _ => throw unknown(),
    };

    private Instruction CompareFloat<T>(int p, int a, int b) where T : unmanaged, IBinaryFloatingPointIeee754<T> => parts[1] switch
    {
        "eq" => new Compare<T, FloatEqual<T>>(p, a, b),
        "ne" => new Compare<T, FloatNotEqual<T>>(p, a, b),
        "lt" => new Compare<T, Less<T>>(p, a, b),
        "le" => new Compare<T, LessOrEqual<T>>(p, a, b),
        "gt" => new Compare<T, Greater<T>>(p, a, b),
        "ge" => new Compare<T, GreaterOrEqual<T>>(p, a, b),
        "equ" => new Compare<T, OrUnordered<T, FloatEqual<T>>>(p, a, b),
        "neu" => new Compare<T, OrUnordered<T, FloatNotEqual<T>>>(p, a, b),
        "ltu" => new Compare<T, OrUnordered<T, Less<T>>>(p, a, b),
        "leu" => new Compare<T, OrUnordered<T, LessOrEqual<T>>>(p, a, b),
        "gtu" => new Compare<T, OrUnordered<T, Greater<T>>>(p, a, b),
        "geu" => new Compare<T, OrUnordered<T, GreaterOrEqual<T>>>(p, a, b),
        "num" => new Compare<T, BothNumbers<T>>(p, a, b),
        "nan" => new Compare<T, AnyNaN<T>>(p, a, b),
        _ => throw unknown(),
    };

    private Instruction TestNaN()
    {
        if (parts[1] != "notanumber") throw unknown();
        int p = At(0, PtxType.Pred), a = At(1, Type);
        return Type == PtxType.F64 ? new Compare<double, AnyNaN<double>>(p, a, a) : new Compare<float, AnyNaN<float>>(p, a, a);
    }

    private Instruction Float<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var type = Type;
        int d = At(0, type), a = At(1, type);
        Instruction Two<TOp>() where TOp : struct, IBinary<T, T> => new Binary<T, T, TOp>(d, a, At(2, type));
        return parts[0] switch
        {
            "add" => Two<Add<T>>(),
            "sub" => Two<Subtract<T>>(),
            "mul" => Two<Multiply<T>>(),
            "div" => Two<DivideFloat<T>>(),
            "min" => Two<MinimumFloat<T>>(),
            "max" => Two<MaximumFloat<T>>(),
            "fma" or "mad" => new Ternary<T, T, T, FusedMultiplyAdd<T>>(d, a, At(2, type), At(3, type)),
            "neg" => new Unary<T, T, NegateFloat<T>>(d, a),
            "abs" => new Unary<T, T, AbsoluteFloat<T>>(d, a),
            "sqrt" => new Unary<T, T, SquareRoot<T>>(d, a),
            "rcp" => new Unary<T, T, Reciprocal<T>>(d, a),
            _ when type == PtxType.F32 => Approximate(d, a),
            _ => throw unknown(),
        };
    }

    /// <summary>The fast functions, here to the last bit: a card's differ from these by the few units that the PTX manual allows.</summary>
    private Instruction Approximate(int d, int a) => parts[0] switch
    {
        "ex2" => new Unary<float, float, Exp2>(d, a),
        "lg2" => new Unary<float, float, Log2>(d, a),
        "rsqrt" => new Unary<float, float, ReciprocalSquareRoot>(d, a),
        "sin" => new Unary<float, float, Sine>(d, a),
        "cos" => new Unary<float, float, Cosine>(d, a),
        _ => throw unknown(),
    };

    private Instruction Integer() => Type switch
    {
        PtxType.S32 => Integer<int>(),
        PtxType.U32 or PtxType.B32 => Integer<uint>(),
        PtxType.S64 => Integer<long>(),
        PtxType.U64 or PtxType.B64 => Integer<ulong>(),
        _ => throw unknown(),
    };

    private Instruction Integer<T>() where T : unmanaged, IBinaryInteger<T>
    {
        var type = Type;
        if (Has("wide")) return Wide();
        int d = At(0, type), a = At(1, type);
        Instruction Two<TOp>() where TOp : struct, IBinary<T, T> => new Binary<T, T, TOp>(d, a, At(2, type));
        return parts[0] switch
        {
            "add" => Two<Add<T>>(),
            "sub" => Two<Subtract<T>>(),
            "mul" when Has("lo") => Two<Multiply<T>>(),
            "mul" when Has("hi") => Two<MultiplyHigh<T>>(),
            "mad" when Has("lo") => new Ternary<T, T, T, MultiplyAdd<T>>(d, a, At(2, type), At(3, type)),
            "div" => Two<Divide<T>>(),
            "rem" => Two<Remainder<T>>(),
            "min" => Two<MinimumInteger<T>>(),
            "max" => Two<MaximumInteger<T>>(),
            "and" => Two<And<T>>(),
            "or" => Two<Or<T>>(),
            "xor" => Two<Xor<T>>(),
            "not" => new Unary<T, T, Not<T>>(d, a),
            "neg" => new Unary<T, T, Negate<T>>(d, a),
            "abs" => new Unary<T, T, AbsoluteInteger<T>>(d, a),
            "shl" => new Shift<T, ShiftLeft<T>>(d, a, At(2, PtxType.U32)),
            "shr" => new Shift<T, ShiftRight<T>>(d, a, At(2, PtxType.U32)),
            "popc" => Count(x => (ulong)BitOperations.PopCount(x)),
            "clz" => Count(x => (ulong)(type.Bits() == 64 ? BitOperations.LeadingZeroCount(x) : BitOperations.LeadingZeroCount((uint)x))),
            _ => throw unknown(),
        };
    }

    private LaneFunction Count(Func<ulong, ulong> function)
    {
        Slot d = statement.Operand(0, PtxType.U32), a = statement.Operand(1, Type);
        return new LaneFunction(d, a, a, a, (x, _, _) => function(x));
    }

    private Instruction Wide()
    {
        var (type, wide) = (Type, Type == PtxType.S32 ? PtxType.S64 : PtxType.U64);
        int d = At(0, wide), a = At(1, type), b = At(2, type);
        return (parts[0], type) switch
        {
            ("mul", PtxType.S32) => new Binary<int, long, WidenSigned>(d, a, b),
            ("mul", PtxType.U32) => new Binary<uint, ulong, WidenUnsigned>(d, a, b),
            ("mad", PtxType.S32) => new Ternary<int, long, long, WidenSigned>(d, a, b, At(3, wide)),
            ("mad", PtxType.U32) => new Ternary<uint, ulong, ulong, WidenUnsigned>(d, a, b, At(3, wide)),
            _ => throw unknown(),
        };
    }

    private Instruction Convert()
    {
        if (parts[^2] == "bf16x2" || parts[^1] == "bf16x2") return parts[^2] == "bf16x2" && Has("rn") ? Pack() : throw unknown();
        if (!PtxTypes.TryParse(parts[^1], out var from) || !PtxTypes.TryParse(parts[^2], out var to)) throw unknown();
        Slot d = statement.Operand(0, to), a = statement.Operand(1, from);
        return (to, from) switch
        {
            (PtxType.S64, PtxType.S32) => new Unary<int, long, SignExtend>(d.Offset, a.Offset),
            (PtxType.F64, PtxType.F32) => new Unary<float, double, WidenFloat>(d.Offset, a.Offset),
            (PtxType.TF32, PtxType.F32) when Has("rna") => new Unary<uint, uint, RoundTf32>(d.Offset, a.Offset),
            _ => new LaneFunction(d, a, a, a, Conversions.Function(to, from, parts[1..^2]) ?? throw unknown()),
        };
    }

    private LaneFunction Pack()
    {
        Slot d = statement.Operand(0, PtxType.B32), high = statement.Operand(1, PtxType.F32), low = statement.Operand(2, PtxType.F32);
        return new LaneFunction(d, high, low, low, (h, l, _) => (ulong)Conversions.Bf16((uint)h) << 16 | Conversions.Bf16((uint)l));
    }
}
