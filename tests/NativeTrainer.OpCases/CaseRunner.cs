using System.Runtime.InteropServices;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

/// <summary>A case set up on a device: guarded operands with seeded values, ready to run.</summary>
public sealed class CaseRunner : IDisposable
{
    private const int GuardBytes = 128;
    private const byte GuardByte = 0xA5;

    private readonly Device _device;
    private readonly OpCase _case;
    private readonly OpPlan _plan;
    private readonly Arena _arena;
    private readonly TensorView[] _tensors;
    private readonly byte[][] _start;
    private readonly TensorView _workspace;

    public CaseRunner(Device device, OpCase opCase)
    {
        (_device, _case) = (device, opCase);
        _plan = opCase.Plan(device);
        var specs = opCase.Tensors;
        long offset = GuardBytes;
        var offsets = new long[specs.Count];
        for (int i = 0; i < specs.Count; i++)
        {
            offsets[i] = offset;
            offset = Arena.Align(offset + Bytes(specs[i]) + GuardBytes);
        }
        long workspace = offset;
        _arena = device.Allocate(workspace + Math.Max(_plan.WorkspaceBytes, 1) + GuardBytes);
        device.FillBytes(_arena.View(0, new Shape(checked((int)_arena.Bytes)), DType.UInt8), GuardByte);
        _tensors = specs.Select((spec, i) => _arena.View(offsets[i], spec.Shape, spec.Type)).ToArray();
        _workspace = _plan.WorkspaceBytes == 0 ? default : _arena.View(workspace, new Shape(checked((int)_plan.WorkspaceBytes)), DType.UInt8);
        _start = specs.Select(Start).ToArray();
    }

    public OpPlan Plan => _plan;

    /// <summary>Puts every operand back to its start value; outputs become NaN, so that an element never written shows.</summary>
    public void Reset()
    {
        for (int i = 0; i < _tensors.Length; i++) _device.Upload<byte>(_start[i], Raw(_tensors[i]));
    }

    public void Run() => _case.Run(_plan, _tensors, _workspace);

    /// <summary>Operand <paramref name="index"/> as it is now, in bytes.</summary>
    public byte[] Read(int index)
    {
        var bytes = new byte[_tensors[index].Bytes];
        _device.Download<byte>(Raw(_tensors[index]), bytes);
        return bytes;
    }

    /// <summary>Operand <paramref name="index"/> as it is now, as numbers.</summary>
    public double[] ReadValues(int index) => Values(Read(index), _case.Tensors[index].Type);

    /// <summary>The reference's operands: inputs as stored, outputs zero; and zero bounds.</summary>
    internal static (double[][] Values, double[][] Bounds) ReferenceOperands(OpCase opCase)
    {
        var specs = opCase.Tensors;
        var values = specs.Select((spec, i) => spec.Role == TensorRole.Output ? new double[spec.Shape.Count] : Values(Start(spec, i), spec.Type)).ToArray();
        return (values, specs.Select(spec => new double[spec.Shape.Count]).ToArray());
    }

    /// <summary>Name of the operand whose surroundings were written to, or null.</summary>
    public string? BrokenGuard()
    {
        var all = new byte[_arena.Bytes];
        _device.Download<byte>(_arena.View(0, new Shape(all.Length), DType.UInt8), all);
        for (int i = 0; i < _tensors.Length; i++)
        {
            long start = _tensors[i].Offset, end = start + _tensors[i].Bytes;
            if (!Intact(all, start - GuardBytes, start) || !Intact(all, end, end + GuardBytes)) return _case.Tensors[i].Name;
        }
        return _workspace.IsNone || Intact(all, _workspace.Offset + _workspace.Bytes, all.Length) ? null : "workspace";
    }

    public void Dispose() => _arena.Dispose();

    private static bool Intact(byte[] bytes, long from, long to) => bytes.AsSpan((int)from, (int)(to - from)).IndexOfAnyExcept(GuardByte) < 0;

    private static long Bytes(TensorSpec spec) => spec.Shape.Count * spec.Type.SizeInBytes();

    private static TensorView Raw(TensorView view) => view.Arena.View(view.Offset, new Shape(checked((int)view.Bytes)), DType.UInt8);

    private static double[] Values(byte[] bytes, DType type) => type switch
    {
        DType.Float32 => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), v => (double)v),
        DType.Int32 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), v => (double)v),
        DType.BFloat16 => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), v => (double)BitConverter.Int32BitsToSingle(v << 16)),
        _ => Array.ConvertAll(bytes, v => (double)v),
    };

    private static byte[] Start(TensorSpec spec, int index)
    {
        var bytes = new byte[Bytes(spec)];
        if (spec.Role == TensorRole.Output)
        {
            bytes.AsSpan().Fill(0xFF);
            return bytes;
        }
        var random = new Random(1000 + index);
        for (long i = 0; i < spec.Shape.Count; i++)
        {
            double uniform = random.NextDouble() * 2 - 1;
            double value = spec.Value?.Invoke(i, uniform) ?? uniform;
            switch (spec.Type)
            {
                case DType.Float32: MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[(int)i] = (float)value; break;
                case DType.Int32: MemoryMarshal.Cast<byte, int>(bytes.AsSpan())[(int)i] = (int)value; break;
                case DType.BFloat16: MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan())[(int)i] = (ushort)(BitConverter.SingleToInt32Bits((float)value) >> 16); break;
                default: bytes[i] = (byte)value; break;
            }
        }
        return bytes;
    }
}
