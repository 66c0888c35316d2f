using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Elementwise;

/// <summary>The arithmetic of one lane-wise op: out = Apply(a, b, out before). Its fields are the op's scalars.</summary>
internal interface IElementwise
{
    TVec Apply<TIsa, TVec>(TVec a, TVec b, TVec old) where TIsa : struct, ISimd<TVec> where TVec : unmanaged;
}

/// <summary>The one traversal of lane-wise ops: chunks of 16,384 elements on the team, whole vectors, then the rest one by one.</summary>
internal static unsafe class ElementwiseCpu
{
    private const int ChunkElements = 16384;

    /// <param name="device">Where to run.</param>
    /// <param name="op">The arithmetic.</param>
    /// <param name="a">First operand.</param>
    /// <param name="b">Second operand, or null where the op ignores it.</param>
    /// <param name="y">Result, also the third operand; may be a or b.</param>
    /// <param name="count">Elements.</param>
    public static void Run<TOp>(CpuDevice device, TOp op, float* a, float* b, float* y, long count) where TOp : unmanaged, IElementwise
        => device.For(Chunks.Count(count, ChunkElements), new Body<TOp>(op, a, b == null ? a : b, y, count));

    private readonly struct Body<TOp>(TOp op, float* a, float* b, float* y, long count) : IVectorBody where TOp : unmanaged, IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            long start = (long)chunk * ChunkElements, end = Math.Min(count, start + ChunkElements);
            long whole = end - (end - start) % TIsa.Width;
            Span<TIsa, TVec>(start, whole);
            Span<ScalarSimd, float>(whole, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Span<TIsa, TVec>(long start, long end) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            float* first = a, second = b, result = y;
            TOp apply = op;
            for (long i = start; i < end; i += TIsa.Width)
                TIsa.Store(apply.Apply<TIsa, TVec>(TIsa.Load(first + i), TIsa.Load(second + i), TIsa.Load(result + i)), result + i);
        }
    }
}
