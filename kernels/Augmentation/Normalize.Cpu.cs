using System.Diagnostics;
using System.Runtime.CompilerServices;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

internal sealed unsafe class NormalizeCpu(CpuDevice device, int n, int size, ChannelScale channels) : Normalize
{
    private const int ChunkPixels = 8192;

    public override string Variant => $"normalize_{device.Isa}".ToLowerInvariant();

    public override void Run(TensorView x, TensorView y)
    {
        long pixels = (long)n * size * size;
        Debug.Assert(x.Count == 3 * pixels && y.Count == 3 * pixels);
        device.For((int)((pixels + ChunkPixels - 1) / ChunkPixels), new Body(x.UInt8, y.Float32, 3 * pixels, channels));
    }

    /// <summary>Three vectors at a time: then each has the same channels in its lanes every time.</summary>
    private readonly struct Body(byte* x, float* y, long values, ChannelScale channels) : IVectorBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TIsa, TVec>(int chunk, int worker) where TIsa : struct, ISimd<TVec> where TVec : unmanaged
        {
            int width = TIsa.Width;
            float* scale = stackalloc float[3 * 16], shift = stackalloc float[3 * 16];
            for (int lane = 0; lane < 3 * width; lane += 3)
            {
                (scale[lane], scale[lane + 1], scale[lane + 2]) = (channels.Scale0, channels.Scale1, channels.Scale2);
                (shift[lane], shift[lane + 1], shift[lane + 2]) = (channels.Shift0, channels.Shift1, channels.Shift2);
            }
            long i = 3L * chunk * ChunkPixels, end = Math.Min(values, i + 3 * ChunkPixels);
            for (; i + 3 * width <= end; i += 3 * width)
            {
                // Not fused: the bits of the augmenting kernel's arithmetic.
                for (int lane = 0; lane < 3 * width; lane += width)
                    TIsa.Store(TIsa.Add(TIsa.Multiply(TIsa.LoadBytes(x + i + lane), TIsa.Load(scale + lane)), TIsa.Load(shift + lane)), y + i + lane);
            }
            for (int lane = 0; i < end; i++, lane++) y[i] = x[i] * scale[lane] + shift[lane];
        }
    }
}
