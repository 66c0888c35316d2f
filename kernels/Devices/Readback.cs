using System.Runtime.InteropServices;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Values on their way from a device to the host, in order. A card brings them while the host goes on.</summary>
public abstract class Readback : IDisposable
{
    private int _started, _taken;

    private protected Readback(int count, int depth) => (Count, Depth) = (count, depth);

    /// <summary>Values of one transfer.</summary>
    public int Count { get; }

    /// <summary>Transfers that may be under way.</summary>
    public int Depth { get; }

    /// <summary>Transfers that were started and not taken.</summary>
    public int Pending => _started - _taken;

    /// <summary>Starts the transfer of a float32 tensor's <see cref="Count"/> elements as they are after all earlier kernels.</summary>
    public void Start(TensorView source)
    {
        if (Pending == Depth) throw new InvalidOperationException($"{Depth} transfers are under way: take one first");
        if (source.Count != Count) throw new ArgumentException($"readback: {Count} values against a tensor {source}");
        Fetch(source, _started++ % Depth);
    }

    /// <summary>The values of the oldest transfer, waited for; they stay until <see cref="Depth"/> more are started.</summary>
    public ReadOnlySpan<float> Take() => Pending == 0 ? throw new InvalidOperationException("no transfer was started") : Wait(_taken++ % Depth);

    public virtual void Dispose() => GC.SuppressFinalize(this);

    private protected abstract void Fetch(TensorView source, int slot);

    private protected abstract ReadOnlySpan<float> Wait(int slot);
}

internal sealed class HostReadback(Device device, int count, int depth) : Readback(count, depth)
{
    private readonly float[] _values = new float[count * depth];

    private protected override void Fetch(TensorView source, int slot) => device.Download<float>(source, _values.AsSpan(slot * Count, Count));

    private protected override ReadOnlySpan<float> Wait(int slot) => _values.AsSpan(slot * Count, Count);
}

internal sealed unsafe class GpuReadback : Readback
{
    private readonly GpuDevice _device;
    private readonly PinnedMemory _memory;
    private readonly GpuEvent[] _arrived;

    public GpuReadback(GpuDevice device, int count, int depth) : base(count, depth)
    {
        (_device, _memory) = (device, new PinnedMemory(device, (long)count * depth * sizeof(float)));
        _arrived = [.. Enumerable.Range(0, depth).Select(_ => device.CreateEvent())];
    }

    public override void Dispose()
    {
        _device.Synchronize();
        foreach (var arrived in _arrived) arrived.Dispose();
        _memory.Dispose();
        base.Dispose();
    }

    private protected override void Fetch(TensorView source, int slot)
    {
        _memory.Fetch(_device.Stream, source, (long)slot * Count * sizeof(float));
        _arrived[slot].Record(_device.Stream);
    }

    private protected override ReadOnlySpan<float> Wait(int slot)
    {
        _arrived[slot].Wait();
        return MemoryMarshal.Cast<byte, float>(new ReadOnlySpan<byte>(_memory.Start + (long)slot * Count * sizeof(float), Count * sizeof(float)));
    }
}
