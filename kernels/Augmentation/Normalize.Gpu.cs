using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

internal struct NormalizeArguments
{
    public ArrayView<byte> X;
    public ArrayView<float> Y;
    public long Count;
    public ChannelScale Channels;
}

/// <summary>A thread per value.</summary>
internal sealed class NormalizeGpu(GpuDevice device, int n, int size, ChannelScale channels) : Normalize
{
    private const int Threads = 256;

    private readonly GpuKernel<NormalizeArguments> _kernel = device.Load<NormalizeArguments>(Kernel, Threads);

    public override string Variant => "normalize_simt";

    public override void Run(TensorView x, TensorView y)
    {
        long count = 3L * n * size * size;
        Debug.Assert(x.Count == count && y.Count == count);
        _kernel.Launch(Chunks.Count(count, Threads), new() { X = x.GpuUInt8, Y = y.GpuFloat32, Count = count, Channels = channels });
    }

    private static void Kernel(NormalizeArguments k)
    {
        long i = (long)Grid.IdxX * Group.DimX + Group.IdxX;
        if (i >= k.Count) return;
        int channel = (int)(i % 3);
        float value = k.X[i];
        k.Y[i] = channel == 0 ? value * k.Channels.Scale0 + k.Channels.Shift0
            : channel == 1 ? value * k.Channels.Scale1 + k.Channels.Shift1
            : value * k.Channels.Scale2 + k.Channels.Shift2;
    }
}
