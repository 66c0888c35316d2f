using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

internal sealed unsafe class AdamWCpu(CpuDevice device, SegmentChunks chunks) : AdamW
{
    public override string Variant => $"adamw_{device.Isa}".ToLowerInvariant();

    public override void Step(TensorView w, TensorView dw, TensorView m, TensorView v, float[] learningRates, float[] weightDecays,
        float beta1, float beta2, float epsilon, int step, TensorView gradScale)
    {
        Debug.Assert(w.Count >= chunks.End && dw.Count >= chunks.End && m.Count >= chunks.End && v.Count >= chunks.End && step >= 1);
        Debug.Assert(learningRates.Length == chunks.Groups && weightDecays.Length == chunks.Groups);
        float scale = gradScale.IsNone ? 1 : gradScale.Float32[0];
        double correction1 = 1 - Math.Pow(beta1, step), correction2 = 1 - Math.Pow(beta2, step);
        fixed (float* rates = learningRates, decays = weightDecays)
        {
            device.For(chunks.Count, new Body(chunks.Pieces, w.Float32, dw.Float32, m.Float32, v.Float32, rates, decays,
                (float)(1.0 - beta1), (float)(1.0 - beta2), epsilon, correction1, (float)(1 / Math.Sqrt(correction2)), scale));
        }
    }

    private readonly struct Body(SegmentChunks.Piece* pieces, float* w, float* dw, float* m, float* v, float* rates, float* decays,
        float share1, float share2, float epsilon, double correction1, float rootCorrection2, float gradScale) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            var piece = pieces[chunk];
            long whole = piece.End - (piece.End - piece.Start) % TIsa.Width;
            Span<TIsa, TVec>(piece.Start, whole, piece.Group);
            Span<ScalarSimd, float>(whole, piece.End, piece.Group);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Span<TIsa, TVec>(long start, long end, int group) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            TVec scale = TIsa.Broadcast(gradScale), take1 = TIsa.Broadcast(share1), take2 = TIsa.Broadcast(share2);
            var shrink = TIsa.Broadcast((float)(1 - (double)rates[group] * decays[group]));
            var step = TIsa.Broadcast((float)(-rates[group] / correction1));
            TVec root = TIsa.Broadcast(rootCorrection2), floor = TIsa.Broadcast(epsilon);
            float* parameter = w, gradient = dw, first = m, second = v;
            for (long i = start; i < end; i += TIsa.Width)
            {
                var g = TIsa.Multiply(scale, TIsa.Load(gradient + i));
                TVec mean = TIsa.Load(first + i), square = TIsa.Load(second + i);
                // β·old + (1 − β)·new as old + (1 − β)(new − old), PyTorch's lerp: a constant gradient stays exactly itself.
                mean = TIsa.MultiplyAdd(take1, TIsa.Subtract(g, mean), mean);
                square = TIsa.MultiplyAdd(take2, TIsa.Subtract(TIsa.Multiply(g, g), square), square);
                TIsa.Store(mean, first + i);
                TIsa.Store(square, second + i);
                var ratio = TIsa.Divide(mean, TIsa.MultiplyAdd(TIsa.Sqrt(square), root, floor));
                TIsa.Store(TIsa.MultiplyAdd(step, ratio, TIsa.Multiply(shrink, TIsa.Load(parameter + i))), parameter + i);
            }
        }
    }
}
