namespace NativeTrainer.Kernels.Devices;

/// <summary>Input that the host writes for each batch anew, as bytes in one piece. A batch is begun, written and sent; then kernels read it.</summary>
internal abstract unsafe class InputLane : IDisposable
{
    public static InputLane Of(Device device, long bytes) => device is GpuDevice gpu ? new GpuInputLane(gpu, bytes) : new HostInputLane(device, bytes);

    /// <summary>Room of a batch.</summary>
    public abstract long Bytes { get; }

    /// <summary>Where the host writes, from <see cref="Begin"/> to <see cref="Send"/> or <see cref="Grow"/>.</summary>
    public abstract byte* Start { get; }

    /// <summary>Begins a batch. The one before may still be read by kernels that were launched.</summary>
    public abstract void Begin();

    /// <summary>Takes more memory; the first <paramref name="used"/> bytes of the batch stay.</summary>
    public abstract void Grow(long bytes, long used);

    /// <summary>Kernels that are launched from now on see the batch's first <paramref name="bytes"/> bytes.</summary>
    public abstract TensorView Send(long bytes);

    public abstract void Dispose();

    private protected static Shape Line(long bytes) => new(checked((int)bytes));
}

/// <summary>On the processor the tensor is written itself.</summary>
internal sealed unsafe class HostInputLane(Device device, long bytes) : InputLane
{
    private Arena _arena = device.Allocate(bytes);

    public override long Bytes => _arena.Bytes;

    public override byte* Start => ((CpuArena)_arena).Start;

    public override void Begin() { }

    public override void Grow(long bytes, long used)
    {
        var old = _arena;
        _arena = device.Allocate(bytes);
        device.Copy(old.View(0, Line(used), DType.UInt8), _arena.View(0, Line(used), DType.UInt8));
        old.Dispose();
    }

    public override TensorView Send(long bytes) => _arena.View(0, Line(bytes), DType.UInt8);

    public override void Dispose() => _arena.Dispose();
}

/// <summary>
/// Two pinned buffers and two tensors in turns: while kernels work on one batch, the host writes the next and the copy stream sends it. A tensor is
/// overwritten only after the kernels that were launched on it, a buffer only after its copy.
/// </summary>
internal sealed unsafe class GpuInputLane(GpuDevice device, long bytes) : InputLane
{
    private readonly Slot[] _slots = [new(device, bytes), new(device, bytes)];
    private int _current;

    public override long Bytes => _slots[_current].Memory.Bytes;

    public override byte* Start => _slots[_current].Memory.Start;

    public override void Begin()
    {
        _slots[_current].Read.Record(device.Stream);
        _current = 1 - _current;
        _slots[_current].Sent.Wait();
    }

    public override void Grow(long bytes, long used)
    {
        var old = _slots[_current];
        _slots[_current] = new(device, bytes);
        Buffer.MemoryCopy(old.Memory.Start, Start, used, used);
        old.Dispose();
    }

    public override TensorView Send(long bytes)
    {
        var slot = _slots[_current];
        var tensor = slot.Arena.View(0, Line(bytes), DType.UInt8);
        slot.Read.Before(device.CopyStream);
        slot.Memory.Send(device.CopyStream, 0, tensor, 0, bytes);
        device.NoteWritten(tensor);
        slot.Sent.Record(device.CopyStream);
        slot.Sent.Before(device.Stream);
        return tensor;
    }

    public override void Dispose()
    {
        device.Synchronize();
        foreach (var slot in _slots) slot.Dispose();
    }

    /// <param name="device">Whose memory.</param>
    /// <param name="bytes">Of the buffer and of the tensor.</param>
    private sealed class Slot(GpuDevice device, long bytes) : IDisposable
    {
        public PinnedMemory Memory { get; } = new(device, bytes);

        public Arena Arena { get; } = device.Allocate(bytes);

        /// <summary>The copy to the tensor is done.</summary>
        public GpuEvent Sent { get; } = device.CreateEvent();

        /// <summary>The kernels that read the tensor are done.</summary>
        public GpuEvent Read { get; } = device.CreateEvent();

        public void Dispose()
        {
            Sent.Wait();
            Arena.Dispose();
            Memory.Dispose();
            Sent.Dispose();
            Read.Dispose();
        }
    }
}
