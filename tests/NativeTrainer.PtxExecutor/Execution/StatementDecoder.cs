using NativeTrainer.PtxExecutor.Parsing;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>One statement as an instruction. What is not known here is an error that names it: nothing is skipped in silence.</summary>
internal sealed class StatementDecoder(KernelProgram program, Statement statement)
{
    private readonly string[] _parts = statement.Opcode.Split('.');

    public Instruction Decode()
    {
        var instruction = Body();
        instruction.Line = statement.Line;
        instruction.Text = statement.Text;
        if (statement.Guard is { } guard)
        {
            instruction.Guard = Register(new NameOperand(guard.Predicate, 0, false)).Offset;
            instruction.GuardNegated = guard.Negated;
        }
        return instruction;
    }

    private IReadOnlyList<Operand> Operands => statement.Operands;

    private bool Has(string part) => Array.IndexOf(_parts, part, 1) > 0;

    /// <summary>The last type in the opcode, which is the operands'.</summary>
    private PtxType Type => PtxTypes.TryParse(_parts[^1], out var type) ? type : throw Unknown();

    private Instruction Body() => _parts[0] switch
    {
        "ret" or "exit" => new Exit(),
        "bra" => new Branch { Target = Name(0) is { } name && statement.Scope.Find(name) is Label label ? label.Statement : throw Unknown() },
        "bar" or "barrier" when Has("sync") && !Has("warp") => Operands.Count == 1 ? new Barrier() : throw Unknown(),
        "bar" when Has("warp") => new NoOperation(),
        "membar" or "fence" => new NoOperation(),
        "ld" => Load(),
        "st" => Store(),
        "atom" or "red" when Has("shared") && Has("add") && Type.Bits() == 32 && Type is not PtxType.F32 => _parts[0] == "atom"
            ? new AddAtomically(Operand(0, Type), Address(1), Operand(2, Type))
            : new AddAtomically(null, Address(0), Operand(1, Type)),
        "cp" => Copy(),
        "ldmatrix" => new LoadMatrix(Vector(0), Address(1), Has("trans")),
        "mma" => Multiply(),
        "shfl" => Shuffle(),
        _ => new ArithmeticDecoder(this, _parts, Operands, Unknown).Decode(),
    };

    private Instruction Load()
    {
        var type = Type;
        var targets = Has("v2") || Has("v4") ? Vector(0) : [Operand(0, type)];
        int bytes = Math.Max(1, type.Bits() / 8);
        if (Has("param"))
        {
            var address = (AddressOperand)Operands[1];
            int offset = address.Base is { } name && statement.Scope.Find(name) is Variable variable && program.ParameterOffset(variable) is { } start ? start : throw Unknown();
            return new LoadParameter(targets, bytes, type.IsSigned(), offset + (int)address.Offset);
        }
        return new Load(InShared(), targets, bytes, type.IsSigned(), Address(1));
    }

    private Store Store()
    {
        var type = Type;
        var values = Has("v2") || Has("v4") ? Vector(1, type) : [Operand(1, type)];
        return new Store(InShared(), values, Math.Max(1, type.Bits() / 8), Address(0));
    }

    private bool InShared() => Has("shared") || (Has("global") ? false : throw Unknown());

    private Instruction Copy()
    {
        if (!Has("async")) throw Unknown();
        if (Has("commit_group")) return new CommitCopies();
        if (Has("wait_all")) return new WaitForCopies(-1);
        if (Has("wait_group")) return new WaitForCopies((int)Number(0));
        int bytes = (int)Number(2);
        return new CopyAsync(Address(0), Address(1), bytes, Operands.Count > 3 ? Operand(3, PtxType.U32) : null);
    }

    private MultiplyMatrices Multiply()
    {
        string shape = _parts[3], types = string.Join('.', _parts[6..]);
        var element = (shape, types) switch
        {
            ("m16n8k16", "f32.bf16.bf16.f32") => MatrixElement.Bf16,
            ("m16n8k16", "f32.f16.f16.f32") => MatrixElement.F16,
            ("m16n8k8", "f32.tf32.tf32.f32") => MatrixElement.Tf32,
            _ => throw Unknown(),
        };
        return new MultiplyMatrices(Vector(0), Vector(1), Vector(2), Vector(3), element);
    }

    private Shuffle Shuffle()
    {
        var (target, valid) = Operands[0] is PairOperand pair ? (Register(pair.First), Register(pair.Second).Offset) : (Operand(0, PtxType.B32), (int?)null);
        return new Shuffle(target, valid, Operand(1, PtxType.B32), Operand(2, PtxType.B32), Operand(3, PtxType.B32), Operand(4, PtxType.B32), _parts[2]);
    }

    /// <summary>Where an operand's value lies.</summary>
    public Slot Operand(int index, PtxType type) => Slot(Operands[index], type);

    private Slot Slot(Operand operand, PtxType type)
    {
        int width = type == PtxType.Pred ? 0 : type.Bits() > 32 ? 8 : 4;
        switch (operand)
        {
            case NumberOperand number:
                return program.Constant(Literal.Bits(number.Kind, number.Bits, false, type == PtxType.Pred ? PtxType.U32 : type, statement.Line), width);
            case NameOperand { Negated: false } name when name.Name.StartsWith('%') && statement.Scope.Find(name.Name) is null:
                return program.Special(name.Name);
            case NameOperand name when statement.Scope.Find(name.Name) is Variable variable && program.SharedOffset(variable) is { } offset:
                return program.Constant((ulong)(offset + name.Offset), width);
            case NameOperand name:
                return Register(name);
            default:
                throw Unknown();
        }
    }

    public Slot Register(NameOperand name) => !name.Negated && statement.Scope.Find(name.Name) is Register register ? program.Of(register) : throw Unknown();

    private Slot[] Vector(int index, PtxType type = PtxType.B32) => [.. ((VectorOperand)Operands[index]).Elements.Select(e => Slot(e, type))];

    private AddressSlot Address(int index)
    {
        var address = Operands[index] as AddressOperand ?? throw Unknown();
        if (address.Base is null) return new(program.Constant((ulong)address.Offset, 8), 0);
        return new(Slot(new NameOperand(address.Base, 0, false), PtxType.U64), address.Offset);
    }

    private long Number(int index) => Operands[index] is NumberOperand { Kind: TokenKind.Integer } number ? (long)number.Bits : throw Unknown();

    private string? Name(int index) => (Operands[index] as NameOperand)?.Name;

    private PtxSyntaxException Unknown() => new(statement.Line, $"not modelled: {statement.Text}");
}
