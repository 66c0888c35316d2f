using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.PtxExecutor.Memory;

namespace NativeTrainer.PtxExecutor.Ilgpu;

/// <summary>
/// A GPU of text: kernels are compiled to PTX as for a card, and the PTX is run by the executor, which checks every access. Memory is that of ILGPU's
/// CPU accelerator. What was filled with anything but zeros (guards, poison) counts as never written.
/// </summary>
public sealed class PtxDevice : GpuDevice
{
    private static readonly Lazy<PtxCompiler> Compiler = new(() => new PtxCompiler());
    private static readonly ConcurrentDictionary<(MethodInfo, int), string> Texts = new();
    private static readonly ConcurrentDictionary<(MethodInfo, int), PtxKernel> Kernels = new();

    private readonly Func<string, string>? _edit;

    private PtxDevice(Context context, ILGPU.Runtime.Accelerator accelerator, bool tensorCores, bool records, Func<string, string>? edit) : base(context, accelerator)
        => (HasTensorCores, Records, _edit) = (tensorCores, records, edit);

    public override string Description => "PTX executor";

    public PtxMemory Memory { get; } = new();

    /// <summary>Launches after which the card is lost: each one more fails, as on a card that fell off the bus. For ever, by default.</summary>
    public long LaunchesUntilLost { get; set; } = long.MaxValue;

    /// <summary>What the card says is free.</summary>
    public override long? FreeBytes => FreeMemory;

    public long? FreeMemory { get; set; }

    /// <summary>Instructions of warps so far.</summary>
    public long Instructions { get; internal set; }

    public long MatrixProducts { get; internal set; }

    internal override bool HasTensorCores { get; }

    /// <param name="tensorCores">False takes the Simt rung everywhere.</param>
    /// <param name="records">Whether repeated work is recorded, as on a card.</param>
    /// <param name="edit">Changes each kernel's text before it is run: tests break kernels with it.</param>
    public static PtxDevice Open(bool tensorCores = true, bool records = true, Func<string, string>? edit = null)
        => new(SimulatorContext(out var accelerator), accelerator, tensorCores, records, edit);

    /// <summary>Launches that were made by recordings.</summary>
    public long Repeated { get; private set; }

    private List<Action>? _recording;

    private protected override bool Records { get; }

    private protected override void BeginRecording() => _recording = [];

    private protected override GpuRecording EndRecording()
    {
        var recording = new Recorded(this, _recording!);
        _recording = null;
        return recording;
    }

    public override Arena Allocate(long bytes)
    {
        var arena = base.Allocate(bytes);
        var memory = ((GpuArena)arena).Elements<byte>(0, bytes);
        Memory.Register(Address(memory), bytes);
        Memory.MarkWritten(Address(memory), bytes);
        return arena;
    }

    public override void Upload<T>(ReadOnlySpan<T> source, TensorView destination)
    {
        base.Upload(source, destination);
        Synchronize();
        Mark(destination, MemoryMarshal.AsBytes(source).IndexOfAnyExcept((byte)0xFF) >= 0 || source.IsEmpty);
    }

    internal override void NoteWritten(TensorView tensor) => Mark(tensor, true);

    public override void Copy(TensorView source, TensorView destination)
    {
        if (SkipsLaunches) return;
        if (_recording is not null)
        {
            _recording.Add(() => Copy(source, destination));
            return;
        }
        base.Copy(source, destination);
        Synchronize();
        Mark(destination, true);
    }

    public override void FillBytes(TensorView destination, byte value)
    {
        base.FillBytes(destination, value);
        Synchronize();
        Mark(destination, value == 0);
    }

    internal override GpuKernel<TArguments> Compile<TArguments>(Action<TArguments> kernel, int threads)
        => new Executed<TArguments>(this, _edit is null
            ? Kernels.GetOrAdd((kernel.Method, threads), key => PtxKernel.Parse(Compile(key.Item1, key.Item2)))
            : PtxKernel.Parse(_edit(Compile(kernel.Method, threads))), threads);

    internal static string Compile(MethodInfo kernel, int threads) => Texts.GetOrAdd((kernel, threads), static key =>
    {
        lock (Compiler) return Compiler.Value.Compile(key.Item1, key.Item2);
    });

