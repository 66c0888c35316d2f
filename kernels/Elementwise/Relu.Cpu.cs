using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

internal sealed unsafe class ReluCpu(CpuDevice device, long count) : Relu
{
    public override string Variant => $"relu_{device.Isa}".ToLowerInvariant();

    public override void Forward(TensorView x, TensorView y)
        => ElementwiseCpu.Run(device, new ReluForward(), x.Float32, null, y.Float32, count);

    public override void Backward(TensorView y, TensorView dy, TensorView dx, GradientWrite write)
    {
        if (write == GradientWrite.Add) ElementwiseCpu.Run(device, new ReluBackwardAdd(), y.Float32, dy.Float32, dx.Float32, count);
        else ElementwiseCpu.Run(device, new ReluBackward(), y.Float32, dy.Float32, dx.Float32, count);
    }

    private readonly struct ReluForward : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged => TIsa.Max(a, TIsa.Zero);
    }

    private readonly struct ReluBackward : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged => TIsa.WherePositive(a, b);
    }

    private readonly struct ReluBackwardAdd : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged => TIsa.Add(old, TIsa.WherePositive(a, b));
    }
}
