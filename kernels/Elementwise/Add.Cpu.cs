using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

internal sealed unsafe class AddCpu(CpuDevice device, long count) : Add
{
    public override string Variant => $"add_{device.Isa}".ToLowerInvariant();

    public override long Flops => count;

    public override void Forward(TensorView a, TensorView b, TensorView y)
    {
        Debug.Assert(a.Count == count && b.Count == count && y.Count == count);
        ElementwiseCpu.Run(device, new Sum(), a.Float32, b.Float32, y.Float32, count);
    }

    public override void Backward(TensorView dy, TensorView dx, GradientWrite write)
    {
        Debug.Assert(dy.Count == count && dx.Count == count);
        if (write == GradientWrite.Add) ElementwiseCpu.Run(device, new Sum(), dx.Float32, dy.Float32, dx.Float32, count);
        else ElementwiseCpu.Run(device, new First(), dy.Float32, null, dx.Float32, count);
    }

    private readonly struct Sum : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged => TIsa.Add(a, b);
    }

    private readonly struct First : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged => a;
    }
}
