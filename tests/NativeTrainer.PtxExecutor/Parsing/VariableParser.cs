using System.Buffers.Binary;

namespace NativeTrainer.PtxExecutor.Parsing;

/// <summary>Declarations of variables: <c>.align 16 .b8 tile[40960]</c>, <c>.f32 c[2] = { 0f3F800000, 1.5 }</c>.</summary>
internal static class VariableParser
{
    public static StateSpace Space(Token directive) => directive.Text switch
    {
        ".global" => StateSpace.Global,
        ".const" => StateSpace.Const,
        ".shared" => StateSpace.Shared,
        ".local" => StateSpace.Local,
        ".param" => StateSpace.Param,
        _ => throw new PtxSyntaxException(directive.Line, $"'{directive.Text}' is no state space"),
    };

    /// <summary>The declarations up to and with the semicolon.</summary>
    public static List<Variable> Read(TokenReader reader, StateSpace space, bool isExtern)
    {
        var variables = new List<Variable>();
        var (type, alignment, vector) = ReadType(reader);
        do variables.Add(ReadDeclarator(reader, space, type, alignment, vector, isExtern));
        while (reader.TakeIf(","));
        reader.Expect(";");
        return variables;
    }

    public static Variable ReadOne(TokenReader reader, StateSpace space)
    {
        var (type, alignment, vector) = ReadType(reader);
        return ReadDeclarator(reader, space, type, alignment, vector, isExtern: false);
    }

    public static (PtxType Type, int Alignment, int Vector) ReadType(TokenReader reader)
    {
        int alignment = 0, vector = 1;
        while (true)
        {
            var word = reader.TakeWord("a type");
            if (word.Text == ".align") alignment = (int)reader.TakeInteger("an alignment");
            else if (word.Text is ".v2" or ".v4") vector = word.Text[2] - '0';
            else if (word.Text == ".ptr") SkipPointerAttributes(reader);
            else if (PtxTypes.TryParse(word.Text.TrimStart('.'), out var type))
            {
                // A pointer parameter tells its attributes after its type.
                if (reader.Peek.Text == ".ptr") { reader.Take(); SkipPointerAttributes(reader); }
                int natural = Math.Max(1, type.Bits() / 8) * vector;
                return (type, alignment == 0 ? natural : alignment, vector);
            }
            else throw new PtxSyntaxException(word.Line, $"'{word.Text}' is no type");
        }
    }

    private static void SkipPointerAttributes(TokenReader reader)
    {
        while (reader.Peek.Text is ".global" or ".shared" or ".const" or ".local" or ".align")
            if (reader.Take().Text == ".align") reader.Take();
    }

    private static Variable ReadDeclarator(TokenReader reader, StateSpace space, PtxType type, int alignment, int vector, bool isExtern)
    {
        var name = reader.TakeWord("a variable's name");
        int element = Math.Max(1, type.Bits() / 8);
        long count = vector;
        bool open = false;
        while (reader.TakeIf("["))
        {
            open |= reader.Peek.Is("]");
            if (!open) count *= reader.TakeInteger("an array's length");
            reader.Expect("]");
        }
        byte[]? initial = reader.TakeIf("=") ? ReadInitial(reader, type, element) : null;
        if (open) count = initial is null ? 0 : initial.Length / element;
        if (open && initial is null && !isExtern) throw new PtxSyntaxException(name.Line, $"'{name.Text}' has no size");
        if (initial is not null)
        {
            if (initial.Length > count * element) throw new PtxSyntaxException(name.Line, $"'{name.Text}' has more initial values than elements");
            Array.Resize(ref initial, (int)count * element);
        }
        return new(name.Text, space, alignment, (int)(count * element), initial, isExtern);
    }

    private static byte[] ReadInitial(TokenReader reader, PtxType type, int element)
    {
        var bytes = new List<byte>();
        int depth = 0;
        Span<byte> value = stackalloc byte[8];
        do
        {
            while (reader.TakeIf("{")) depth++;
            bool negative = reader.TakeIf("-");
            var token = reader.Take();
            if (token.Kind is TokenKind.Word or TokenKind.Text or TokenKind.Symbol)
                throw new PtxSyntaxException(token.Line, $"the initial value '{token.Text}' is not modelled, numbers are");
            BinaryPrimitives.WriteUInt64LittleEndian(value, Literal.Bits(token.Kind, token.Bits, negative, type, token.Line));
            bytes.AddRange(value[..element]);
            while (reader.TakeIf("}")) depth--;
        }
        while (reader.TakeIf(","));
        if (depth != 0) throw new PtxSyntaxException(reader.Peek.Line, "the braces of the initial values do not match");
        return [.. bytes];
    }
}

/// <summary>Literals as the bits of the type that reads them.</summary>
internal static class Literal
{
    public static ulong Bits(TokenKind kind, ulong bits, bool negative, PtxType type, int line)
    {
        if (kind == TokenKind.Integer)
        {
            if (type is PtxType.F32 or PtxType.F64) throw new PtxSyntaxException(line, $"an integer literal for {type.Name()}");
            if (negative) bits = 0 - bits;
            return type.Bits() == 64 ? bits : bits & ((1UL << type.Bits()) - 1);
        }
        if (kind == TokenKind.Float32)
        {
            if (type.Bits() != 32) throw new PtxSyntaxException(line, $"a 32-bit floating-point literal for {type.Name()}");
            return negative ? bits ^ 0x8000_0000 : bits;
        }
        double value = BitConverter.UInt64BitsToDouble(bits);
        if (negative) value = -value;
        return type switch
        {
            PtxType.F64 or PtxType.B64 => BitConverter.DoubleToUInt64Bits(value),
            PtxType.F32 => BitConverter.SingleToUInt32Bits((float)value),
            _ => throw new PtxSyntaxException(line, $"a 64-bit floating-point literal for {type.Name()}"),
        };
    }
}
