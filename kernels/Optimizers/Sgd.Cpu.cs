using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

internal sealed unsafe class SgdCpu(CpuDevice device, SegmentChunks chunks) : Sgd
{
    public override string Variant => $"sgd_{device.Isa}".ToLowerInvariant();

    public override void Step(TensorView w, TensorView dw, TensorView momentumBuffer, float[] learningRates, float[] weightDecays,
        float momentum, float dampening, bool nesterov, bool firstStep, TensorView gradScale)
    {
        Debug.Assert(w.Count >= chunks.End && dw.Count >= chunks.End && (momentum == 0 || momentumBuffer.Count >= chunks.End));
        Debug.Assert(learningRates.Length == chunks.Groups && weightDecays.Length == chunks.Groups);
        Debug.Assert(!nesterov || (momentum > 0 && dampening == 0), "torch.optim.SGD refuses Nesterov without momentum or with dampening");
        float scale = gradScale.IsNone ? 1 : gradScale.Float32[0];
        fixed (float* rates = learningRates, decays = weightDecays)
        {
            device.For(chunks.Count, new Body(chunks.Pieces, w.Float32, dw.Float32, momentum == 0 ? null : momentumBuffer.Float32,
                rates, decays, momentum, 1 - dampening, nesterov, firstStep, scale));
        }
    }

    private readonly struct Body(SegmentChunks.Piece* pieces, float* w, float* dw, float* buffer, float* rates, float* decays,
        float momentum, float share, bool nesterov, bool firstStep, float gradScale) : IVectorBody
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
            TVec scale = TIsa.Broadcast(gradScale), decay = TIsa.Broadcast(decays[group]), step = TIsa.Broadcast(-rates[group]);
            TVec keep = TIsa.Broadcast(momentum), take = TIsa.Broadcast(share);
            bool ahead = nesterov, first = firstStep;
            float* parameter = w, gradient = dw, state = buffer;
            for (long i = start; i < end; i += TIsa.Width)
            {
                var value = TIsa.Load(parameter + i);
                var g = TIsa.MultiplyAdd(decay, value, TIsa.Multiply(scale, TIsa.Load(gradient + i)));
                if (state != null)
                {
                    var b = first ? g : TIsa.MultiplyAdd(keep, TIsa.Load(state + i), TIsa.Multiply(take, g));
                    TIsa.Store(b, state + i);
                    g = ahead ? TIsa.MultiplyAdd(keep, b, g) : b;
                }
                TIsa.Store(TIsa.MultiplyAdd(step, g, value), parameter + i);
            }
        }
    }
}
