using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Pooling;

internal struct GlobalAveragePoolArguments
{
    public ArrayView<float> Full, Pooled;
    public int Pixels, Channels, Count;

    /// <summary>0 or 1: kernel arguments hold no bool.</summary>
    public int Adds;
}

/// <summary>Forward a thread per sample and channel, which adds the pixels in order; backward a thread per element. Neighbours are channels.</summary>
internal sealed class GlobalAveragePoolGpu(GpuDevice device, int n, int pixels, int channels) : GlobalAveragePool
{
    private const int Threads = 128;

    private readonly GpuKernel<GlobalAveragePoolArguments> _forward = device.Load<GlobalAveragePoolArguments>(ForwardKernel, Threads);
    private readonly GpuKernel<GlobalAveragePoolArguments> _backward = device.Load<GlobalAveragePoolArguments>(BackwardKernel, Threads);
    private readonly int _pooled = checked(n * channels), _full = checked(n * pixels * channels);

    public override string Variant => "globalaveragepool_simt";

    public override long Flops => _full;

    public override void Forward(TensorView x, TensorView y)
        => _forward.Launch(Chunks.Count(_pooled, Threads), new() { Full = x.GpuFloat32, Pooled = y.GpuFloat32, Pixels = pixels, Channels = channels, Count = _pooled });

    public override void Backward(TensorView dy, TensorView dx, GradientWrite write)
        => _backward.Launch(Chunks.Count(_full, Threads), new() { Full = dx.GpuFloat32, Pooled = dy.GpuFloat32, Pixels = pixels, Channels = channels, Count = _full, Adds = write == GradientWrite.Add ? 1 : 0 });

    private static void ForwardKernel(GlobalAveragePoolArguments k)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        int at = i / k.Channels * k.Pixels * k.Channels + i % k.Channels;
        float sum = 0;
        for (int pixel = 0; pixel < k.Pixels; pixel++, at += k.Channels) sum += k.Full[at];
        k.Pooled[i] = sum * (1f / k.Pixels);
    }

    private static void BackwardKernel(GlobalAveragePoolArguments k)
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        float gradient = k.Pooled[i / (k.Pixels * k.Channels) * k.Channels + i % k.Channels] * (1f / k.Pixels);
        k.Full[i] = k.Adds != 0 ? k.Full[i] + gradient : gradient;
    }
}
