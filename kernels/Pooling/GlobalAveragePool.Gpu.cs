using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Pooling;

internal struct GlobalAveragePoolArguments<TElement> where TElement : unmanaged, IElement<TElement>
{
    public ArrayView<TElement> Full;
    public ArrayView<float> Pooled;
    public int Pixels, Channels, Count;

    /// <summary>0 or 1: kernel arguments hold no bool.</summary>
    public int Adds;
}

/// <summary>Forward a thread per sample and channel, which adds the pixels in order; backward a thread per element. Neighbours are channels.</summary>
internal sealed class GlobalAveragePoolGpu(GpuDevice device, int n, int pixels, int channels) : GlobalAveragePool
{
    private const int Threads = 128;

    private readonly Kernels<Float32Element> _float32 = new(device, n, pixels, channels);
    private readonly Kernels<Bf16Element> _bf16 = new(device, n, pixels, channels);

    public override string Variant => "globalaveragepool_simt";

    public override long Flops => (long)n * pixels * channels;

    public override void Forward(TensorView x, TensorView y)
    {
        if (x.Type == DType.BFloat16) _bf16.Forward(x, y);
        else _float32.Forward(x, y);
    }

    public override void Backward(TensorView dy, TensorView dx, GradientWrite write)
    {
        if (dx.Type == DType.BFloat16) _bf16.Backward(dy, dx, write);
        else _float32.Backward(dy, dx, write);
    }

    private sealed class Kernels<TElement>(GpuDevice device, int n, int pixels, int channels) where TElement : unmanaged, IElement<TElement>
    {
        private readonly GpuKernel<GlobalAveragePoolArguments<TElement>> _forward = device.Load<GlobalAveragePoolArguments<TElement>>(ForwardKernel, Threads);
        private readonly GpuKernel<GlobalAveragePoolArguments<TElement>> _backward = device.Load<GlobalAveragePoolArguments<TElement>>(BackwardKernel, Threads);
        private readonly int _pooled = checked(n * channels), _full = checked(n * pixels * channels);

        public void Forward(TensorView x, TensorView y)
            => _forward.Launch(Chunks.Count(_pooled, Threads), new() { Full = x.GpuView<TElement>(), Pooled = y.GpuFloat32, Pixels = pixels, Channels = channels, Count = _pooled });

        public void Backward(TensorView dy, TensorView dx, GradientWrite write)
            => _backward.Launch(Chunks.Count(_full, Threads), new() { Full = dx.GpuView<TElement>(), Pooled = dy.GpuFloat32, Pixels = pixels, Channels = channels, Count = _full, Adds = write == GradientWrite.Add ? 1 : 0 });
    }

    private static void ForwardKernel<TElement>(GlobalAveragePoolArguments<TElement> k) where TElement : unmanaged, IElement<TElement>
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        int at = i / k.Channels * k.Pixels * k.Channels + i % k.Channels;
        float sum = 0;
        for (int pixel = 0; pixel < k.Pixels; pixel++, at += k.Channels) sum += k.Full[at].Value;
        k.Pooled[i] = sum * (1f / k.Pixels);
    }

    private static void BackwardKernel<TElement>(GlobalAveragePoolArguments<TElement> k) where TElement : unmanaged, IElement<TElement>
    {
        int i = Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        float gradient = k.Pooled[i / (k.Pixels * k.Channels) * k.Channels + i % k.Channels] * (1f / k.Pixels);
        k.Full[i] = default(TElement).Of(k.Adds != 0 ? k.Full[i].Value + gradient : gradient);
    }
}
