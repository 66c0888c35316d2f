using ILGPU;

namespace NativeTrainer.Kernels.Devices;

/// <summary>Device memory whose size is known only from batch to batch: kept, and taken anew with a quarter more room when it does not do. Its contents go then.</summary>
internal sealed class GrowingArena(GpuDevice device) : IDisposable
{
    private Arena? _arena;
    private long _bytes;

    /// <summary>What <see cref="Elements"/> asked for last, to be uploaded.</summary>
    public TensorView View => _arena!.View(0, new Shape(checked((int)_bytes)), DType.UInt8);

    /// <summary>Room for so many elements; none gives an empty view.</summary>
    public ArrayView<T> Elements<T>(long count) where T : unmanaged
    {
        if (count == 0) return default;
        _bytes = count * ArrayView<T>.ElementSize;
        if (_arena is null || _arena.Bytes < _bytes)
        {
            bool grows = _arena is not null;
            _arena?.Dispose();
            _arena = null;
            _arena = device.Allocate(Arena.Align(grows ? _bytes + _bytes / 4 : _bytes));
        }
        return ((GpuArena)_arena).Elements<T>(0, count);
    }

    public void Dispose()
    {
        _arena?.Dispose();
        _arena = null;
    }
}
