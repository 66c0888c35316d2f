using ILGPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>
/// Scalars that change from step to step (rates, keys, shares) in device memory, so that kernels' arguments never change and a captured step can be run again.
/// Writing sends them at once, or, while launches are being recorded or repeated, all together before the step (<see cref="Send"/>).
/// </summary>
internal sealed class StepValues(GpuDevice device)
{
    /// <summary>64 KiB: what the driver copies from ordinary memory without waiting for the card.</summary>
    private const int Words = 16384;

    private readonly float[] _host = new float[Words];
    private Arena? _arena;
    private int _taken;

    /// <summary>Whether writes wait for <see cref="Send"/>.</summary>
    public bool Together { get; set; }

    /// <summary>A place for so many words, for as long as the device lives.</summary>
    public StepSlot Take(int words)
    {
        _arena ??= device.Allocate(Words * sizeof(float));
        if (_taken + words > Words) throw new InvalidOperationException("too many plans that take values of a step");
        var slot = new StepSlot(_taken, words);
        // 16-byte places, for vector loads.
        _taken = (_taken + words + 3) / 4 * 4;
        return slot;
    }

    public ArrayView<float> View(StepSlot slot) => Tensor(slot).GpuFloat32;

    public void Write(StepSlot slot, ReadOnlySpan<float> values)
    {
        values.CopyTo(_host.AsSpan(slot.Start, slot.Words));
        if (!Together) device.Upload<float>(_host.AsSpan(slot.Start, slot.Words), Tensor(slot));
    }

    /// <summary>Sends everything that was written.</summary>
    public void Send()
    {
        if (_taken > 0) device.Upload<float>(_host.AsSpan(0, _taken), Tensor(new(0, _taken)));
    }

    public void Dispose() => _arena?.Dispose();

    private TensorView Tensor(StepSlot slot) => _arena!.View((long)slot.Start * sizeof(float), new Shape(slot.Words));
}

/// <summary>A plan's place among the <see cref="StepValues"/>.</summary>
internal readonly record struct StepSlot(int Start, int Words);
