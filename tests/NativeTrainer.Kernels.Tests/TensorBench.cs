using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Tests;

/// <summary>A device with an arena to put small tensors in, one after the other.</summary>
internal sealed class TensorBench : IDisposable
{
    private readonly Arena _arena;
    private long _next;

    public TensorBench(int threads = 2, long bytes = 1 << 22)
    {
        Device = new CpuDevice(threads);
        _arena = Device.Allocate(bytes);
    }

    public CpuDevice Device { get; }

    public TensorView Of(params float[] values)
    {
        var tensor = Take(new Shape(values.Length), DType.Float32);
        Device.Upload<float>(values, tensor);
        return tensor;
    }

    public TensorView Zeros(int count, DType type = DType.Float32) => Take(new Shape(count), type);

    public TensorView Workspace(OpPlan plan) => plan.WorkspaceBytes == 0 ? default : Take(new Shape((int)plan.WorkspaceBytes), DType.UInt8);

    public float[] Read(TensorView tensor)
    {
        var values = new float[tensor.Count];
        Device.Download<float>(tensor, values);
        return values;
    }

    public byte[] ReadBytes(TensorView tensor)
    {
        var values = new byte[tensor.Count];
        Device.Download<byte>(tensor, values);
        return values;
    }

    public void Dispose()
    {
        _arena.Dispose();
        Device.Dispose();
    }

    private TensorView Take(Shape shape, DType type)
    {
        var tensor = _arena.View(_next, shape, type);
        _next = Arena.Align(_next + tensor.Bytes);
        return tensor;
    }

    /// <summary>Seeded values on [−1, 1).</summary>
    public static double[] Draw(int count, int seed)
    {
        var random = new System.Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];
    }
}
