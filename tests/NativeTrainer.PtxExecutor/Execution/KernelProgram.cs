using System.Runtime.InteropServices;
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
    private readonly (SpecialRegister Value, int Offset)[] _specials;
    private readonly byte[] _frame;
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
        _specials = [.. _special.Select(s => (SpecialRegisters.Of(s.Key), s.Value.Offset))];
        _frame = StartFrame();
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
        _frame.CopyTo(new Span<byte>(warp.Registers, FrameBytes));
        foreach (var (value, offset) in _specials)
        {
            var lanes = (int*)(warp.Registers + offset);
            for (int lane = 0; lane < Lanes; lane++) lanes[lane] = value(warp.Launch, warp.Index, lane);
        }
    }

    /// <summary>What all warps of all blocks start with.</summary>
    private byte[] StartFrame()
    {
        var frame = new byte[FrameBytes];
        MemoryMarshal.Cast<byte, uint>(frame.AsSpan()).Fill(UnwrittenRegister);
        foreach (var ((bits, width), slot) in _constants)
        {
            var place = frame.AsSpan(slot.Offset);
            if (width == 8) MemoryMarshal.Cast<byte, ulong>(place)[..Lanes].Fill(bits);
            else if (width == 4) MemoryMarshal.Cast<byte, uint>(place)[..Lanes].Fill((uint)bits);
            else MemoryMarshal.Cast<byte, uint>(place)[0] = bits != 0 ? uint.MaxValue : 0;
        }
        return frame;
    }

    private Slot Take(int width)
    {
        var slot = new Slot(FrameBytes, width);
        FrameBytes += width == 0 ? 64 : Lanes * width;
        return slot;
    }

    private static int Align(int value, int alignment) => (value + alignment - 1) / alignment * alignment;
}
