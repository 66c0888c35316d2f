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

internal struct ElementwiseArguments<TOp, TElement> where TOp : unmanaged, IElementwiseGpu where TElement : unmanaged, IElement<TElement>
{
    public TOp Op;
    public ArrayView<TElement> A, B, Y;
    public long Count;
}

/// <summary>The one traversal of lane-wise ops: a grid-stride loop.</summary>
internal sealed class ElementwiseGpu<TOp> where TOp : unmanaged, IElementwiseGpu
{
    private const int Threads = 256, ElementsPerThread = 4;

    private readonly GpuKernel<ElementwiseArguments<TOp, Float32Element>> _float32;
    private readonly GpuKernel<ElementwiseArguments<TOp, Bf16Element>> _bf16;
    private readonly int _blocks;
    private readonly long _count;

    public ElementwiseGpu(GpuDevice device, long count)
    {
        _count = count;
        _blocks = (int)Math.Min((count + Threads * ElementsPerThread - 1) / (Threads * ElementsPerThread), 32 * device.Multiprocessors);
        _float32 = device.Load<ElementwiseArguments<TOp, Float32Element>>(Kernel, Threads);
        _bf16 = device.Load<ElementwiseArguments<TOp, Bf16Element>>(Kernel, Threads);
    }

    /// <summary>All of one type, which y tells.</summary>
    public void Run(TOp op, TensorView a, TensorView b, TensorView y)
    {
        if (y.Type == DType.BFloat16) Run(_bf16, op, a, b, y);
        else Run(_float32, op, a, b, y);
    }

    private void Run<TElement>(GpuKernel<ElementwiseArguments<TOp, TElement>> kernel, TOp op, TensorView a, TensorView b, TensorView y) where TElement : unmanaged, IElement<TElement>
    {
        var first = a.GpuView<TElement>();
        kernel.Launch(_blocks, new() { Op = op, A = first, B = b.IsNone ? first : b.GpuView<TElement>(), Y = y.GpuView<TElement>(), Count = _count });
    }

    private static void Kernel<TElement>(ElementwiseArguments<TOp, TElement> k) where TElement : unmanaged, IElement<TElement>
    {
        long stride = (long)Grid.DimX * Group.DimX;
        for (long i = (long)Grid.IdxX * Group.DimX + Group.IdxX; i < k.Count; i += stride)
            k.Y[i] = default(TElement).Of(k.Op.Apply(k.A[i].Value, k.B[i].Value, k.Op.ReadsResult ? k.Y[i].Value : 0));
    }
}
