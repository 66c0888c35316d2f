using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

internal struct CastArguments
{
    public ArrayView<float> X;
    public ArrayView<Float4> XPacks;
    public ArrayView<Bits4> YPacks;
    public ArrayView<Bf16Element> YElements;
    public long Count;
}

/// <summary>A thread casts eight neighbours; the last takes what is left over one by one.</summary>
internal sealed class CastGpu(GpuDevice device, long count) : Cast
{
    private const int Threads = 256, PerThread = 8;

    private readonly GpuKernel<CastArguments> _kernel = device.Load<CastArguments>(Kernel, Threads);

    public override string Variant => "cast_simt";

    public override void Run(TensorView x, TensorView y)
    {
        Debug.Assert(x.Count == count && y.Count == count);
        _kernel.Launch(Chunks.Count((count + PerThread - 1) / PerThread, Threads),
            new() { X = x.GpuFloat32, XPacks = x.GpuChunks, YPacks = y.GpuView<Bits4>(), YElements = y.GpuView<Bf16Element>(), Count = count });
    }

    private static void Kernel(CastArguments k)
    {
        long first = ((long)Grid.IdxX * Group.DimX + Group.IdxX) * PerThread;
        if (first + PerThread <= k.Count)
        {
            Float4 low = k.XPacks[first / 4], high = k.XPacks[first / 4 + 1];
            k.YPacks[first / 8] = new() { X = Ptx.PackBf16(low.X, low.Y), Y = Ptx.PackBf16(low.Z, low.W), Z = Ptx.PackBf16(high.X, high.Y), W = Ptx.PackBf16(high.Z, high.W) };
            return;
        }
        for (long i = first; i < k.Count; i++) k.YElements[i] = default(Bf16Element).Of(k.X[i]);
    }
}
