namespace NativeTrainer.Kernels.Devices;

/// <summary>
/// Uploads without waiting: what goes up is copied into pinned memory, and from there by the card when its stream comes to it. The memory is used in
/// turns; the host waits only where the card has not yet taken what lay in the next part.
/// </summary>
internal sealed unsafe class UploadRing(GpuDevice device) : IDisposable
{
    private const int Parts = 4, PartBytes = 4 << 20, Alignment = 16;

    private readonly PinnedMemory?[] _memory = new PinnedMemory?[Parts];
    private readonly GpuEvent?[] _taken = new GpuEvent?[Parts];
    private int _part, _used;

    public void Send(ReadOnlySpan<byte> source, TensorView destination)
    {
        for (long start = 0; source.Length > 0;)
        {
            if (_used == PartBytes) NextPart();
            var memory = _memory[_part] ??= new PinnedMemory(device, PartBytes);
            int bytes = Math.Min(source.Length, PartBytes - _used);
            source[..bytes].CopyTo(new Span<byte>(memory.Start + _used, bytes));
            memory.Send(device.Stream, _used, destination, start, bytes);
            _used = (_used + bytes + Alignment - 1) / Alignment * Alignment;
            source = source[bytes..];
            start += bytes;
        }
    }

    public void Dispose()
    {
        foreach (var taken in _taken) taken?.Dispose();
        foreach (var memory in _memory) memory?.Dispose();
    }

    private void NextPart()
    {
        (_taken[_part] ??= device.CreateEvent()).Record(device.Stream);
        (_part, _used) = ((_part + 1) % Parts, 0);
        _taken[_part]?.Wait();
    }
}
