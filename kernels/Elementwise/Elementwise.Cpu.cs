using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

/// <summary>The arithmetic of one lane-wise op: out = Apply(a, b, out before). What is not used is not loaded.</summary>
internal interface IElementwise
{
    static abstract TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged;
}

/// <summary>The one traversal of lane-wise ops: chunks of 16,384 elements on the team, whole vectors, then one padded vector for the rest.</summary>
internal static unsafe class ElementwiseCpu
{
    private const int ChunkElements = 16384;

    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand, or null where the op ignores it.</param>
    /// <param name="y">Result, also the third operand.</param>
    /// <param name="count">Elements.</param>
    public static void Run<TOp>(CpuDevice device, TOp op, float* a, float* b, float* y, long count) where TOp : struct, IElementwise
    {
        int chunks = (int)((count + ChunkElements - 1) / ChunkElements);
        if (b == null) b = a;
        switch (device.Isa)
        {
            case CpuIsa.Avx512: device.Team.For(chunks, new Body<TOp, Avx512Simd, System.Runtime.Intrinsics.Vector512<float>>(a, b, y, count)); break;
            case CpuIsa.Avx2: device.Team.For(chunks, new Body<TOp, Avx2Simd, System.Runtime.Intrinsics.Vector256<float>>(a, b, y, count)); break;
            default: device.Team.For(chunks, new Body<TOp, PortableSimd, System.Runtime.Intrinsics.Vector128<float>>(a, b, y, count)); break;
        }
    }

    private readonly struct Body<TOp, TIsa, TVec>(float* a, float* b, float* y, long count) : IChunkBody
        where TOp : struct, IElementwise where TIsa : struct, ISimd<TVec> where TVec : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk, int worker)
        {
            long i = (long)chunk * ChunkElements, end = Math.Min(count, i + ChunkElements);
            for (; i <= end - TIsa.Width; i += TIsa.Width)
                TIsa.Store(TOp.Apply<TIsa, TVec>(TIsa.Load(a + i), TIsa.Load(b + i), TIsa.Load(y + i)), y + i);
            if (i == end) return;
            // The rest goes through one vector on the stack, so that its lanes see the same arithmetic.
            float* tail = stackalloc float[3 * 16];
            new Span<float>(tail, 48).Clear();
            int rest = (int)(end - i);
            for (int lane = 0; lane < rest; lane++) (tail[lane], tail[16 + lane], tail[32 + lane]) = (a[i + lane], b[i + lane], y[i + lane]);
            TIsa.Store(TOp.Apply<TIsa, TVec>(TIsa.Load(tail), TIsa.Load(tail + 16), TIsa.Load(tail + 32)), tail);
            for (int lane = 0; lane < rest; lane++) y[i + lane] = tail[lane];
        }
    }
}
