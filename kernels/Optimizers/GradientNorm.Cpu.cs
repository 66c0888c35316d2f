using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Optimizers;

internal sealed unsafe class GradientNormCpu(CpuDevice device, SegmentChunks chunks) : GradientNorm
{
    public override string Variant => $"gradientnorm_{device.Isa}".ToLowerInvariant();

    public override long WorkspaceBytes => Math.Max(1, chunks.Count) * (long)sizeof(double);

    public override void Run(TensorView dw, float maxNorm, TensorView norm, TensorView scale, TensorView workspace)
    {
        Debug.Assert(dw.Count >= chunks.End && norm.Count == 1 && scale.Count == 1 && workspace.Bytes >= WorkspaceBytes);
        double* sums = (double*)workspace.UInt8;
        device.For(chunks.Count, new Body(chunks.Pieces, dw.Float32, sums));
        double sum = 0;
        for (int i = 0; i < chunks.Count; i++) sum += sums[i];
        double length = Math.Sqrt(sum);
        norm.Float32[0] = (float)length;
        // NaN must reach the parameters' guard, not vanish in a minimum.
        scale.Float32[0] = maxNorm <= 0 ? 1 : (float)Math.Min(1, maxNorm / (length + 1e-6));
    }

    private readonly struct Body(SegmentChunks.Piece* pieces, float* dw, double* sums) : IVectorBody
    {
        /// <summary>Squares added in float32, per lane, before float64 takes over.</summary>
        private const int Run32 = 256;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            var piece = pieces[chunk];
            long whole = piece.End - (piece.End - piece.Start) % TIsa.Width;
            double sum = 0;
            for (long i = piece.Start; i < whole; i += Run32)
            {
                var squares = TIsa.Zero;
                for (long j = i, end = Math.Min(whole, i + Run32); j < end; j += TIsa.Width)
                {
                    var g = TIsa.Load(dw + j);
                    squares = TIsa.MultiplyAdd(g, g, squares);
                }
                sum += TIsa.Sum(squares);
            }
            for (long i = whole; i < piece.End; i++) sum += (double)dw[i] * dw[i];
            sums[chunk] = sum;
        }
    }
}
