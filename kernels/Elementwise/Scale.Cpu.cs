using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

internal sealed unsafe class ScaleCpu(CpuDevice device, long count) : Scale
{
    public override string Variant => $"scale_{device.Isa}".ToLowerInvariant();

    public override long Flops => count;

    public override void Run(TensorView x, float factor, TensorView y)
    {
        Debug.Assert(x.Count == count && y.Count == count);
        ElementwiseCpu.Run(device, new Times(factor), x.Float32, null, y.Float32, count);
    }

    private readonly struct Times(float factor) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
            => TIsa.Multiply(a, TIsa.Broadcast(factor));
    }
}
