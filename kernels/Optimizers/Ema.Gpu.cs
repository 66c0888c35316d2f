using System.Diagnostics;
using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

internal struct EmaArguments
{
    public ArrayView<float> Average, W, Share;
    public long Count;
}

internal sealed class EmaGpu(GpuDevice device, long count) : Ema
{
    private const int Threads = 256;

    private readonly GpuKernel<EmaArguments> _kernel = device.Load<EmaArguments>(Kernel, Threads);
    private readonly StepSlot _slot = device.StepValues.Take(1);
    private readonly float[] _share = new float[1];

    public override string Variant => "ema_simt";

    public override void Step(TensorView ema, TensorView w, float decay)
    {
        Debug.Assert(ema.Count == count && w.Count == count);
        _share[0] = 1 - decay;
        device.StepValues.Write(_slot, _share);
        _kernel.Launch(Chunks.Count(count, Threads), new() { Average = ema.GpuFloat32, W = w.GpuFloat32, Share = device.StepValues.View(_slot), Count = count });
    }

    private static void Kernel(EmaArguments k)
    {
        long i = (long)Grid.IdxX * Group.DimX + Group.IdxX;
        if (i < k.Count) k.Average[i] = k.Share[0] * (k.W[i] - k.Average[i]) + k.Average[i];
    }
}