    private static nint Address(ArrayView<byte> view) => view.Length == 0 ? 0 : ArgumentBlock.Address(view);

    private void Mark(TensorView tensor, bool written)
    {
        var bytes = tensor.GpuBytes;
        if (written) Memory.MarkWritten(Address(bytes), bytes.Length);
        else Memory.MarkUnwritten(Address(bytes), bytes.Length);
    }

    private sealed class Recorded(PtxDevice device, List<Action> launches) : GpuRecording
    {
        public override void Launch()
        {
            foreach (var launch in launches) launch();
            device.Repeated += launches.Count;
        }

        public override void Dispose() { }
    }

    private sealed class Executed<TArguments>(PtxDevice device, PtxKernel kernel, int threads) : GpuKernel<TArguments> where TArguments : struct
    {
        public override void Launch(Index3D grid, in TArguments arguments)
        {
            if (device.SkipsLaunches) return;
            if (device._recording is not null)
            {
                var copy = arguments;
                device._recording.Add(() => Launch(grid, copy));
                return;
            }
            if (device.LaunchesUntilLost-- <= 0) throw new DeviceException($"{device.Description} failed: the card is lost", null);
            var block = new ArgumentBlock();
            block.Add(arguments);
            block.Pad(kernel.ParameterBytes);
            var counts = kernel.Run(device.Memory, new(grid.X, grid.Y, grid.Z), threads, block.Bytes, block.Ranges);
            device.Instructions += counts.Instructions;
            device.MatrixProducts += counts.MatrixProducts;
        }
    }
}

/// <summary>Kernel arguments as ILGPU hands them to PTX: C's layout, a view being its address and length.</summary>
internal sealed class ArgumentBlock
{
    private static readonly MethodInfo ViewMethod = typeof(ArgumentBlock).GetMethod(nameof(AddView), BindingFlags.Instance | BindingFlags.NonPublic)!;
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    /// <summary>What the views cover.</summary>
    public List<PtxRange> Ranges { get; } = [];

    public static nint Address<T>(ArrayView<T> view) where T : unmanaged => view.LoadEffectiveAddressAsPtr();

    public void Add(object value)
    {
        var type = value.GetType();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ArrayView<>)) ViewMethod.MakeGenericMethod(type.GetGenericArguments()).Invoke(this, [value]);
        else if (type.IsPrimitive) AddPrimitive(value);
        else
        {
            int alignment = Alignment(type);
            Align(alignment);
            var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            foreach (var field in fields) Add(field.GetValue(value)!);
            if (fields.Length == 0) AddPrimitive((byte)0);
            Align(alignment);
        }
    }

    public void Pad(int bytes)
    {
        if (_bytes.Count > bytes) throw new InvalidOperationException($"{_bytes.Count} bytes of arguments, the kernel takes {bytes}");
        while (_bytes.Count < bytes) _bytes.Add(0);
    }

    private static int Alignment(Type type) => type switch
    {
        { IsPrimitive: true } => Marshal.SizeOf(type),
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(ArrayView<>) => 8,
        _ => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(f => Alignment(f.FieldType)).DefaultIfEmpty(1).Max(),
    };

    private void AddPrimitive(object value)
    {
        byte[] bytes = value switch
        {
            int i => BitConverter.GetBytes(i),
            uint u => BitConverter.GetBytes(u),
            long l => BitConverter.GetBytes(l),
            ulong l => BitConverter.GetBytes(l),
            float f => BitConverter.GetBytes(f),
            double d => BitConverter.GetBytes(d),
            byte b => [b],
            _ => throw new NotSupportedException($"kernel arguments hold no {value.GetType()}"),
        };
        Align(bytes.Length);
        _bytes.AddRange(bytes);
    }

    private void AddView<T>(ArrayView<T> view) where T : unmanaged
    {
        nint address = view.IsValid && view.Length > 0 ? Address(view) : 0;
        AddPrimitive((long)address);
        AddPrimitive(view.IsValid ? view.Length : 0L);
        if (address != 0) Ranges.Add(new(address, address + view.LengthInBytes));
    }

    private void Align(int alignment)
    {
        while (_bytes.Count % alignment != 0) _bytes.Add(0);
    }
}
