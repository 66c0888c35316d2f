using ILGPU;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

/// <summary>The arithmetic of one lane-wise op: out = Apply(a, b, out before). Its fields are the op's scalars.</summary>
internal interface IElementwiseGpu
{
    /// <summary>A constant: whether the third operand matters.</summary>
    bool ReadsResult { get; }

    float Apply(float a, float b, float old);
}

internal struct ElementwiseArguments<TOp> where TOp : unmanaged, IElementwiseGpu
{
    public TOp Op;
    public ArrayView<float> A, B, Y;
    public long Count;
}

/// <summary>The one traversal of lane-wise ops: a grid-stride loop.</summary>
internal sealed class ElementwiseGpu<TOp> where TOp : unmanaged, IElementwiseGpu
{
    private const int Threads = 256, ElementsPerThread = 4;

    private readonly GpuKernel<ElementwiseArguments<TOp>> _kernel;
    private readonly int _blocks;
    private readonly long _count;

    public ElementwiseGpu(GpuDevice device, long count)
    {
        _count = count;
        _blocks = (int)Math.Min((count + Threads * ElementsPerThread - 1) / (Threads * ElementsPerThread), 32 * device.Multiprocessors);
        _kernel = device.Load<ElementwiseArguments<TOp>>(Kernel, Threads);
    }

    public void Run(TOp op, TensorView a, TensorView b, TensorView y)
    {
        var first = a.GpuFloat32;
        _kernel.Launch(_blocks, new ElementwiseArguments<TOp> { Op = op, A = first, B = b.IsNone ? first : b.GpuFloat32, Y = y.GpuFloat32, Count = _count });
    }

    private static void Kernel(ElementwiseArguments<TOp> k)
    {
        long stride = (long)Grid.DimX * Group.DimX;
        for (long i = (long)Grid.IdxX * Group.DimX + Group.IdxX; i < k.Count; i += stride) k.Y[i] = k.Op.Apply(k.A[i], k.B[i], k.Op.ReadsResult ? k.Y[i] : 0);
    }
}
