using System.Buffers.Binary;
using NativeTrainer.PtxExecutor.Parsing;

namespace NativeTrainer.PtxExecutor.Execution;

/// <summary>A kernel's decoded code and the layout of its registers, shared memory and parameters.</summary>
internal sealed unsafe class KernelProgram
{
    private const int Lanes = 32;
    private const uint UnwrittenRegister = 0x7FBADBAD;

    private readonly Dictionary<Register, Slot> _registers = [];
    private readonly Dictionary<(ulong Bits, int Width), Slot> _constants = [];
    private readonly Dictionary<string, Slot> _special = [];
    private readonly Dictionary<Variable, int> _shared = [];
    private readonly Dictionary<Variable, int> _parameters = [];

    public KernelProgram(FunctionSyntax function, IEnumerable<Variable> moduleVariables)
    {
        Name = function.Name;
        MaximumThreads = function.MaximumThreads;
        foreach (var variable in moduleVariables.Concat(function.Variables))
        {
            if (variable.Space != StateSpace.Shared || variable.IsExtern) throw new PtxSyntaxException(function.Line, $"'{variable.Name}': only shared variables of known size are modelled");
            SharedBytes = Align(SharedBytes, variable.Alignment);
            _shared[variable] = SharedBytes;
            SharedBytes += variable.Bytes;
        }
        foreach (var parameter in function.Parameters)
        {
            ParameterBytes = Align(ParameterBytes, parameter.Alignment);
            _parameters[parameter] = ParameterBytes;
            ParameterBytes += parameter.Bytes;
        }
        foreach (var register in function.Registers) _registers[register] = register.Type == PtxType.Pred ? Take(0) : Take(register.Type.Bits() > 32 ? 8 : 4);
        Code = [.. function.Statements.Select(s => new StatementDecoder(this, s).Decode())];
        if (Code.Length == 0 || Code[^1].Flow is not (Flow.Exit or Flow.Branch) || Code[^1].Guard >= 0) throw new PtxSyntaxException(function.Line, $"{Name} runs past its end");
        for (int i = 0; i < Code.Length; i++) Code[i].Index = i;
        Reconvergence.Mark(Code);
    }

    public string Name { get; }

    public Instruction[] Code { get; }

    /// <summary>Bytes of a warp's register file.</summary>
    public int FrameBytes { get; private set; }

    public int SharedBytes { get; }

    public int ParameterBytes { get; }

    /// <summary>As .maxntid states, 0 for no limit.</summary>
    public int MaximumThreads { get; }

    /// <summary>A register's place.</summary>
    public Slot Of(Register register) => _registers[register];

    /// <summary>A literal's place: the same in all lanes.</summary>
    public Slot Constant(ulong bits, int width)
    {
        if (_constants.TryGetValue((bits, width), out var slot)) return slot;
        return _constants[(bits, width)] = Take(width);
    }

    /// <summary>%tid.x and its like.</summary>
    public Slot Special(string name)
    {
        if (_special.TryGetValue(name, out var slot)) return slot;
        return _special[name] = Take(4);
    }

    public int? SharedOffset(Variable variable) => _shared.TryGetValue(variable, out int offset) ? offset : null;

    public int? ParameterOffset(Variable variable) => _parameters.TryGetValue(variable, out int offset) ? offset : null;

    /// <summary>Registers hold what no kernel means (a NaN); literals and special registers their values.</summary>
    public void InitialiseFrame(Warp warp)
    {
        new Span<uint>(warp.Registers, FrameBytes / 4).Fill(UnwrittenRegister);
        foreach (var ((bits, width), slot) in _constants)
        {
            if (width == 8) new Span<ulong>(warp.Registers + slot.Offset, Lanes).Fill(bits);
            else if (width == 4) new Span<uint>(warp.Registers + slot.Offset, Lanes).Fill((uint)bits);
            else *(uint*)(warp.Registers + slot.Offset) = bits != 0 ? uint.MaxValue : 0;
        }
        foreach (var (name, slot) in _special)
            for (int lane = 0; lane < Lanes; lane++) ((int*)(warp.Registers + slot.Offset))[lane] = SpecialValue(name, warp, lane);
    }

    private static int SpecialValue(string name, Warp warp, int lane)
    {
        var (launch, thread) = (warp.Launch, warp.FirstThread + lane);
        return name switch
        {
            "%tid.x" => thread % launch.Threads.X,
            "%tid.y" => thread / launch.Threads.X % launch.Threads.Y,
            "%tid.z" => thread / launch.Threads.X / launch.Threads.Y,
            "%ntid.x" => launch.Threads.X,
            "%ntid.y" => launch.Threads.Y,
            "%ntid.z" => launch.Threads.Z,
            "%ctaid.x" => launch.Block.X,
            "%ctaid.y" => launch.Block.Y,
            "%ctaid.z" => launch.Block.Z,
            "%nctaid.x" => launch.Grid.X,
            "%nctaid.y" => launch.Grid.Y,
            "%nctaid.z" => launch.Grid.Z,
            "%laneid" => lane,
            "%warpid" => warp.Index,
            "%WARP_SZ" or "WARP_SZ" => Lanes,
            _ => throw new NotSupportedException($"the special register {name} is not modelled"),
        };
    }

    private Slot Take(int width)
    {
        var slot = new Slot(FrameBytes, width);
        FrameBytes += width == 0 ? 64 : Lanes * width;
        return slot;
    }

    private static int Align(int value, int alignment) => (value + alignment - 1) / alignment * alignment;
}
