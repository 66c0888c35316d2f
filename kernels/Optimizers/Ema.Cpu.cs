using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Elementwise;

namespace NativeTrainer.Kernels.Optimizers;

internal sealed unsafe class EmaCpu(CpuDevice device, long count) : Ema
{
    public override string Variant => $"ema_{device.Isa}".ToLowerInvariant();

    public override long Flops => 3 * count;

    public override void Step(TensorView ema, TensorView w, float decay)
    {
        Debug.Assert(ema.Count == count && w.Count == count);
        ElementwiseCpu.Run(device, new MoveTowards((float)(1.0 - decay)), w.Float32, null, ema.Float32, count);
    }

    private readonly struct MoveTowards(float share) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
            => TIsa.MultiplyAdd(TIsa.Broadcast(share), TIsa.Subtract(a, old), old);
    }
}
