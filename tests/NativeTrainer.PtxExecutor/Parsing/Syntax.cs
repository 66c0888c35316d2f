namespace NativeTrainer.PtxExecutor.Parsing;

/// <summary>PTX text that the executor cannot take: the line, and what is wrong or not modelled.</summary>
public sealed class PtxSyntaxException(int line, string message) : Exception($"PTX line {line}: {message}")
{
    /// <summary>Counted from 1.</summary>
    public int Line { get; } = line;
}

/// <summary>A register of a function; every thread has its own.</summary>
internal sealed record Register(string Name, PtxType Type, int Index);

/// <summary>A variable in memory or a parameter.</summary>
/// <param name="Bytes">Its size; 0 for an <c>.extern</c> array, whose size the launch gives.</param>
internal sealed record Variable(string Name, StateSpace Space, int Alignment, int Bytes, byte[]? Initial, bool IsExtern)
{
    /// <summary>Variables are told apart by identity: the same text may stand in several scopes.</summary>
    public bool Equals(Variable? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>Names of one pair of braces; an inner scope sees and may hide those of the outer one.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object> _names = [];

    public void Declare(string name, object meaning, int line)
    {
        if (!_names.TryAdd(name, meaning)) throw new PtxSyntaxException(line, $"'{name}' is declared twice in one scope");
    }

    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope._names.TryGetValue(name, out var meaning)) return meaning;
        return null;
    }

    private Scope? Outer { get; } = outer;
}

/// <summary>A label: the index of the statement it stands before.</summary>
internal sealed record Label(int Statement);

/// <summary>The targets of a <c>brx.idx</c>.</summary>
internal sealed record BranchTargets(IReadOnlyList<string> Labels);

internal abstract record Operand;

/// <param name="Negated">Written as <c>!p</c>.</param>
internal sealed record NameOperand(string Name, long Offset, bool Negated) : Operand;

/// <summary>Two destinations, <c>p|q</c>.</summary>
internal sealed record PairOperand(NameOperand First, NameOperand Second) : Operand;

internal sealed record NumberOperand(TokenKind Kind, ulong Bits) : Operand;

/// <param name="Base">A register, a variable, or null for an absolute address.</param>
internal sealed record AddressOperand(string? Base, long Offset) : Operand;

internal sealed record VectorOperand(IReadOnlyList<Operand> Elements) : Operand;

/// <summary>The parenthesised arguments of a call.</summary>
internal sealed record ListOperand(IReadOnlyList<Operand> Elements) : Operand;

internal sealed record Guard(string Predicate, bool Negated);

/// <summary>One instruction as written.</summary>
internal sealed record Statement(Scope Scope, int Line, string Text, Guard? Guard, string Opcode, IReadOnlyList<Operand> Operands);

internal sealed class FunctionSyntax(string name, bool isEntry, int line)
{
    public string Name { get; } = name;

    public bool IsEntry { get; } = isEntry;

    public int Line { get; } = line;

    public List<Variable> Parameters { get; } = [];

    public Variable? Result { get; set; }

    public List<Register> Registers { get; } = [];

    /// <summary>Shared and local variables of the body.</summary>
    public List<Variable> Variables { get; } = [];

    public List<Statement> Statements { get; } = [];

    public bool HasBody { get; set; }

    /// <summary>The largest block that <c>.maxntid</c> or <c>.reqntid</c> allow, 0 where none is stated.</summary>
    public int MaximumThreads { get; set; }
}
