using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using CompoundRegister = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>.CompoundRegister;
using PrimitiveRegister = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>.PrimitiveRegister;
using Register = ILGPU.Backends.RegisterAllocator<ILGPU.Backends.PTX.PTXRegisterKind>.Register;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Teaches ILGPU's PTX backend the instructions of <see cref="Ptx"/>.</summary>
internal static class PtxIntrinsics
{
    public static void Register(Context.Builder builder)
    {
        var manager = builder.GetIntrinsicManager();
        foreach (var method in typeof(Ptx).GetMethods().Where(m => m.DeclaringType == typeof(Ptx) && m.IsStatic))
            manager.RegisterMethod(method, new PTXIntrinsic(typeof(PtxIntrinsics), method.Name, IntrinsicImplementationMode.GenerateCode));
    }

    public static void SharedAddress(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var source = code.LoadHardware(call[0]);
        var target = code.AllocateHardware(call);
        using var command = code.BeginCommand("cvt.u32.u64");
        command.AppendArgument(target);
        command.AppendArgument(source);
    }

    public static void CopyAsync(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var shared = code.LoadHardware(call[0]);
        var source = code.LoadHardware(call[1]);
        var bytes = code.LoadPrimitive(call[2]);
        using var command = code.BeginCommand("cp.async.cg.shared.global");
        command.AppendArgumentValue(shared);
        command.AppendArgumentValue(source);
        command.AppendConstant(16);
        command.AppendArgument(bytes);
    }

    public static void CopyCommit(PTXBackend backend, PTXCodeGenerator code, Value call) => code.Command("cp.async.commit_group");

    public static void CopyWait(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var pending = code.LoadPrimitive(call[0]);
        using var command = code.BeginCommand("cp.async.wait_group");
        command.AppendArgument(pending);
    }

    public static void LoadMatrices(PTXBackend backend, PTXCodeGenerator code, Value call) => LoadFour(code, call, "ldmatrix.sync.aligned.m8n8.x4.shared.b16");

    public static void LoadMatricesTransposed(PTXBackend backend, PTXCodeGenerator code, Value call) => LoadFour(code, call, "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16");

    public static void MultiplyBf16(PTXBackend backend, PTXCodeGenerator code, Value call) => Multiply(code, call, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32");

    public static void MultiplyTf32(PTXBackend backend, PTXCodeGenerator code, Value call) => Multiply(code, call, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");

    public static void RoundTf32(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var bits = code.LoadHardware(call[0]);
        var target = code.AllocateHardware(call);
        using var command = code.BeginCommand("cvt.rna.tf32.f32");
        command.AppendArgument(target);
        command.AppendArgument(bits);
    }

    public static void PackBf16(PTXBackend backend, PTXCodeGenerator code, Value call)
    {
        var low = code.LoadHardware(call[0]);
        var high = code.LoadHardware(call[1]);
        var target = code.AllocateHardware(call);
        using var command = code.BeginCommand("cvt.rn.bf16x2.f32");
        command.AppendArgument(target);
        command.AppendArgument(high);
        command.AppendArgument(low);
    }

    private static void LoadFour(PTXCodeGenerator code, Value call, string instruction)
    {
        var address = code.LoadHardware(call[0]);
        var target = Scalars(code.Allocate(call));
        using var command = code.BeginCommand(instruction);
        command.AppendVectorArgument(target);
        command.AppendArgumentValue(address);
    }

    private static void Multiply(PTXCodeGenerator code, Value call, string instruction)
    {
        PrimitiveRegister[] a = InRegisters(code, call[0]), b = [.. InRegisters(code, call[1]), .. InRegisters(code, call[2])], c = InRegisters(code, call[3]);
        var target = Scalars(code.Allocate(call));
        using var command = code.BeginCommand(instruction);
        command.AppendVectorArgument(target);
        command.AppendVectorArgument(a);
        command.AppendVectorArgument(b);
        command.AppendVectorArgument(c);
    }

    /// <summary>A value's registers; constants move into registers, for vector operands take no immediates.</summary>
    private static PrimitiveRegister[] InRegisters(PTXCodeGenerator code, Value value) => [.. Scalars(code.Load(value)).Select(code.EnsureHardwareRegister)];

    private static PrimitiveRegister[] Scalars(Register register)
        => register is PrimitiveRegister primitive ? [primitive] : [.. ((CompoundRegister)register).Children.ToArray().SelectMany(Scalars)];
}
